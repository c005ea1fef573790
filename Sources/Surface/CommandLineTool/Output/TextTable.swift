// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// A table as kubectl prints them: upper-case headings, columns three spaces apart, no rules. Invisible characters in a
/// cell are escaped. On a terminal the last column is cut where the line ends.
package struct TextTable {
    /// One cell: its text, and how it is painted.
    package struct Cell {
        let text: String
        let color: Terminal.Color?

        /// A cell in a colour, or in the terminal's own.
        package init(_ text: String, _ color: Terminal.Color? = nil) {
            self.text = text.visible
            self.color = color
        }
    }

    /// The last column is never cut to less.
    private static let leastWidth = 20

    private let headings: [String]
    private var rows: [[Cell]] = []

    /// A table without rows yet.
    package init(_ headings: String...) { self.headings = headings }

    /// Adds a row; as many cells as headings.
    package mutating func add(_ cells: Cell...) { rows.append(cells) }

    /// Whether there is no row.
    var isEmpty: Bool { rows.isEmpty }

    /// The lines, without trailing blanks, each with its line break.
    package func text(for terminal: Terminal) -> String {
        var widths = headings.map(\.count)
        for row in rows {
            for (index, cell) in row.enumerated() { widths[index] = max(widths[index], cell.text.count) }
        }
        let indent = widths.dropLast().reduce(0) { $0 + $1 + 3 }
        let room = terminal.columns.map { max($0 - indent, TextTable.leastWidth) }
        func line(_ cells: [Cell]) -> String {
            var result = ""
            for (index, cell) in cells.enumerated() {
                let isLast = cells[(index + 1)...].allSatisfy(\.text.isEmpty)
                let padding = isLast ? "" : String(repeating: " ", count: widths[index] - cell.text.count + 3)
                let text = index == cells.count - 1 ? TextTable.cut(cell.text, to: room) : cell.text
                result += (cell.color.map { terminal.paint(text, $0) } ?? text) + padding
                if isLast { break }
            }
            return result + "\n"
        }
        return ([headings.map { Cell($0, .dim) }] + rows).map(line).joined()
    }
}

extension TextTable {
    private static func cut(_ text: String, to room: Int?) -> String {
        guard let room, text.count > room else { return text }
        return "\(text.prefix(room - 1))…"
    }
}

extension TextTable.Cell: ExpressibleByStringLiteral {
    /// A cell in the terminal's own colour.
    package init(stringLiteral value: String) { self.init(value) }
}
