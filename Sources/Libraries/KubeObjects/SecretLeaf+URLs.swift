// SPDX-License-Identifier: Apache-2.0

/// Logins in URLs.
extension SecretLeaf {
    /// Of each `scheme://user:password@host` in a line the password, as it is written and decoded. Where there is none
    /// (`https://TOKEN:@host`), the user, as a text that may be a name. `count` at the most, or a few more.
    static func logins(in line: ArraySlice<UInt8>, atMost count: Int) -> [SecretLeaf] {
        var found: [SecretLeaf] = []
        var rest = line
        while found.count < count, let start = rest.firstRange(of: Array("://".utf8))?.upperBound {
            rest = rest[start...]
            // An authority ends at a slash, so that each byte is read twice at the most.
            let authority = rest.prefix { $0 > 0x20 && !"/\"'<>`".utf8.contains($0) }
            guard let at = authority.lastIndex(of: UInt8(ascii: "@")) else { continue }
            let colon = authority[..<at].firstIndex(of: UInt8(ascii: ":")) ?? at
            let user = String(decoding: authority[..<colon], as: UTF8.self)
            let written = authority[colon..<at].dropFirst()
            let password = String(decoding: written, as: UTF8.self)
            if password.isEmpty || PlainWord.matches(password) {
                found.append(SecretLeaf(text: user, isTelling: false))
            }
            if password.isEmpty { continue }
            found.append(SecretLeaf(text: password, isTelling: true))
            if let decoded = percentDecoded(written) { found.append(SecretLeaf(text: decoded, isTelling: true)) }
        }
        return found
    }

    /// The text with each `%41` as its byte; nil when it has none, or is no text then.
    private static func percentDecoded(_ text: ArraySlice<UInt8>) -> String? {
        guard text.contains(UInt8(ascii: "%")) else { return nil }
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            let digits = rest.prefix(2)
            if byte == UInt8(ascii: "%"), digits.count == 2, digits.allSatisfy(\.isHexadecimalDigit),
                let value = UInt8(String(decoding: digits, as: UTF8.self), radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
