// SPDX-License-Identifier: Apache-2.0

/// The bytes of settings, as programs write them.
extension UInt8 {
    var isBlankByte: Bool { self == 0x20 || self == 0x09 }
    var isDecimalDigit: Bool { 0x30...0x39 ~= self }
    var isHexadecimalDigit: Bool { isDecimalDigit || 0x61...0x66 ~= self | 0x20 }
    var isLatinLetter: Bool { 0x61...0x7A ~= self | 0x20 }
    var isQuoteByte: Bool { self == UInt8(ascii: "\"") || self == UInt8(ascii: "'") }
    /// Whether it may stand in the name of a setting.
    var isKeyByte: Bool {
        isLatinLetter || isDecimalDigit || self == UInt8(ascii: "_") || self == UInt8(ascii: "-")
            || self == UInt8(ascii: ".")
    }
}

extension ArraySlice<UInt8> {
    /// Without blanks at its ends.
    var trimmingBlanks: ArraySlice<UInt8> {
        guard let end = lastIndex(where: { !$0.isBlankByte }) else { return self[endIndex...] }
        return self[...end].drop(while: \.isBlankByte)
    }

    /// Whether it ends with these bytes.
    func hasSuffix(_ text: StaticString) -> Bool {
        suffix(text.utf8CodeUnitCount).elementsEqual("\(text)".utf8)
    }
}
