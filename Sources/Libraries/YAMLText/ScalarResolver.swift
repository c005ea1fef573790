// SPDX-License-Identifier: Apache-2.0

/// Tells what a plain scalar means, from its first byte on, as go-yaml v2 does; see the table in the tests.
enum ScalarResolver {
    /// The meaning of a scalar without a tag and without quotes.
    static func plain(_ bytes: UnsafeBufferPointer<UInt8>) -> ResolvedScalar {
        guard let first = bytes.first else { return .null }
        switch first {
        case 0x30...0x39, UInt8(ascii: "+"), UInt8(ascii: "-"):
            return signedInfinity(bytes) ?? number(bytes) ?? .string(text(bytes))
        case UInt8(ascii: "."):
            return dotted(bytes) ?? .string(text(bytes))
        case UInt8(ascii: "y"), UInt8(ascii: "Y"), UInt8(ascii: "n"), UInt8(ascii: "N"), UInt8(ascii: "t"),
            UInt8(ascii: "T"), UInt8(ascii: "f"), UInt8(ascii: "F"), UInt8(ascii: "o"), UInt8(ascii: "O"),
            UInt8(ascii: "~"):
            let word = text(bytes)
            return bytes.count <= 5 ? self.word(word) ?? .string(word) : .string(word)
        default:
            return .string(text(bytes))
        }
    }

    /// The meaning of a scalar with a tag (without the `tag:yaml.org,2002:` prefix), quoted or not.
    static func tagged(_ tag: String, _ bytes: UnsafeBufferPointer<UInt8>) -> ResolvedScalar {
        if tag == "str" { return .string(text(bytes)) }
        let value = plain(bytes)
        switch (tag, value) {
        case ("int", .int), ("int", .unsigned), ("float", .float), ("bool", .bool), ("null", .null): return value
        case ("float", .int(let whole)): return .float(Double(whole))
        case ("int", _), ("float", _), ("bool", _), ("null", _):
            return .refused(problem: "the value is no !!\(tag)", remedy: "correct the value or remove the tag")
        default: return .refused(problem: unknownTag(tag), remedy: tagRemedy)
        }
    }

    /// The error text for a tag that JSON has no type for. Only YAML's own tags are named: `password: !x1` is a secret
    /// that lacks its quotes.
    static func unknownTag(_ tag: String) -> String {
        let known = ["binary", "omap", "pairs", "set", "timestamp", "value", "yaml", "merge"]
        return known.contains(tag) ? "the tag !!\(tag) is not supported" : "a tag ('!…') that is not supported"
    }
    static let tagRemedy = "remove the tag, or put a value that starts with '!' in quotes"

    static func text(_ bytes: UnsafeBufferPointer<UInt8>) -> String { String(decoding: bytes, as: UTF8.self) }

    private static func word(_ word: String) -> ResolvedScalar? {
        switch word {
        case "y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE": .bool(true)
        case "n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE": .bool(false)
        case "~", "null", "Null", "NULL": .null
        default: nil
        }
    }

    private static func signedInfinity(_ bytes: UnsafeBufferPointer<UInt8>) -> ResolvedScalar? {
        guard bytes.count == 5, bytes[1] == UInt8(ascii: ".") else { return nil }
        switch text(bytes).dropFirst() {
        case ".inf", ".Inf", ".INF": return .float(bytes[0] == UInt8(ascii: "-") ? -.infinity : .infinity)
        default: return nil
        }
    }

