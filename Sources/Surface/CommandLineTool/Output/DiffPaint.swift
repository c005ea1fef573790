// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText

/// Colours for unified diffs.
enum DiffPaint {
    /// Added lines green, removed ones red. Invisible characters are escaped, also in differences that an older version
    /// stored.
    static func paint(_ text: String, _ terminal: Terminal) -> String {
        let text = text.visible
        guard terminal.hasColor else { return text }
        return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.hasPrefix("+") { return terminal.paint(String(line), .green) }
            if line.hasPrefix("-") { return terminal.paint(String(line), .red) }
            if line.hasPrefix("@@") { return terminal.paint(String(line), .cyan) }
            return String(line)
        }.joined(separator: "\n")
    }
}
