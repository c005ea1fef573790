// SPDX-License-Identifier: Apache-2.0
import Crypto
import KubeObjects
import PlainText

/// The name of bytes by their hash: `sha256:` and 64, or `sha512:` and 128 small hexadecimal digits. Other algorithms
/// are refused (OCI image-spec, "Digests").
package struct ImageDigest: Sendable, Hashable, Comparable, CustomStringConvertible {
    /// The hashes that are accepted.
    package enum Algorithm: String, Sendable, Hashable, CaseIterable {
        case sha256, sha512

        /// How many hexadecimal digits a hash has.
        var digits: Int { self == .sha256 ? 64 : 128 }
    }

    /// How the hash was made.
    package let algorithm: Algorithm
    /// The hash in small hexadecimal digits.
    package let hex: String

    /// Reads `sha256:…` or `sha512:…`; nil for anything else, capital digits too.
    package init?(_ text: String) {
        guard text.utf8.count <= 135, let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")),
            let algorithm = Algorithm(rawValue: String(text[..<colon]))
        else { return nil }
        let hex = text[text.utf8.index(after: colon)...]
        guard hex.isHexadecimal(digits: algorithm.digits) else { return nil }
        self.algorithm = algorithm
        self.hex = String(hex)
    }

    private init(_ algorithm: Algorithm, _ hash: some Sequence<UInt8>) {
        self.algorithm = algorithm
        hex = hash.hexadecimal
    }

    /// The SHA-256 of bytes.
    package static func sha256(of bytes: [UInt8]) -> ImageDigest { ImageDigest(.sha256, SHA256.hash(data: bytes)) }

    /// The SHA-512 of bytes.
    package static func sha512(of bytes: [UInt8]) -> ImageDigest { ImageDigest(.sha512, SHA512.hash(data: bytes)) }

    /// Whether it is the hash of these bytes.
    package func verifies(_ bytes: [UInt8]) -> Bool {
        switch algorithm {
        case .sha256: ImageDigest.sha256(of: bytes) == self
        case .sha512: ImageDigest.sha512(of: bytes) == self
        }
    }

    package var description: String { "\(algorithm.rawValue):\(hex)" }

    /// The first 12 digits, for people.
    package var shortText: String { String(hex.prefix(12)) }

    /// The order of the written form.
    package static func < (left: ImageDigest, right: ImageDigest) -> Bool {
        left.description.precedesInByteOrder(right.description)
    }
}

extension ImageDigest {
    /// Reads the digest out of a pod's `status.containerStatuses[].imageID`.
    ///
    /// `docker-pullable://repo@sha256:…`, `repo@sha256:…` and the same behind `containerd://` or `docker://` name the
    /// manifest or the index that was pulled. A digest alone (`sha256:…`, `docker://sha256:…`) is that of the image's
    /// configuration, which no tag points to: nil, as is everything else.
    package init?(imageID: String) {
        guard imageID.utf8.count <= 1024, let at = imageID.utf8.lastIndex(of: UInt8(ascii: "@")) else { return nil }
        var name = imageID[..<at]
        if let mark = name.firstRange(of: "://") { name = name[mark.upperBound...] }
        guard !name.isEmpty else { return nil }
        self.init(String(imageID[imageID.utf8.index(after: at)...]))
    }
}
