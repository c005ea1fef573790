// SPDX-License-Identifier: Apache-2.0
import Crypto
import KubeObjects
import PlainText
import SyncLook

extension Residual {
    /// Remembers differences.
    ///
    /// - Parameters:
    ///   - differences: What stays although the manifest was applied.
    ///   - isOverruled: Whether a stated value was replaced among them.
    ///   - key: The key of the data folder in which it will be stored.
    package init(_ differences: [FieldDifference], isOverruled: Bool, key: ResidualKey) {
        self.init(hashes: Set(differences.map(key.hash)), isOverruled: isOverruled)
    }

    /// Whether each of these differences is one that is remembered, by its path and by both values.
    package func covers(_ differences: [FieldDifference], key: ResidualKey) -> Bool {
        !hashes.isEmpty && differences.allSatisfy { hashes.contains(key.hash($0)) }
    }
}

extension ResidualKey {
    /// HMAC-SHA256 over path and both values, each with its length before it; hexadecimal.
    fileprivate func hash(_ difference: FieldDifference) -> String {
        var hmac = HMAC<SHA256>(key: SymmetricKey(data: bytes))
        func add(_ bytes: [UInt8]) {
            var count = UInt64(bytes.count).bigEndian
            withUnsafeBytes(of: &count) { hmac.update(data: Array($0)) }
            hmac.update(data: bytes)
        }
        add(Array("\(difference.path.count)".utf8))
        for element in difference.path { add(Array(element.serialized.utf8)) }
        for value in [difference.before, difference.after] {
            hmac.update(data: [value == nil ? 0 : 1])
            add(value?.serialized() ?? [])
        }
        return Array(hmac.finalize()).hexadecimal
    }
}
