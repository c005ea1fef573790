// SPDX-License-Identifier: Apache-2.0

/// Configuration that is not JSON: environment files, properties, TOML and YAML by their lines, and URLs.
extension SecretLeaf {
    private static let maxKeyBytes = 256

    /// What stands behind telling keys, a line each, and the passwords of URLs; in the order of the text.
    static func ofLines(_ value: String) -> [SecretLeaf] {
        var leaves: [SecretLeaf] = []
        for line in value.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) where leaves.count < maxCount {
            let found = [setting(in: line), password(inURL: line)].compactMap { $0 }
            // A text without anything around it is registered as it is.
            for text in found where !text.isEmpty { leaves.append(SecretLeaf(text: text, isTelling: true)) }
        }
        return leaves
    }

    /// The value of `KEY=VALUE` or `key: value` with a telling key, without quotes around it.
    private static func setting(in line: Substring.UTF8View) -> String? {
        func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") }
        guard let sign = line.prefix(maxKeyBytes).firstIndex(where: isSign) else { return nil }
        let words = trimmed(line[..<sign]).split(separator: UInt8(ascii: " "))
        // `export DB_PASSWORD=…`, and `- password: …` in a list.
        guard let key = words.last, words.count <= 2 else { return nil }
        guard SensitiveName.matches(String(decoding: unquoted(key), as: UTF8.self)) else { return nil }
        return String(decoding: unquoted(trimmed(line[line.index(after: sign)...])), as: UTF8.self)
    }

    /// What stands between the colon and the `@` of `scheme://user:password@host`, as it is written.
    private static func password(inURL line: Substring.UTF8View) -> String? {
        guard let start = line.firstRange(of: Array("://".utf8))?.upperBound else { return nil }
        let authority = line[start...].prefix { $0 != UInt8(ascii: "/") && $0 > 0x20 }
        guard let at = authority.lastIndex(of: UInt8(ascii: "@")),
            let colon = authority[..<at].firstIndex(of: UInt8(ascii: ":"))
        else { return nil }
        return String(decoding: authority[authority.index(after: colon)..<at], as: UTF8.self)
    }

    private static func trimmed(_ text: Substring.UTF8View) -> Substring.UTF8View {
        func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }
        var rest = text.drop(while: isBlank)
        while let last = rest.last, isBlank(last) { rest.removeLast() }
        return rest
    }

    private static func unquoted(_ text: Substring.UTF8View) -> Substring.UTF8View {
        guard text.count >= 2, let first = text.first, first == text.last else { return text }
        return first == UInt8(ascii: "\"") || first == UInt8(ascii: "'") ? text.dropFirst().dropLast() : text
    }
}
