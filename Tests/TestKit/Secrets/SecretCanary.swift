// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A secret of a test, as a text and as a number, with the spellings in which it may turn up where it must not.
package struct SecretCanary: Sendable {
    package let text: String
    /// Sixteen digits.
    package let number: String
    /// Everything that must be seen nowhere.
    package let forms: [String]

    /// A fresh one: no other test has it.
    package init() {
        text = "canary-\(UUID().uuidString.lowercased())"
        number = String(Int64.random(in: 1_000_000_000_000_000...8_999_999_999_999_999))
        forms = Self.forms(of: text) + Self.forms(of: number)
    }

    /// Standard base64, with padding.
    package var base64: String { Self.base64(Array(text.utf8)) }

    /// The base64 in two pieces of the same length.
    package var halves: [String] { Self.halves(of: base64) }

    /// The base64 of the base64.
    package var twice: String { Self.base64(Array(base64.utf8)) }

    /// The spellings of a value: as it is, with the escapes of JSON and of URLs, and in base64, whole, in two pieces, as a
    /// part of a longer text, and twice.
    package static func forms(of value: String) -> [String] {
        let bytes = Array(value.utf8)
        let whole = base64(bytes)
        let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
        let strict = value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? value
        var spellings = [value, escaped, percentEncoded(value), strict, whole, base64(Array(whole.utf8))]
        spellings += halves(of: whole)
        for offset in 0..<3 { spellings.append(inner(bytes, at: offset)) }
        // A short piece stands anywhere by chance.
        return Set(spellings).filter { $0.utf8.count >= 8 }.sorted()
    }

    /// Those of the forms that stand in a text.
    package func found(in text: String) -> [String] { found(in: Data(text.utf8)) }

    /// Those of the forms that stand among bytes.
    package func found(in bytes: Data) -> [String] { Self.found(forms, in: bytes) }

    /// Those of some texts that stand among bytes.
    package static func found(_ forms: [String], in bytes: Data) -> [String] {
        bytes.withUnsafeBytes { bytes in forms.filter { stands(Array($0.utf8), in: bytes) } }
    }

    /// Files may have megabytes: the C library looks for the first byte.
    private static func stands(_ form: [UInt8], in bytes: UnsafeRawBufferPointer) -> Bool {
        guard let start = bytes.baseAddress, let first = form.first, bytes.count >= form.count else { return false }
        let places = bytes.count - form.count + 1
        var place = 0
        while place < places, let hit = memchr(start + place, Int32(first), places - place) {
            place = start.distance(to: UnsafeRawPointer(hit))
            if memcmp(start + place, form, form.count) == 0 { return true }
            place += 1
        }
        return false
    }

    /// As RFC 3986 has it.
    private static func percentEncoded(_ value: String) -> String {
        var text = ""
        for byte in value.utf8 {
            text += byte.isUnreserved ? String(Character(UnicodeScalar(byte))) : String(format: "%%%02X", byte)
        }
        return text
    }

    private static func base64(_ bytes: [UInt8]) -> String { Data(bytes).base64EncodedString() }

    private static func halves(of text: String) -> [String] {
        let middle = text.count / 2
        return [String(text.prefix(middle)), String(text.dropFirst(middle))]
    }

    /// What every base64 has of these bytes when they begin at `offset` in a group of three.
    private static func inner(_ bytes: [UInt8], at offset: Int) -> String {
        let text = base64(Array(repeating: 0, count: offset) + bytes)
        let whole = (offset + bytes.count) * 8 / 6
        return String(text.prefix(whole).dropFirst((offset * 8 + 5) / 6))
    }
}

extension UInt8 {
    /// A letter, digit, `-`, `.`, `_` or `~`: nothing that a URL escapes.
    fileprivate var isUnreserved: Bool {
        (0x30...0x39).contains(self) || (0x41...0x5A).contains(self) || (0x61...0x7A).contains(self)
            || [0x2D, 0x2E, 0x5F, 0x7E].contains(self)
    }
}
