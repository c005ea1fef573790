// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import PlainText

/// What the terminal at the other end can show.
package struct Terminal: Sendable {
    /// Whether colours are wanted: a terminal, no `NO_COLOR`, no `TERM=dumb`.
    let hasColor: Bool
    /// Whether a line may be rewritten in place to show progress.
    let isInteractive: Bool
    /// How many letters fit into a line; nil where that is not known, or where nobody looks: there nothing is cut.
    let columns: Int?

    init(hasColor: Bool, isInteractive: Bool, columns: Int?) {
        self.hasColor = hasColor
        self.isInteractive = isInteractive
        self.columns = columns
    }

    /// The terminal behind a file descriptor.
    init(descriptor: Int32, environment: [String: String] = ProcessInfo.processInfo.environment) {
        let isTerminal = isatty(descriptor) == 1
        let isDumb = environment["TERM"] == "dumb"
        let told = environment["COLUMNS"].flatMap { Int($0) }
        self.init(
            hasColor: isTerminal && !isDumb && (environment["NO_COLOR"] ?? "").isEmpty,
            isInteractive: isTerminal && !isDumb,
            columns: isTerminal ? (Terminal.columns(of: descriptor) ?? told) : nil
        )
    }

    private static func columns(of descriptor: Int32) -> Int? {
        var size = winsize(ws_row: 0, ws_col: 0, ws_xpixel: 0, ws_ypixel: 0)
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// Standard output's.
    package static let output = Terminal(descriptor: STDOUT_FILENO)
    static let error = Terminal(descriptor: STDERR_FILENO)

    /// The few colours that are used.
    package enum Color: String {
        case green = "32", yellow = "33", red = "31", cyan = "36", dim = "2", bold = "1"
    }

    /// The text in a colour, or without where colours are not wanted; in both cases it can be written as it is then,
    /// because invisible characters in it are escaped.
    package func paint(_ text: String, _ color: Color) -> String {
        hasColor ? "\u{1B}[\(color.rawValue)m\(text.visible)\u{1B}[0m" : text.visible
    }
}