    /// `.5`, `.5e3`, `.inf`, `.nan`; an underscore may stand between two digits.
    private static func dotted(_ bytes: UnsafeBufferPointer<UInt8>) -> ResolvedScalar? {
        if bytes.count == 4 {
            switch text(bytes) {
            case ".inf", ".Inf", ".INF": return .float(.infinity)
            case ".nan", ".NaN", ".NAN": return .float(.nan)
            default: break
            }
        }
        var digits: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            guard byte == UInt8(ascii: "_") else {
                digits.append(byte)
                continue
            }
            guard index + 1 < bytes.count, bytes[index - 1].isDigit, bytes[index + 1].isDigit else { return nil }
        }
        return digits.withUnsafeBufferPointer(float)
    }

    /// An integer in any of Go's bases, else a decimal float; underscores have no meaning.
    private static func number(_ bytes: UnsafeBufferPointer<UInt8>) -> ResolvedScalar? {
        if bytes.contains(UInt8(ascii: "_")) {
            let plain = bytes.filter { $0 != UInt8(ascii: "_") }
            return plain.withUnsafeBufferPointer { integer($0) ?? float($0) ?? signedBinary($0) }
        }
        return integer(bytes) ?? float(bytes) ?? signedBinary(bytes)
    }

    private static func integer(_ bytes: UnsafeBufferPointer<UInt8>) -> ResolvedScalar? {
        var rest = bytes[...]
        let isNegative = rest.first == UInt8(ascii: "-")
        let isSigned = isNegative || rest.first == UInt8(ascii: "+")
        if isSigned { rest = rest.dropFirst() }
        var base: UInt64 = 10
        if rest.count > 1, rest.first == UInt8(ascii: "0") {
            switch rest[rest.startIndex + 1] | 0x20 {
            case UInt8(ascii: "x"): base = 16
            case UInt8(ascii: "o"): base = 8
            case UInt8(ascii: "b"): base = 2
            default: base = 0
            }
            rest = rest.dropFirst(base == 0 ? 1 : 2)
            if base == 0 { base = 8 }
        }
        guard let magnitude = digits(rest, base: base) else { return nil }
        if isNegative {
            return magnitude <= UInt64(Int64.max) + 1 ? .int(Int64(truncatingIfNeeded: 0 &- magnitude)) : nil
        }
        if magnitude <= UInt64(Int64.max) { return .int(Int64(magnitude)) }
        return isSigned ? nil : .unsigned(magnitude)
    }

    private static func digits(_ bytes: Slice<UnsafeBufferPointer<UInt8>>, base: UInt64) -> UInt64? {
        guard !bytes.isEmpty else { return nil }
        var value: UInt64 = 0
        for byte in bytes {
            let digit: UInt64
            switch byte {
            case 0x30...0x39: digit = UInt64(byte - 0x30)
            case 0x41...0x46: digit = UInt64(byte - 0x41 + 10)
            case 0x61...0x66: digit = UInt64(byte - 0x61 + 10)
            default: return nil
            }
            guard digit < base else { return nil }
            let (scaled, overflow) = value.multipliedReportingOverflow(by: base)
            let (sum, carry) = scaled.addingReportingOverflow(digit)
            if overflow || carry { return nil }
            value = sum
        }
        return value
    }

    /// `[-+]? ( .digits | digits [.digits?] ) [exponent]`, within the range of a double.
    private static func float(_ bytes: UnsafeBufferPointer<UInt8>) -> ResolvedScalar? {
        var index = 0
        func skipDigits() -> Int {
            let start = index
            while index < bytes.count, bytes[index].isDigit { index += 1 }
            return index - start
        }
        func at(_ characters: UInt8...) -> Bool { index < bytes.count && characters.contains(bytes[index]) }
        if at(UInt8(ascii: "+"), UInt8(ascii: "-")) { index += 1 }
        let whole = skipDigits()
        var fraction = 0
        if at(UInt8(ascii: ".")) {
            index += 1
            fraction = skipDigits()
        }
        guard whole > 0 || fraction > 0 else { return nil }
        if at(UInt8(ascii: "e"), UInt8(ascii: "E")) {
            index += 1
            if at(UInt8(ascii: "+"), UInt8(ascii: "-")) { index += 1 }
            guard skipDigits() > 0 else { return nil }
        }
        guard index == bytes.count, let value = Double(text(bytes)), value.isFinite else { return nil }
        return .float(value)
    }

    /// `0b+1` and `0b-1`: go-yaml reads a second sign behind the binary prefix.
    private static func signedBinary(_ bytes: UnsafeBufferPointer<UInt8>) -> ResolvedScalar? {
        guard bytes.count > 3, bytes[0] == UInt8(ascii: "0"), bytes[1] == UInt8(ascii: "b") else { return nil }
        guard bytes[2] == UInt8(ascii: "+") || bytes[2] == UInt8(ascii: "-") else { return nil }
        guard let magnitude = digits(bytes[3...], base: 2), magnitude <= UInt64(Int64.max) else { return nil }
        return .int(bytes[2] == UInt8(ascii: "-") ? -Int64(magnitude) : Int64(magnitude))
    }
}

extension UInt8 {
    /// A digit of ASCII.
    var isDigit: Bool { self >= 0x30 && self <= 0x39 }
}
