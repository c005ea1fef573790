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

    /// The number of bytes that Go's standard decoder makes of a text: letters in groups of four, padded, with line breaks
    /// anywhere. Nil when it takes none.
    static func decodedBytes(base64 text: String) -> Int? {
        var letters = 0
        var padding = 0
        for byte in text.utf8 {
            switch byte {
            case 0x0A, 0x0D: continue
            case UInt8(ascii: "="): padding += 1
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "/"):
                if padding > 0 { return nil }
                letters += 1
            default: return nil
            }
        }
        let isWhole = padding <= 2 && (letters + padding) % 4 == 0 && (padding == 0 || letters % 4 == 4 - padding)
        return isWhole ? letters * 3 / 4 : nil
    }
}
