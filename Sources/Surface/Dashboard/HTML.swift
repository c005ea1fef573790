// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// A piece of a page. Every plain string that is put into it is escaped, invisible characters too, and cut when it is long;
/// only string literals in our code are markup.
package struct HTML: Sendable, ExpressibleByStringInterpolation {
    /// The most bytes of one plain string that are shown; what follows is cut off. Escaped it is six times as much at most.
    private static let maxTextBytes = 4 << 10

    /// The markup.
    package private(set) var text: String

    package init(stringLiteral value: String) { text = value }
    package init(stringInterpolation: StringInterpolation) { text = stringInterpolation.text }

    /// Several pieces, one after another.
    package init(_ pieces: [HTML]) { text = pieces.map(\.text).joined() }

    /// Escapes what is interpolated.
    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var text = ""

        package init(literalCapacity: Int, interpolationCount: Int) { text.reserveCapacity(literalCapacity * 2) }
        /// Appends markup of our own code, unescaped.
        package mutating func appendLiteral(_ literal: String) { text += literal }
        /// Appends another piece, which is escaped already.
        package mutating func appendInterpolation(_ html: HTML) { text += html.text }
        /// Appends text, escaped.
        package mutating func appendInterpolation(_ value: String) { text += HTML.escaped(value) }
        /// Appends a number.
        package mutating func appendInterpolation(_ value: some FixedWidthInteger) { text += String(value) }
    }

    private static func escaped(_ value: String) -> String {
        let isLong = value.utf8.count > maxTextBytes
        let shown = isLong ? "\(value.beginning(maxBytes: maxTextBytes))…" : value
        var result = ""
        result.reserveCapacity(shown.utf8.count)
        for character in shown.visible.unicodeScalars {
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            default: result.unicodeScalars.append(character)
            }
        }
        return result
    }
}
