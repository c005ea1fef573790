// SPDX-License-Identifier: Apache-2.0

/// Base64 as Go reads it: line breaks are ignored, padding is required.
package enum Base64Text {
    /// Whether both are texts of the same bytes.
    package static func isSame(_ left: JSON, _ right: JSON) -> Bool {
        guard let a = left.string.flatMap(bytes), let b = right.string.flatMap(bytes) else { return false }
        return a == b
    }

    /// Nil for what the API server would refuse.
    private static func bytes(_ text: String) -> [UInt8]? {
        let letters = text.utf8.filter { $0 != 0x0A && $0 != 0x0D }
        guard letters.count.isMultiple(of: 4) else { return nil }
        return Redactor.bytes(base64: text)
    }
}
