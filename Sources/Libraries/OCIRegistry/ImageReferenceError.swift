// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Why a text does not name an image.
package struct ImageReferenceError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Which part is wrong.
    package enum Reason: Sendable, Hashable {
        case empty, tooLong
        /// 64 hexadecimal digits alone: an image ID, not a name.
        case bareID
        case registry, repository, tag, digest
        /// The repository has capital letters.
        case capitals
    }

    /// Which part it is.
    package let reason: Reason
    /// The text, one line, cut to 300 characters, secrets masked.
    package let text: String

    init(_ reason: Reason, _ text: String) {
        self.reason = reason
        self.text = OutsideText.oneLine(text, limit: 300)
    }

    /// One line for people: what is wrong and what is right.
    package var description: String { "\(text.debugDescription) is no image name: \(words)" }

    private var words: String {
        switch reason {
        case .empty: "it is empty"
        case .tooLong: "registry and repository have more than 255 characters"
        case .bareID: "it is an image ID; write a name, as nginx@sha256:…"
        case .registry: "the registry is no host name with or without a port"
        case .repository: "the repository is made of a-z, 0-9, and single . _ - or __ between them, parts joined by /"
        case .tag: "a tag has 1 to 128 of A-Z a-z 0-9 _ . - and begins with none of . and -"
        case .digest: "a digest is sha256: and 64, or sha512: and 128 small hexadecimal digits"
        case .capitals: "a repository has no capital letters"
        }
    }
}
