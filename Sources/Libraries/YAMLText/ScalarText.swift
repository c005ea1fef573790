// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// A text with what decides how it may be written: the analysis of libyaml's emitter.
struct ScalarText {
    /// The ways to write a text.
    enum Style {
        case plain, singleQuoted, doubleQuoted, literal
    }

    let characters: [Unicode.Scalar]
    private let byteCount: Int
    private var hasBreaks = false
    private var hasNewLine = false
    private var mayBePlain = true
    private var mayBeSingleQuoted = true
    private var mayBeLiteral = true
    private let readsAsText: Bool
    private let escapesUnseen: Bool

    init(_ text: String, escapesUnseen: Bool) {
        self.escapesUnseen = escapesUnseen
        characters = Array(text.unicodeScalars)
        byteCount = text.utf8.count
        readsAsText = Self.readsAsText(text)
        if !text.isEmpty { analyze() } else { mayBeLiteral = false }
    }

    /// Whether the text may stand before a `:` on one line; others need a `?`.
    var fitsSimpleKey: Bool { !hasBreaks && byteCount <= 128 }

    /// The style kubectl would choose.
    func style(place: YAMLEmitter.Place) -> Style {
        var style: Style = hasNewLine ? .literal : readsAsText ? .plain : .doubleQuoted
        if place == .simpleKey, characters.elementsEqual("<<".unicodeScalars) { style = .doubleQuoted }
        if place == .simpleKey, hasBreaks { style = .doubleQuoted }
        if style == .plain, !mayBePlain || characters.isEmpty && place == .simpleKey { style = .singleQuoted }
        if style == .singleQuoted, !mayBeSingleQuoted { style = .doubleQuoted }
        if style == .literal, !mayBeLiteral || place == .simpleKey { style = .doubleQuoted }
        return style
    }

    private mutating func analyze() {
        var previousSpace = false
        var previousBreak = false
        var afterBlank = true
        let last = characters.count - 1
        if startsLikeDocumentMark { mayBePlain = false }
        for (index, character) in characters.enumerated() {
            let beforeBlank = index == last || characters[index + 1] == " " || characters[index + 1] == "\t"
            if isIndicator(character, index: index, beforeBlank: beforeBlank, afterBlank: afterBlank) {
                mayBePlain = false
            }
            if !character.isYAMLPrintable || escapesUnseen && character.isUnseen && character != "\n" {
                (mayBePlain, mayBeSingleQuoted, mayBeLiteral) = (false, false, false)
            }
            if character == " " {
                if index == 0 || index == last { mayBePlain = false }
                if index == last { mayBeLiteral = false }
                if previousBreak { (mayBePlain, mayBeSingleQuoted) = (false, false) }
            } else if character.isYAMLBreak {
                hasBreaks = true
                hasNewLine = hasNewLine || character == "\n"
                mayBePlain = false
                if previousSpace { (mayBeSingleQuoted, mayBeLiteral) = (false, false) }
            }
            previousSpace = character == " "
            previousBreak = character.isYAMLBreak
            afterBlank = character == " " || character == "\t" || character.isYAMLBreak
        }
    }

    private var startsLikeDocumentMark: Bool {
        let start = characters.prefix(3)
        return start.count == 3 && (start.allSatisfy { $0 == "-" } || start.allSatisfy { $0 == "." })
    }

    /// Whether the character would mean something to a YAML reader at this place of a plain scalar in block style.
    private func isIndicator(_ character: Unicode.Scalar, index: Int, beforeBlank: Bool, afterBlank: Bool) -> Bool {
        if index > 0 { return character == ":" && beforeBlank || character == "#" && afterBlank }
        switch character {
        case "#", ",", "[", "]", "{", "}", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`": return true
        case "?", ":", "-": return beforeBlank
        default: return false
        }
    }

    /// Whether the text without quotes would be read as text: by go-yaml, and by YAML 1.1 readers that know numbers in
    /// base 60 and dates.
    private static func readsAsText(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            guard case .string = ScalarResolver.plain(bytes) else { return false }
            guard let first = bytes.first, first >= 0x2B, first <= 0x39 else { return true }
            return !SpecialNumber.isBase60(bytes) && !SpecialNumber.isTimestamp(bytes)
        }
    }
}

extension Unicode.Scalar {
    /// A line break of YAML 1.1.
    var isYAMLBreak: Bool {
        self == "\n" || self == "\r" || self == "\u{85}" || self == "\u{2028}" || self == "\u{2029}"
    }

    /// Whether the character may stand unescaped where invisible characters are allowed; those beyond the basic plane
    /// may not, nor line breaks other than a line feed.
    var isYAMLPrintable: Bool {
        switch value {
        case 0x2028, 0x2029: false
        case 0x0A, 0x20...0x7E, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD: true
        default: false
        }
    }
}
