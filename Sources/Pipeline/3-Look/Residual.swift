// SPDX-License-Identifier: Apache-2.0
import Crypto
import KubeObjects

/// What the API server stores differently from a manifest, although the manifest was applied: each difference as a
/// keyed hash of its path and both whole values, so that values of Secrets cannot be guessed from where it is stored.
///
/// A difference that is not in it, at a new path or with another value, is drift like any other.
package struct Residual: Sendable, Hashable {
    private static let mark: Character = "!"

    /// One for each difference, as the key makes it.
    package let hashes: Set<String>
    /// Whether a value that the manifest states was replaced by another one, as mutating webhooks do.
    package let isOverruled: Bool

    /// No difference.
    package static let empty = Residual(hashes: [], isOverruled: false)

    package init(hashes: Set<String>, isOverruled: Bool) {
        self.hashes = hashes
        self.isOverruled = isOverruled
    }

    /// Reads ``text``. Text of another form covers no difference, and stays as it is.
    package init(text: String) {
        let isOverruled = text.first == Self.mark
        let list = isOverruled ? text.dropFirst() : text[...]
        self.init(hashes: Set(list.split(separator: ",").map(String.init)), isOverruled: isOverruled)
    }

    /// For storing: hashes, ascending, without any value.
    package var text: String { (isOverruled ? String(Self.mark) : "") + hashes.sorted().joined(separator: ",") }

    /// Whether there is no difference.
    package var isEmpty: Bool { hashes.isEmpty }
}

/// The key of the hashes in ``Residual``: 32 bytes that are kept beside the history, not in it.
package struct ResidualKey: Sendable, Hashable {
    /// How many bytes a key has.
    package static let byteCount = 32

    /// A key that only this process has: residuals made with it are of use as long as the process lives.
    package static let ephemeral = ResidualKey.random()

    package let bytes: [UInt8]

    /// A key out of a file; nil when it has another length.
    package init?(bytes: [UInt8]) {
        guard bytes.count == Self.byteCount else { return nil }
        self.bytes = bytes
    }

    private init(unchecked bytes: [UInt8]) { self.bytes = bytes }

    /// A new key.
    package static func random() -> ResidualKey {
        ResidualKey(unchecked: SymmetricKey(size: .bits256).withUnsafeBytes { Array($0) })
    }
}
