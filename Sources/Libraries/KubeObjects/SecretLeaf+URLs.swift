// SPDX-License-Identifier: Apache-2.0

/// Logins in URLs.
extension SecretLeaf {
    /// Of each `scheme://user:password@host` in a line the password, as it is written and decoded. Where there is none
    /// (`https://TOKEN:@host`), the user, as a text that may be a name. Each once; `count` at the most, or a few more.
    static func logins(in line: ArraySlice<UInt8>, atMost count: Int) -> Set<SecretLeaf> {
        var found: Set<SecretLeaf> = []
        var rest = line
        while found.count < count, let start = rest.firstRange(of: Array("://".utf8))?.upperBound {
            rest = rest[start...]
            // An authority ends at a slash, so that each byte is read a few times at the most.
            let loose = rest.prefix { $0 > 0x20 && $0 != UInt8(ascii: "/") }
            let strict = loose.prefix { !"\"'<>`,".utf8.contains($0) }
            // In a password there may be what a URL ought to quote; behind a URL another address may follow.
            for authority in [strict, loose] {
                for at in [authority.firstIndex(of: UInt8(ascii: "@")), authority.lastIndex(of: UInt8(ascii: "@"))] {
                    if let at { found.formUnion(login(authority[..<at])) }
                }
            }
        }
        return found
    }

    /// What is secret of a `user:password`.
    private static func login(_ text: ArraySlice<UInt8>) -> [SecretLeaf] {
        let colon = text.firstIndex(of: UInt8(ascii: ":")) ?? text.endIndex
        let user = SecretLeaf(text: String(decoding: text[..<colon], as: UTF8.self), isTelling: false)
        let written = text[colon...].dropFirst()
        let password = String(decoding: written, as: UTF8.self)
        if password.isEmpty { return [user] }
        var found = [SecretLeaf(text: password, isTelling: true)]
        if PlainWord.matches(password) { found.append(user) }
        if let decoded = percentDecoded(written) { found.append(SecretLeaf(text: decoded, isTelling: true)) }
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
