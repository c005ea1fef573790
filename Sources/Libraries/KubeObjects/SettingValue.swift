// SPDX-License-Identifier: Apache-2.0

/// What stands behind the sign of a setting (`KEY=VALUE`, `key: value`), in all the ways in which a program may read it.
struct SettingValue {
    /// So many defaults in defaults are read: `${A:-${B:-text}}`.
    private static let maxDefaults = 3

    /// The longest place of another value that is known as one.
    private static let maxPlace = 256
    /// So far away the sign of another setting is looked for.
    private static let maxGap = 64

    /// What it may mean.
    private(set) var leaves: [SecretLeaf] = []
    /// Where the setting ends.
    private(set) var end: Int

    /// - Parameters:
    ///   - rest: The line from behind the sign on, without blanks at its end.
    ///   - isFirst: Whether the setting is the first one of its line: then its value may be all of the rest.
    init(_ rest: ArraySlice<UInt8>, isFirst: Bool) {
        let value = rest.drop(while: \.isBlankByte)
        end = value.startIndex
        guard let quote = value.first, quote.isQuoteByte, readQuoted(value, quote) else {
            readBare(value, isFirst: isFirst)
            return
        }
        // Quotes may be a part of it.
        guard isFirst, end < value.endIndex, !Self.isParting(value[end...]), let last = value.lastIndex(of: quote)
        else {
            return
        }
        add(value)
        add(value[..<last].dropFirst())
    }

    /// Reads up to the closing quote: the first one, the first one without an escape, and of three quotes the next three.
    private mutating func readQuoted(_ value: ArraySlice<UInt8>, _ quote: UInt8) -> Bool {
        let three = value.prefix(while: { $0 == quote }).count >= 3
        let inner = value.dropFirst(three ? 3 : 1)
        guard let first = inner.firstIndex(of: quote) else { return false }
        var ends = [first]
        var index = inner.startIndex
        while index < inner.endIndex, inner[index] != quote || inner[(index + 1)...].first == quote {
            // Behind a backslash, and the second of two quotes.
            index += inner[index] == UInt8(ascii: "\\") || inner[index] == quote ? 2 : 1
        }
        if index < inner.endIndex, index != first { ends.append(index) }
        for end in ends { add(inner[..<end]) }
        // One that is too long is read for what is in it.
        end = inner[..<first].count > SettingReader.maxTextBytes ? inner.startIndex : first + 1
        return true
    }

    /// Reads up to the end of the line, to what may begin a comment, and to what may part it from another setting.
    private mutating func readBare(_ value: ArraySlice<UInt8>, isFirst: Bool) {
        let place = value[Self.endOfPlace(value)...]
        let parting = place.firstIndex { $0.isBlankByte || ";,&}])<>\"'".utf8.contains($0) } ?? value.endIndex
        if isFirst, !Self.isPlain(value) {
            add(value)
            // One of the first marks, or the last one.
            let marks = zip(value.indices, value.dropFirst()).filter { index, next in
                value[index].isBlankByte && (next == UInt8(ascii: "#") || next == UInt8(ascii: ";"))
            }
            for (mark, _) in marks.prefix(8) + marks.suffix(1) { add(value[..<mark].trimmingBlanks) }
        }
        // Behind a blank there may be more of the same: a word alone is not taken for it, unless another setting follows.
        let isWord = parting < value.endIndex && value[parting].isBlankByte
        let tells = !isWord || value[parting...].prefix(Self.maxGap).contains(UInt8(ascii: "="))
        add(value[..<parting], isTelling: tells)
        end = max(parting, end)
    }

    /// Where the place of another value ends with which this one begins (`${NAME}`, `{{ .name }}`); without one its start.
    private static func endOfPlace(_ value: ArraySlice<UInt8>) -> Int {
        let places = [("${", "}"), ("$(", ")"), ("{{", "}}")]
        guard let (_, mark) = places.first(where: { value.starts(with: $0.0.utf8) }) else { return value.startIndex }
        return value.prefix(maxPlace).firstRange(of: Array(mark.utf8))?.upperBound ?? value.startIndex
    }

    private mutating func add(_ text: ArraySlice<UInt8>, isTelling: Bool = true, defaults: Int = maxDefaults) {
        guard text.count <= SettingReader.maxTextBytes else { return }
        for bytes in [Array(text), unescaped(text)].compactMap({ $0 }) {
            leaves.append(SecretLeaf(text: String(decoding: bytes, as: UTF8.self), isTelling: isTelling))
        }
        guard defaults > 0 else { return }
        for inner in Self.defaultTexts(in: text) { add(inner, isTelling: isTelling, defaults: defaults - 1) }
    }

    /// The text without escapes: `\x` is an `x`, `\u0026` an `&`, two quotes or dollars are one; nil when there are none.
    private func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        guard text.contains(where: { "\\\"'$".utf8.contains($0) }) else { return nil }
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\") else {
                bytes.append(byte)
                if byte == rest.first, byte.isQuoteByte || byte == UInt8(ascii: "$") { rest = rest.dropFirst() }
                continue
            }
            let digits = rest.dropFirst().prefix(4)
            if rest.first == UInt8(ascii: "u"), digits.count == 4, digits.allSatisfy(\.isHexadecimalDigit),
                let scalar = UInt32(String(decoding: digits, as: UTF8.self), radix: 16).flatMap(Unicode.Scalar.init)
            {
                bytes += UTF8.encode(scalar).map(Array.init) ?? []
                rest = rest.dropFirst(5)
            } else {
                bytes.append(rest.popFirst() ?? byte)
            }
        }
        return bytes.elementsEqual(text) ? nil : bytes
    }

    /// What may be the default of a place, behind its first colon, dash or equals sign: `${NAME:-text}` and `${NAME-text}` of
    /// shells, `${my-name:text}` of Spring, `${env:NAME:-text}` of log settings.
    private static func defaultTexts(in text: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
        guard text.starts(with: "${".utf8), text.last == UInt8(ascii: "}") else { return [] }
        let inner = text.dropFirst(2).dropLast()
        func isDash(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "=") }
        let colon = inner.firstIndex(of: UInt8(ascii: ":")).map { index in
            inner[(index + 1)...].first.map(isDash) == true ? index + 1 : index
        }
        let dash = inner.firstIndex(where: isDash)
        return Set([colon, dash].compactMap { $0 }).sorted().map { index in
            let value = inner[(index + 1)...]
            let isQuoted = value.count >= 2 && value.first?.isQuoteByte == true && value.first == value.last
            return isQuoted ? value.dropFirst().dropLast() : value
        }
    }

    /// Whether nothing stands there but what parts values of JSON and the like.
    private static func isParting(_ text: ArraySlice<UInt8>) -> Bool {
        text.allSatisfy { $0.isBlankByte || ",;}])".utf8.contains($0) }
    }

    /// Whether it is a ``PlainWord`` with what parts it from other values: `null}`, `true,`.
    private static func isPlain(_ text: ArraySlice<UInt8>) -> Bool {
        guard let end = text.lastIndex(where: { !isParting([$0]) }) else { return true }
        return end < text.startIndex + 32 && PlainWord.matches(String(decoding: text[...end], as: UTF8.self))
    }
}
