// SPDX-License-Identifier: Apache-2.0

/// Why bytes are not one complete JSON document.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What is wrong, in a few words, without any of the document's own values.
    package let problem: String
    /// Byte offset of the place, from 0.
    package let offset: Int
    /// Line of the place, from 1.
    package let line: Int
    /// Whether the text ends in the middle of a value: with more behind it, it might be a document.
    package let isCutShort: Bool

    package var description: String { "line \(line): \(problem) (byte \(offset))" }
}

/// Reads exactly one JSON document (RFC 8259) out of bytes. Strict: no comments, no trailing text, valid UTF-8 only.
///
/// One pass over the bytes. Numbers become `Int64` when they are integers that fit, else `Double`; a number beyond
/// `Double` is an error. Of a repeated key the last value stays, as in Go, unless `rejectsDuplicateKeys`.
package struct JSONParser {
    /// What one parse may cost.
    package struct Limits: Sendable, Hashable {
        package var maxDepth: Int
        package var maxBytes: Int
        /// Values of all kinds together, keys not counted: `[],[],` costs many times its own size in memory.
        package var maxValues: Int
        package var rejectsDuplicateKeys: Bool

        package init(
            maxDepth: Int = 512,
            maxBytes: Int = 256 << 20,
            maxValues: Int = 4_000_000,
            rejectsDuplicateKeys: Bool = false
        ) {
            self.maxDepth = maxDepth
            self.maxBytes = maxBytes
            self.maxValues = maxValues
            self.rejectsDuplicateKeys = rejectsDuplicateKeys
        }
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private let limits: Limits
    private var position = 0
    /// Values begun so far.
    private var values = 0
    /// The members and elements of all objects and lists that are still open, those of the innermost last: a closed one
    /// takes its own into an array of exactly their number.
    private var openMembers: [JSONObject.Member] = []
    private var openElements: [JSON] = []
    /// Long keys seen before, by a hash of their bytes; empty until there is one.
    private var longKeys: [String] = []
    /// Values that are likely to stand in the document again, byte by byte; the last one seen first.
    private var repeated: [RepeatedValue] = []

    private init(bytes: UnsafeBufferPointer<UInt8>, limits: Limits) {
        self.bytes = bytes
        self.limits = limits
    }

    /// Parses the whole buffer as one document; anything but white space behind it is an error.
    package static func parse(
        _ bytes: UnsafeBufferPointer<UInt8>,
        limits: Limits = Limits()
    ) throws(JSONError) -> JSON {
        var parser = JSONParser(bytes: bytes, limits: limits)
        guard bytes.count <= limits.maxBytes else { throw parser.error("larger than \(limits.maxBytes) bytes") }
        parser.skipWhiteSpace()
        let value = try parser.value(depth: 0)
        parser.skipWhiteSpace()
        guard parser.position == bytes.count else { throw parser.error("text behind the end of the document") }
        return value
    }

    /// Parses an array of bytes as one document.
    package static func parse(_ bytes: [UInt8], limits: Limits = Limits()) throws(JSONError) -> JSON {
        let result = bytes.withUnsafeBufferPointer { buffer -> Result<JSON, JSONError> in
            Result { () throws(JSONError) in try parse(buffer, limits: limits) }
        }
        return try result.get()
    }

    /// Parses text as one document.
    package static func parse(_ text: String, limits: Limits = Limits()) throws(JSONError) -> JSON {
        try parse(Array(text.utf8), limits: limits)
    }

    private func error(_ problem: String, isCutShort: Bool = false) -> JSONError {
        let end = Swift.min(position, bytes.count)
        let line = bytes[..<end].reduce(into: 1) { if $1 == 0x0A { $0 += 1 } }
        return JSONError(problem: problem, offset: end, line: line, isCutShort: isCutShort)
    }

    /// The place is in what the text ends, such as ` inside a list`; empty where that is not told.
    private func unexpectedEnd(_ place: String = "") -> JSONError {
        error("unexpected end\(place)", isCutShort: true)
    }

    @inline(__always)
    private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

    @inline(__always)
    private mutating func skipWhiteSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func value(depth: Int) throws(JSONError) -> JSON {
        guard let byte = current else { throw unexpectedEnd() }
        values += 1
        guard values <= limits.maxValues else { throw error("more than \(limits.maxValues) values") }
        switch byte {
        case UInt8(ascii: "{"): return try object(depth: depth + 1)
        case UInt8(ascii: "["): return try array(depth: depth + 1)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try literal("true", .bool(true))
        case UInt8(ascii: "f"): return try literal("false", .bool(false))
        case UInt8(ascii: "n"): return try literal("null", .null)
        default: return try number()
        }
    }

    private mutating func literal(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
        let length = word.utf8CodeUnitCount
        guard position + length <= bytes.count else { throw unexpectedEnd() }
        for index in 0..<length where bytes[position + index] != word.utf8Start[index] {
            throw error("unexpected character")
        }
        position += length
        return value
    }

    private mutating func object(depth: Int) throws(JSONError) -> JSON {
        guard depth <= limits.maxDepth else { throw error("nested deeper than \(limits.maxDepth) levels") }
        position += 1
        let first = openMembers.count
        skipWhiteSpace()
        if current == UInt8(ascii: "}") {
            position += 1
            return .object(JSONObject())
        }
        while true {
            guard current == UInt8(ascii: "\"") else { throw error("expected a key in double quotes") }
            let key = try string(isKey: true)
            skipWhiteSpace()
            guard current == UInt8(ascii: ":") else { throw error("expected ':' behind a key") }
            position += 1
            skipWhiteSpace()
            let value = key == JSONParser.repeatedKey ? try repeatedValue(depth: depth) : try value(depth: depth)
            openMembers.append(JSONObject.Member(key: key, value: value))
            skipWhiteSpace()
            switch current {
            case UInt8(ascii: ","):
                position += 1
                skipWhiteSpace()
            case UInt8(ascii: "}"):
                position += 1
                let count = openMembers.count - first
                let object = JSONObject(Array(openMembers[first...]))
                openMembers.removeLast(count)
                if limits.rejectsDuplicateKeys, object.count != count {
                    throw error("a key stands twice in one object")
                }
                return .object(object)
            case nil: throw unexpectedEnd(" inside an object")
            default: throw error("expected ',' or '}'")
            }
        }
    }

    private mutating func array(depth: Int) throws(JSONError) -> JSON {
        guard depth <= limits.maxDepth else { throw error("nested deeper than \(limits.maxDepth) levels") }
        position += 1
        let first = openElements.count
        skipWhiteSpace()
        if current == UInt8(ascii: "]") {
            position += 1
            return .array([])
        }
        while true {
            let element = try value(depth: depth)
            openElements.append(element)
            skipWhiteSpace()
            switch current {
            case UInt8(ascii: ","):
                position += 1
                skipWhiteSpace()
            case UInt8(ascii: "]"):
                position += 1
                let elements = Array(openElements[first...])
                openElements.removeLast(elements.count)
                return .array(elements)
            case nil: throw unexpectedEnd(" inside a list")
            default: throw error("expected ',' or ']'")
            }
        }
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = position
        if current == UInt8(ascii: "-") { position += 1 }
        let firstDigit = position
        var magnitude: UInt64 = 0
        var fits = true
        while let byte = current, byte >= 0x30, byte <= 0x39 {
            let (scaled, overflow) = magnitude.multipliedReportingOverflow(by: 10)
            let (sum, carry) = scaled.addingReportingOverflow(UInt64(byte - 0x30))
            if overflow || carry { fits = false }
            magnitude = sum
            position += 1
        }
        guard position > firstDigit else { throw error("unexpected character") }
        if bytes[firstDigit] == 0x30, position - firstDigit > 1 { throw error("a number starts with 0") }
        var isInteger = true
        if current == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            try digits()
        }
        if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
            isInteger = false
            position += 1
            if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { position += 1 }
            try digits()
        }
        if isInteger, fits {
            let negative = firstDigit > start
            if !negative, magnitude <= UInt64(Int64.max) { return .int(Int64(magnitude)) }
            if negative, magnitude <= UInt64(Int64.max) + 1 { return .int(Int64(truncatingIfNeeded: 0 &- magnitude)) }
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        guard let value = Double(text), value.isFinite else { throw error("a number is out of range") }
        return .double(value)
    }

    private mutating func digits() throws(JSONError) {
        let start = position
        while let byte = current, byte >= 0x30, byte <= 0x39 { position += 1 }
        guard position > start else { throw error("expected a digit") }
    }
}

