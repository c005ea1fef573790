// SPDX-License-Identifier: Apache-2.0

extension Unicode.Scalar {
    /// Whether it is invisible, or changes how the text around it looks: control characters, line and paragraph
    /// separators, what turns the direction of writing, and what takes no room.
    ///
    /// The only rule for all that people read: terminals, errors, log lines, differences, YAML and JSON, stored rows,
    /// pages. The joiners U+200C and U+200D are among them although emoji and some scripts need them, and although git
    /// and kubectl print them as they are: between other letters they are invisible, and a text that is to be judged
    /// must show all its characters. The two that choose between text and emoji (U+FE0E, U+FE0F) are not among them;
    /// other variation selectors are, because they hide bytes as well.
    package var isUnseen: Bool {
        if value < 0x7F { return value < 0x20 }
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: return true
        default: return properties.isDefaultIgnorableCodePoint && value != 0xFE0E && value != 0xFE0F
        }
    }
}

extension String {
    /// The text as people may read it: what is unseen in it stands as `\u{202e}`. Line feeds and tabs stay.
    ///
    /// To be made when secrets are masked already: one with an escape in it would not be found.
    package var visible: String { escaping { "\\u{\(String($0.value, radix: 16))}" } }

    /// The same of a text that is JSON, where the escapes are those of JSON: `\u202e`. It reads as the same value.
    package var visibleJSON: String {
        escaping { scalar in
            String(scalar).utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u\(String(repeating: "0", count: 4 - digits.utf8.count))\(digits)"
            }.joined()
        }
    }

    private func escaping(_ escape: (Unicode.Scalar) -> String) -> String {
        if utf8.allSatisfy({ (0x20...0x7E).contains($0) || $0 == 0x0A || $0 == 0x09 }) { return self }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.isUnseen, scalar != "\n", scalar != "\t" {
                result += escape(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The text as a key of outside text is shown in a sentence: on one line, at most 100 letters.
    package var shownAsKey: String { shown(atMost: 100) }

    /// The text on one line, at most so many Unicode scalars, then `…`. What is unseen in it, line feeds too, is written
    /// as `\u{…}`.
    package func shown(atMost limit: Int) -> String {
        if utf8.count <= limit, utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return self }
        var result = ""
        for (place, scalar) in unicodeScalars.enumerated() {
            guard place < limit else { return result + "…" }
            if scalar.isUnseen {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
