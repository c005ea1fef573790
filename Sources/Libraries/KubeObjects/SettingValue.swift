// SPDX-License-Identifier: Apache-2.0

/// What stands behind the sign of a setting (`KEY=VALUE`, `key: value`), in all the ways in which a program may read it.
struct SettingValue {
    /// A longer one is masked as a part of the whole value only.
    private static let maxBytes = 16 << 10
    /// So many defaults in defaults are read: `${A:-${B:-text}}`.
    private static let maxDefaults = 3

    /// The longest place of another value that is known as one.
    private static let maxPlace = 256
    /// So far away the sign of another setting is looked for.
    private static let maxGap = 64

    /// What it may mean, the longest first.
    private(set) var leaves: [SecretLeaf] = []
    /// Where the setting ends.
    private(set) var end: Int

    /// - Parameters:
    ///   - rest: The line from behind the sign on.
    ///   - isFirst: Whether the setting is the first one of its line: then its value may be all of the rest.
    init(_ rest: ArraySlice<UInt8>, isFirst: Bool) {
        let value = rest.drop(while: \.isBlankByte)
        end = value.startIndex
        if let quote = value.first, quote.isQuoteByte, readQuoted(value, quote) { return }
        readBare(value, isFirst: isFirst)
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
        for end in ends.reversed() { add(inner[..<end]) }
        end = (ends.last ?? first) + 1
        return true
    }

    /// Reads up to the end of the line, to what may begin a comment, and to what may part it from another setting.
    private mutating func readBare(_ value: ArraySlice<UInt8>, isFirst: Bool) {
        let place = value[Self.endOfPlace(value)...]
        let parting = place.firstIndex { $0.isBlankByte || ";,&}])<>\"'".utf8.contains($0) } ?? value.endIndex
        if isFirst {
            let whole = value.trimmingBlanks
            if whole.endIndex > parting {
                add(whole)
                // One of the first marks, or the last one.
                let marks = zip(value.indices, value.dropFirst()).filter { index, next in
                    value[index].isBlankByte && (next == UInt8(ascii: "#") || next == UInt8(ascii: ";"))
                }
                for (mark, _) in marks.prefix(8) + marks.suffix(1) { add(value[..<mark].trimmingBlanks) }
            }
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
        guard text.count >= 4, text.count <= Self.maxBytes else { return }
        for bytes in [Array(text), unescaped(text)].compactMap({ $0 }) {
            leaves.append(SecretLeaf(text: String(decoding: bytes, as: UTF8.self), isTelling: isTelling))
        }
        if defaults > 0, let text = Self.defaultText(in: text) {
            add(text, isTelling: isTelling, defaults: defaults - 1)
        }
    }

    /// The text without escapes: `\x` is an `x`, two quotes or dollars are one; nil when there are none.
    private func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8]? {
        var bytes: [UInt8] = []
        var rest = text
        while let byte = rest.popFirst() {
            let isDoubled = byte == rest.first && (byte == UInt8(ascii: "'") || byte == UInt8(ascii: "$"))
            if isDoubled { rest = rest.dropFirst() }
            bytes.append(byte == UInt8(ascii: "\\") ? rest.popFirst() ?? byte : byte)
        }
        return bytes.count == text.count ? nil : bytes
    }

    /// The default of a place (`${NAME:-text}` of shells, `${name:text}` of Spring).
    private static func defaultText(in text: ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard text.starts(with: "${".utf8), text.last == UInt8(ascii: "}") else { return nil }
        let inner = text.dropFirst(2).dropLast()
        let sign = inner.drop { $0.isKeyByte && $0 != UInt8(ascii: "-") }
        let signs = [":-", ":=", ":", "-", "="].map { Array($0.utf8) }
        guard let found = signs.first(where: { sign.starts(with: $0) }) else { return nil }
        let value = sign.dropFirst(found.count)
        let isQuoted = value.count >= 2 && value.first?.isQuoteByte == true && value.first == value.last
        return isQuoted ? value.dropFirst().dropLast() : value
    }
}