/// A value and where it stands.
private struct RepeatedValue {
    let place: Range<Int>
    let depth: Int
    let value: JSON
}

/// `managedFields` is nearly half of what an API server lists, and objects of one kind that were written by the same
/// tools have the same field sets in it: those that are equal byte by byte are read once and share one value. This halves
/// the memory of such a list, and saves a third of its parsing.
extension JSONParser {
    private static let repeatedKey = "fieldsV1"
    /// So many different values are remembered.
    private static let maxRepeated = 16

    private mutating func repeatedValue(depth: Int) throws(JSONError) -> JSON {
        let start = position
        if let index = repeated.firstIndex(where: { stands($0, at: start, depth: depth) }) {
            let known = repeated[index]
            repeated.swapAt(index, 0)
            position += known.place.count
            return known.value
        }
        let value = try value(depth: depth)
        // Only a closed object is the same value wherever its bytes stand; `1` might be the beginning of `12`.
        if case .object = value {
            if repeated.count == JSONParser.maxRepeated { repeated.removeLast() }
            repeated.insert(RepeatedValue(place: start..<position, depth: depth, value: value), at: 0)
        }
        return value
    }

    private func stands(_ known: RepeatedValue, at start: Int, depth: Int) -> Bool {
        let count = known.place.count
        guard depth <= known.depth, start + count <= bytes.count else { return false }
        return bytes[start..<start + count].elementsEqual(bytes[known.place])
    }
}

