// SPDX-License-Identifier: Apache-2.0

/// Recognises escapes. Each look at a place reads a bounded number of bytes, but for blanks that belong to the escape.
///
/// Generic, so that a test can count the bytes that are read.
struct EscapeReader<Bytes: RandomAccessCollection> where Bytes.Element == UInt8, Bytes.Index == Int {
    private let bytes: Bytes

    init(_ bytes: Bytes) { self.bytes = bytes }

    /// A bit for each format of which the text has an escape. An empty text in quotes (`a: ''`) is none.
    var formats: UInt8 {
        var seen: UInt8 = 0
        for index in bytes.startIndex..<bytes.endIndex {
            let format: EscapeFormat
            switch bytes[index] {
            case 0x5C: format = .backslash
            case 0x26: format = .entity
            case 0x25: format = .percent
            case 0x22, 0x27: format = .doubledQuote
            default: continue
            }
            guard seen & format.bit == 0, escape(of: format, at: index) != nil else { continue }
            if format != .doubledQuote || !isEmptyText(at: index) { seen |= format.bit }
        }
        return seen
    }

    /// The escape that begins at `index`; nil when none does.
    ///
    /// - Parameters:
    ///   - format: Of which format.
    ///   - index: Of a byte of the text.
    ///   - isQuoted: Whether the place is in double quotes, where YAML breaks long lines at blanks.
    /// - Returns: How long it is, and what it stands for.
    func escape(of format: EscapeFormat, at index: Int, isQuoted: Bool = false) -> Escape? {
        switch (format, bytes[index]) {
        case (.backslash, 0x5C): backslash(at: index)
        case (.backslash, 0x0A): isQuoted ? fold(at: index) : nil
        case (.entity, 0x26): entity(at: index)
        case (.percent, 0x25): hexadecimal(at: index + 1, digits: 2).map { Escape(length: 3, .byte(UInt8($0))) }
        case (.doubledQuote, 0x22), (.doubledQuote, 0x27): doubledQuote(at: index)
        default: nil
        }
    }

    private func byte(_ index: Int) -> UInt8? {
        index >= bytes.startIndex && index < bytes.endIndex ? bytes[index] : nil
    }

    private func stands(_ word: StaticString, at start: Int) -> Bool {
        (0..<word.utf8CodeUnitCount).allSatisfy { byte(start + $0) == word.utf8Start[$0] }
    }

    /// The first index from `start` on that has no space or tab.
    private func skipBlanks(from start: Int) -> Int {
        var index = start
        while let byte = byte(index), byte == 0x20 || byte == 0x09 { index += 1 }
        return index
    }

    private func digit(at index: Int) -> UInt32? {
        guard let byte = byte(index) else { return nil }
        switch byte {
        case 0x30...0x39: return UInt32(byte - 0x30)
        case 0x41...0x46: return UInt32(byte - 0x41 + 10)
        case 0x61...0x66: return UInt32(byte - 0x61 + 10)
        default: return nil
        }
    }

    /// The number of exactly so many hexadecimal digits, eight at most.
    private func hexadecimal(at start: Int, digits: Int) -> UInt32? {
        var number: UInt32 = 0
        for index in start..<start + digits {
            guard let digit = digit(at: index) else { return nil }
            number = number << 4 | digit
        }
        return number
    }
}

// MARK: - Backslashes

extension EscapeReader {
    private func backslash(at index: Int) -> Escape? {
        guard let mark = byte(index + 1) else { return nil }
        switch mark {
        case UInt8(ascii: "u"): return unicode(at: index)
        case UInt8(ascii: "U"): return hexadecimal(at: index + 2, digits: 8).map { Escape(length: 10, code: $0) }
        case UInt8(ascii: "x"): return codeUnit(at: index)
        case 0x30...0x37: return octal(at: index)
        case 0x0A, 0x0D: return lineThatGoesOn(at: index)
        // YAML's next line, line separator and paragraph separator.
        case UInt8(ascii: "N"): return Escape(length: 2, code: 0x85)
        case UInt8(ascii: "L"): return Escape(length: 2, code: 0x2028)
        case UInt8(ascii: "P"): return Escape(length: 2, code: 0x2029)
        default: return Self.simple(mark).map { Escape(length: 2, .byte($0)) }
        }
    }

