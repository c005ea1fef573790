// SPDX-License-Identifier: Apache-2.0

/// Configuration that is not JSON: environment files, INI, TOML and YAML by their lines, and URLs.
extension SecretLeaf {
    private static let maxKeyBytes = 256

    /// What stands behind telling keys, a line each, and the passwords of URLs; in the order of the text.
    static func ofLines(_ value: String) -> [SecretLeaf] {
        var leaves: [SecretLeaf] = []
        var known: Set<String> = []
        for line in value.utf8.split(whereSeparator: { $0 == 0x0A || $0 == 0x0D }) where leaves.count < maxCount {
            for text in settings(in: line) + passwords(inURLs: line) where !text.isEmpty && known.insert(text).inserted
            {
                leaves.append(SecretLeaf(text: text, isTelling: true))
            }
        }
        return Array(leaves.prefix(maxCount))
    }

    /// The value of `KEY=VALUE` or `key: value` with a telling key: with a comment behind it, and without; without quotes
    /// around it. None for words such as `disabled`, which tell nothing, and for what is filled in elsewhere (`${…}`).
    private static func settings(in line: Substring.UTF8View) -> [String] {
        func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "=") || byte == UInt8(ascii: ":") }
        guard let sign = line.prefix(maxKeyBytes).firstIndex(where: isSign) else { return [] }
        let words = trimmed(line[..<sign]).split(separator: UInt8(ascii: " "))
        // `export DB_PASSWORD=…`, and `- password: …` in a list.
        guard let key = words.last, words.count <= 2,
            SensitiveName.matches(String(decoding: unquoted(key), as: UTF8.self))
        else { return [] }
        let value = trimmed(line[line.index(after: sign)...])
        let bare = [unquoted(value)] + beforeComments(value)
        let inner = bare.flatMap { defaults(in: $0) }
        let forms = bare + inner + inner.flatMap { defaults(in: $0) }
        return forms.filter { !isPlain($0) }.map { String(decoding: $0, as: UTF8.self) }
    }

    /// What stands in `${NAME:-default}` for a value that does not come from elsewhere.
    private static func defaults(in value: Substring.UTF8View) -> [Substring.UTF8View] {
        let place = unquoted(value)
        guard place.starts(with: Array("${".utf8)), place.last == UInt8(ascii: "}") else { return [] }
        func isSign(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "=") }
        guard let sign = place.firstIndex(where: isSign) else { return [] }
        return [unquoted(place[place.index(after: sign)...].dropLast())]
    }

    /// A quoted value in front of a comment, or what stands in front of each mark that may begin one.
    private static func beforeComments(_ value: Substring.UTF8View) -> [Substring.UTF8View] {
        if let quote = value.first, quote == UInt8(ascii: "\"") || quote == UInt8(ascii: "'") {
            let inner = value.dropFirst()
            let marked = inner.indices.filter { index in
                inner[index] == quote && (index == inner.startIndex || inner[inner.index(before: index)] != 0x5C)
            }
            return [inner.firstIndex(of: quote), marked.first, marked.last].compactMap { $0 }.map { inner[..<$0] }
        }
        // One of the first marks, or the last one.
        let marks = zip(value.indices, value.dropFirst()).filter { index, next in
            (value[index] == 0x20 || value[index] == 0x09) && (next == UInt8(ascii: "#") || next == UInt8(ascii: ";"))
        }
        return (marks.prefix(8) + marks.suffix(1)).map { trimmed(value[..<$0.0]) }
    }

    /// What settings say beside secrets, also behind telling keys (`auth_token: disabled`).
    private static let plainWords: Set<String> = [
        "disabled", "enabled", "required", "optional", "none", "null", "true", "false", "default", "automatic",
        "internal", "external", "generated", "unset", "empty",
    ]

    /// One of those words, or the place of a value that comes from elsewhere: `${NAME}`, `{{ .Values.name }}`.
    private static func isPlain(_ text: Substring.UTF8View) -> Bool {
        let word = String(decoding: text, as: UTF8.self)
        if plainWords.contains(word.lowercased()) { return true }
        let places = [("${", "}"), ("{{", "}}")]
        guard let place = places.first(where: { word.hasPrefix($0.0) && word.hasSuffix($0.1) }) else { return false }
        let name = word.utf8.dropFirst(2).dropLast(place.1.utf8.count)
        return name.allSatisfy { byte in
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2E, 0x5F: true
            default: byte == 0x20 && place.0 == "{{"
            }
        }
    }

    /// What stands between the colon and the `@` of `scheme://user:password@host`, as it is written, and decoded.
    private static func passwords(inURLs line: Substring.UTF8View) -> [String] {
        var found: [String] = []
        var rest = line
        while let start = rest.firstRange(of: Array("://".utf8))?.upperBound {
            rest = rest[start...]
            let authority = rest.prefix { $0 != UInt8(ascii: "/") && $0 != UInt8(ascii: ",") && $0 > 0x20 }
            rest = rest[authority.endIndex...]
            guard let at = authority.lastIndex(of: UInt8(ascii: "@")),
                let colon = authority[..<at].firstIndex(of: UInt8(ascii: ":"))
            else { continue }
            let password = authority[authority.index(after: colon)..<at]
            found.append(String(decoding: password, as: UTF8.self))
            if let decoded = percentDecoded(password) { found.append(decoded) }
        }
        return found
    }

    /// The text with each `%41` as its byte; nil when it has none, or is no text then.
    private static func percentDecoded(_ text: Substring.UTF8View) -> String? {
        guard text.contains(UInt8(ascii: "%")) else { return nil }
        var bytes: [UInt8] = []
        var rest = text[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2, let value = UInt8(digits, radix: 16) {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
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