extension JSONParser {
    private mutating func string(isKey: Bool = false) throws(JSONError) -> String {
        position += 1
        let start = position
        var isASCII = true
        while position < bytes.count {
            let byte = bytes[position]
            if byte == UInt8(ascii: "\"") {
                let slice = UnsafeBufferPointer(rebasing: bytes[start..<position])
                position += 1
                if isASCII { return isKey ? keyText(slice) : String(decoding: slice, as: UTF8.self) }
                guard let text = String(validating: slice, as: UTF8.self) else { throw error("invalid UTF-8") }
                return text
            }
            if byte == UInt8(ascii: "\\") { return try escapedString(from: start) }
            if byte < 0x20 { throw error("a control character inside a string") }
            if byte >= 0x80 { isASCII = false }
            position += 1
        }
        throw unexpectedEnd(" inside a string")
    }

    /// A key of ASCII letters. Objects of one list repeat the same keys; those that `String` cannot hold in place share
    /// one storage, which saves about a seventh of a live set's memory.
    private mutating func keyText(_ bytes: UnsafeBufferPointer<UInt8>) -> String {
        guard (16...64).contains(bytes.count) else { return String(decoding: bytes, as: UTF8.self) }
        if longKeys.isEmpty { longKeys = Array(repeating: "", count: 256) }
        // FNV-1a: a clash only costs the sharing.
        let hash = bytes.reduce(0x811C_9DC5 as UInt32) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
        let slot = Int(hash >> 24)
        let seen = longKeys[slot]
        if seen.utf8.count == bytes.count, seen.utf8.elementsEqual(bytes) { return seen }
        let text = String(decoding: bytes, as: UTF8.self)
        longKeys[slot] = text
        return text
    }

    private mutating func escapedString(from start: Int) throws(JSONError) -> String {
        var text = Array(bytes[start..<position])
        while position < bytes.count {
            let byte = bytes[position]
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                guard let valid = String(validating: text, as: UTF8.self) else { throw error("invalid UTF-8") }
                return valid
            case UInt8(ascii: "\\"):
                position += 1
                try escape(into: &text)
            case 0..<0x20: throw error("a control character inside a string")
            default:
                text.append(byte)
                position += 1
            }
        }
        throw unexpectedEnd(" inside a string")
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        guard let byte = current else { throw unexpectedEnd(" inside a string") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"): text.append(contentsOf: Array(String(Character(try unicodeEscape())).utf8))
        default: throw error("an unknown escape")
        }
    }

    /// Reads the four digits behind `\u`, and the second half of a surrogate pair; a lone half becomes U+FFFD, as in Go.
    private mutating func unicodeEscape() throws(JSONError) -> Unicode.Scalar {
        let first = try hexadecimalUnit()
        let replacement: Unicode.Scalar = "\u{FFFD}"
        guard (0xD800...0xDFFF).contains(first) else { return Unicode.Scalar(first) ?? replacement }
        guard first < 0xDC00, position + 1 < bytes.count, bytes[position] == UInt8(ascii: "\\"),
            bytes[position + 1] == UInt8(ascii: "u")
        else { return replacement }
        let mark = position
        position += 2
        let second = try hexadecimalUnit()
        guard (0xDC00...0xDFFF).contains(second) else {
            position = mark
            return replacement
        }
        return Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)) ?? replacement
    }

    private mutating func hexadecimalUnit() throws(JSONError) -> UInt32 {
        guard position + 4 <= bytes.count else { throw unexpectedEnd(" inside a string") }
        var unit: UInt32 = 0
        for _ in 0..<4 {
            let byte = bytes[position]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46: digit = byte - 0x41 + 10
            case 0x61...0x66: digit = byte - 0x61 + 10
            default: throw error("expected four hexadecimal digits")
            }
            unit = unit << 4 | UInt32(digit)
            position += 1
        }
        return unit
    }
}
