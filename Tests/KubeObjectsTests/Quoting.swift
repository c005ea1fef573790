// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// How programs quote a text, without the quotes around it.
enum Quoting: Sendable, CaseIterable {
    case plain
    /// What must be escaped, `\u001b`.
    case json
    /// All but ASCII as `\u00e9`.
    case asciiJSON
    /// Go's: `&` as `\u0026`.
    case goJSON
    /// Go's `%q`.
    case goString
    case swiftString
    /// In double quotes: `\e`, `\xe9`, `\U0001f600`.
    case yaml
    /// The same, broken into two lines.
    case foldedYAML
    /// In single quotes.
    case singleQuotedYAML
    case pythonBytes
    /// C's and git's: `\303\251`.
    case octal
    case html
    case numericHTML
    case percent
    case smallPercent
    case base64

    /// One after the other, the first one innermost.
    static let chains: [[Quoting]] =
        allCases.map { [$0] } + [
            [.json, .json], [.goJSON, .goString], [.asciiJSON, .json, .json], [.goString, .json], [.yaml, .json],
            [.swiftString, .json], [.octal, .json], [.pythonBytes, .goString], [.html, .goJSON], [.json, .html],
            [.json, .json, .html], [.html, .html], [.percent, .json], [.json, .percent], [.singleQuotedYAML, .json],
            [.json, .singleQuotedYAML], [.base64, .json], [.base64, .percent],
            [.percent, .percent], [.percent, .smallPercent, .percent], [.percent, .percent, .goJSON],
        ]

    static func quote(_ text: String, by chain: [Quoting]) -> String { chain.reduce(text) { $1.quote($0) } }

    func quote(_ text: String) -> String {
        switch self {
        case .plain: text
        case .foldedYAML: folded(text)
        case .pythonBytes, .octal, .smallPercent: text.utf8.map { byte($0) }.joined()
        case .percent: Redactor.percentEncoded(text)
        case .base64: Base64.text(of: Array(text.utf8))
        default: text.unicodeScalars.map { scalar($0) }.joined()
        }
    }

    private func scalar(_ scalar: Unicode.Scalar) -> String {
        switch self {
        case .json, .asciiJSON, .goJSON: json(scalar)
        case .goString, .swiftString: string(scalar)
        case .yaml, .foldedYAML: yaml(scalar)
        case .singleQuotedYAML: scalar == "'" ? "''" : String(scalar)
        case .html: html(scalar)
        case .numericHTML: Self.isLetterOrDigit(scalar) ? String(scalar) : "&#x\(Self.digits(scalar.value, 1));"
        default: String(scalar)
        }
    }

    private func json(_ scalar: Unicode.Scalar) -> String {
        if let short = Self.short(scalar, ["\"": "\"", "\\": "\\", "\n": "n", "\r": "r", "\t": "t"]) { return short }
        let isEscaped: Bool
        switch self {
        case .asciiJSON: isEscaped = scalar.value < 0x20 || scalar.value >= 0x7F
        case .goJSON: isEscaped = scalar.value < 0x20 || scalar == "&" || scalar == "<" || scalar == ">"
        default: isEscaped = scalar.value < 0x20
        }
        guard isEscaped else { return String(scalar) }
        return String(scalar).utf16.map { "\\u\(Self.digits(UInt32($0), 4))" }.joined()
    }

    private func string(_ scalar: Unicode.Scalar) -> String {
        if let short = Self.short(scalar, ["\"": "\"", "\\": "\\", "\n": "n", "\r": "r", "\t": "t"]) { return short }
        if self == .swiftString, scalar == "'" { return "\\'" }
        guard scalar.value < 0x20 || scalar.value == 0x7F else { return String(scalar) }
        let digits = Self.digits(scalar.value, self == .goString ? 2 : 1)
        return self == .goString ? "\\x\(digits)" : "\\u{\(digits)}"
    }

    private func yaml(_ scalar: Unicode.Scalar) -> String {
        let letters = ["\"": "\"", "\\": "\\", "/": "/", "\n": "n", "\r": "r", "\t": "t", "\u{1B}": "e"]
        if let short = Self.short(scalar, letters) { return short }
        switch scalar.value {
        case 0x20..<0x7F: return String(scalar)
        case ..<0x100: return "\\x\(Self.digits(scalar.value, 2))"
        case ..<0x1_0000: return "\\u\(Self.digits(scalar.value, 4))"
        default: return "\\U\(Self.digits(scalar.value, 8))"
        }
    }

    /// At a blank, where there is a single one; else a backslash ends the line.
    private func folded(_ text: String) -> String {
        var parts = text.unicodeScalars.map { yaml($0) }
        if let blank = parts.firstIndex(of: " "), blank > 0, blank + 1 < parts.count, parts[blank + 1] != " " {
            parts[blank] = "\n      "
        } else if parts.count > 3 {
            if parts[3] == " " { parts[3] = "\\ " }
            parts.insert("\\\n      ", at: 3)
        }
        return parts.joined()
    }

    private func html(_ scalar: Unicode.Scalar) -> String {
        switch scalar {
        case "&": "&amp;"
        case "<": "&lt;"
        case ">": "&gt;"
        case "\"": "&quot;"
        case "'": "&#39;"
        default: String(scalar)
        }
    }

    private func byte(_ byte: UInt8) -> String {
        let scalar = Unicode.Scalar(byte)
        if self == .smallPercent {
            return Self.isLetterOrDigit(scalar) ? String(scalar) : "%\(Self.digits(UInt32(byte), 2))"
        }
        let quote = self == .octal ? "\"" : "'"
        if let short = Self.short(scalar, [quote: quote, "\\": "\\", "\n": "n"]) { return short }
        if (0x20..<0x7F).contains(byte) { return String(scalar) }
        if self == .pythonBytes { return "\\x\(Self.digits(UInt32(byte), 2))" }
        let digits = String(byte, radix: 8)
        return "\\" + String(repeating: "0", count: 3 - digits.utf8.count) + digits
    }

    private static func short(_ scalar: Unicode.Scalar, _ letters: [String: String]) -> String? {
        letters[String(scalar)].map { "\\\($0)" }
    }

    /// Hexadecimal digits, so many at least.
    private static func digits(_ value: UInt32, _ count: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: max(0, count - digits.utf8.count)) + digits
    }

    private static func isLetterOrDigit(_ scalar: Unicode.Scalar) -> Bool {
        (0x30...0x39).contains(scalar.value) || (0x41...0x5A).contains(scalar.value)
            || (0x61...0x7A).contains(scalar.value)
    }
}
