// SPDX-License-Identifier: Apache-2.0

extension String {
    /// The text as a key of outside text is shown in a sentence: on one line, at most 100 letters.
    package var shownAsKey: String { shown(atMost: 100) }

    /// The text on one line, at most so many Unicode scalars, then `…`. Control characters, line breaks and what turns the
    /// direction of writing or takes no room are written as `\u{…}`.
    package func shown(atMost limit: Int) -> String {
        if utf8.count <= limit, utf8.allSatisfy({ (0x20...0x7E).contains($0) }) { return self }
        var result = ""
        for (place, scalar) in unicodeScalars.enumerated() {
            guard place < limit else { return result + "…" }
            switch scalar.properties.generalCategory {
            case .control, .format, .lineSeparator, .paragraphSeparator:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