    /// What a backslash and one byte stand for: a control character, or the byte itself when it is no letter or digit.
    private static func simple(_ mark: UInt8) -> UInt8? {
        switch mark {
        case UInt8(ascii: "a"): 0x07
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "v"): 0x0B
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "e"): 0x1B
        case 0x09, 0x20...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E: mark
        default: nil
        }
    }

    /// `\u00e9`, `\ud83d\ude00`, `\u{e9}`.
    private func unicode(at index: Int) -> Escape? {
        if byte(index + 2) == UInt8(ascii: "{") { return braced(at: index) }
        guard let high = hexadecimal(at: index + 2, digits: 4) else { return nil }
        guard (0xD800..<0xDC00).contains(high), stands("\\u", at: index + 6),
            let low = hexadecimal(at: index + 8, digits: 4), (0xDC00..<0xE000).contains(low)
        else { return Escape(length: 6, code: high) }
        return Escape(length: 12, code: 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    }

    private func braced(at index: Int) -> Escape? {
        let start = index + 3
        var place = start
        var code: UInt32 = 0
        while place < start + 8, let digit = digit(at: place) {
            code = code << 4 | digit
            place += 1
        }
        guard place > start, byte(place) == UInt8(ascii: "}") else { return nil }
        return Escape(length: place + 1 - index, code: code)
    }

    /// `\x1b`. From 80 on YAML means a letter, and Go and Python a byte: what makes a letter of UTF-8 together is taken
    /// for bytes.
    private func codeUnit(at index: Int) -> Escape? {
        guard let first = hexadecimal(at: index + 2, digits: 2) else { return nil }
        let count: Int
        switch first {
        case 0xC2...0xDF: count = 2
        case 0xE0...0xEF: count = 3
        case 0xF0...0xF4: count = 4
        default: return Escape(length: 4, code: first)
        }
        var code = first & (0x7F >> UInt32(count))
        for place in stride(from: index + 4, to: index + 4 * count, by: 4) {
            guard stands("\\x", at: place), let next = hexadecimal(at: place + 2, digits: 2),
                (0x80...0xBF).contains(next)
            else { return Escape(length: 4, code: first) }
            code = code << 6 | (next & 0x3F)
        }
        return Escape(length: 4 * count, code: code)
    }

    /// `\033`, a byte; `\0`.
    private func octal(at index: Int) -> Escape? {
        var number: UInt32 = 0
        for place in index + 1..<index + 4 {
            guard let digit = digit(at: place), digit < 8 else {
                return byte(index + 1) == UInt8(ascii: "0") ? Escape(length: 2, .byte(0)) : nil
            }
            number = number << 3 | digit
        }
        return number < 0x100 ? Escape(length: 4, .byte(UInt8(number))) : nil
    }

    /// A backslash at the end of a line, with what indents the next one.
    private func lineThatGoesOn(at index: Int) -> Escape? {
        let feed = byte(index + 1) == 0x0D ? index + 2 : index + 1
        guard byte(feed) == 0x0A else { return nil }
        return Escape(length: skipBlanks(from: feed + 1) - index, .nothing)
    }

    /// A line break with what indents the next line: a blank, for YAML in double quotes. In other formats the lines of
    /// a value are not indented.
    private func fold(at index: Int) -> Escape? {
        let next = skipBlanks(from: index + 1)
        return next > index + 1 ? Escape(length: next - index, .byte(0x20)) : nil
    }
}

// MARK: - Entities and quotes

/// The entities that every writer of HTML and XML uses. A generic type has no stored constants.
private enum Entity {
    static let named: [(name: StaticString, byte: UInt8)] = [
        ("quot;", UInt8(ascii: "\"")), ("amp;", UInt8(ascii: "&")), ("lt;", UInt8(ascii: "<")),
        ("gt;", UInt8(ascii: ">")), ("apos;", UInt8(ascii: "'")),
    ]
}

extension EscapeReader {
    private func entity(at index: Int) -> Escape? {
        if byte(index + 1) == UInt8(ascii: "#") { return numericEntity(at: index) }
        guard let entity = Entity.named.first(where: { stands($0.name, at: index + 1) }) else { return nil }
        return Escape(length: entity.name.utf8CodeUnitCount + 1, .byte(entity.byte))
    }

    /// `&#34;`, `&#x22;`.
    private func numericEntity(at index: Int) -> Escape? {
        let isHexadecimal = byte(index + 2) == UInt8(ascii: "x") || byte(index + 2) == UInt8(ascii: "X")
        let start = isHexadecimal ? index + 3 : index + 2
        var place = start
        var code: UInt32 = 0
        while place < start + 7, let digit = digit(at: place), isHexadecimal || digit < 10 {
            code = code * (isHexadecimal ? 16 : 10) + digit
            place += 1
        }
        guard place > start, byte(place) == UInt8(ascii: ";") else { return nil }
        return Escape(length: place + 1 - index, code: code)
    }

    private func doubledQuote(at index: Int) -> Escape? {
        if stands("'\\''", at: index) { return Escape(length: 4, .byte(bytes[index])) }
        return byte(index + 1) == bytes[index] ? Escape(length: 2, .byte(bytes[index])) : nil
    }

    /// Whether the two quotes at `index` are a text without letters: `''`, `["", ""]`.
    private func isEmptyText(at index: Int) -> Bool {
        guard byte(index + 1) == bytes[index] else { return false }
        return byte(index - 1)?.standsBeforeText != false && byte(index + 2)?.standsBehindText != false
    }
}

extension UInt8 {
    private var isWhite: Bool { self == 0x20 || (0x09...0x0D).contains(self) }

    /// White space, or one of `:=,([{`.
    fileprivate var standsBeforeText: Bool { isWhite || [0x3A, 0x3D, 0x2C, 0x28, 0x5B, 0x7B].contains(self) }

    /// White space, or one of `,;:)]}/>`.
    fileprivate var standsBehindText: Bool {
        isWhite || [0x2C, 0x3B, 0x3A, 0x29, 0x5D, 0x7D, 0x2F, 0x3E].contains(self)
    }
}
