// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What the API server takes under `data` and `stringData` of a Secret.
enum DataKey {
    /// All values of one object together, decoded.
    static let maxBytes = ObjectLimits.dataBytes

    static let remedy = "use letters, digits, '-', '_' and '.', at most 253 of them, and no '..' at the start"

    /// Whether it is a key: letters, digits, `-`, `_` and `.`, but not `.` alone, and no `..` at the start.
    static func isValid(_ key: String) -> Bool {
        let bytes = Array(key.utf8.prefix(254))
        guard (1...253).contains(bytes.count), bytes != [0x2E], !bytes.starts(with: [0x2E, 0x2E]) else { return false }
        return bytes.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
            default: false
            }
        }
    }
}
