// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// The four ways to write a text.
extension YAMLEmitter {
    /// The column behind which a blank becomes a line break.
    private static let bestWidth = 80

    /// Writes a text at the current place; its further lines start at `indent`.
    mutating func write(_ text: ScalarText, indent: Int, place: Place) {
        switch text.style(place: place) {
        case .plain: folded(text.characters, indent: indent, mayFold: place == .value, isQuoted: false)
        case .singleQuoted:
            ascii("'")
            folded(text.characters, indent: indent, mayFold: place == .value, isQuoted: true)
            ascii("'")
        case .doubleQuoted: doubleQuoted(text.characters, indent: indent, mayFold: place == .value)
        case .literal: literal(text.characters, indent: indent)
        }
    }

    private mutating func append(_ character: Unicode.Scalar) {
        output.append(contentsOf: character.utf8)
        column += 1
    }

    /// Plain or single-quoted text, which has no line breaks: long lines break at single blanks.
    private mutating func folded(_ text: [Unicode.Scalar], indent: Int, mayFold: Bool, isQuoted: Bool) {
        var afterSpace = false
        for (index, character) in text.enumerated() {
            if character == " " {
                let isInside = !isQuoted || (index > 0 && index < text.count - 1)
                let nextIsSpace = index + 1 < text.count && text[index + 1] == " "
                if mayFold, !afterSpace, column > Self.bestWidth, isInside, !nextIsSpace {
                    startLine(indent)
                } else {
                    append(character)
                }
                afterSpace = true
            } else {
                if isQuoted, character == "'" { append(character) }
                append(character)
                afterSpace = false
            }
        }
    }

    private mutating func literal(_ text: [Unicode.Scalar], indent: Int) {
        ascii("|")
        if let first = text.first, first == " " || first.isYAMLBreak { ascii("2") }
        if let last = text.last, !last.isYAMLBreak {
            ascii("-")
        } else if text.count < 2 || text[text.count - 2].isYAMLBreak {
            ascii("+")
        }
        lineBreak()
        var afterBreak = true
        for character in text {
            if character == "\n" {
                lineBreak()
                afterBreak = true
            } else {
                if afterBreak { startLine(indent) }
                append(character)
                afterBreak = false
            }
        }
    }

    private mutating func doubleQuoted(_ text: [Unicode.Scalar], indent: Int, mayFold: Bool) {
        ascii("\"")
        var afterSpace = false
        for (index, character) in text.enumerated() {
            if character == " " {
                if mayFold, !afterSpace, column > Self.bestWidth, index > 0, index < text.count - 1 {
                    startLine(indent)
                    if text[index + 1] == " " { ascii("\\") }
                } else {
                    append(character)
                }
                afterSpace = true
                continue
            }
            afterSpace = false
            if character == "\"" || character == "\\" || character.isYAMLBreak || !character.isYAMLPrintable
                || escapesUnseen && character.isUnseen
            {
                ascii(Self.escape(character))
            } else {
                append(character)
            }
        }
        ascii("\"")
    }

    private static func escape(_ character: Unicode.Scalar) -> String {
        switch character.value {
        case 0x00: return "\\0"
        case 0x07: return "\\a"
        case 0x08: return "\\b"
        case 0x09: return "\\t"
        case 0x0A: return "\\n"
        case 0x0B: return "\\v"
        case 0x0C: return "\\f"
        case 0x0D: return "\\r"
        case 0x1B: return "\\e"
        case 0x22: return "\\\""
        case 0x5C: return "\\\\"
        case 0x85: return "\\N"
        case 0x2028: return "\\L"
        case 0x2029: return "\\P"
        default:
            let digits = String(character.value, radix: 16, uppercase: true)
            let (mark, width) = character.value <= 0xFF ? ("x", 2) : character.value <= 0xFFFF ? ("u", 4) : ("U", 8)
            return "\\\(mark)\(String(repeating: "0", count: width - digits.count))\(digits)"
        }
    }
}
