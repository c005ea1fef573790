// SPDX-License-Identifier: Apache-2.0

extension DiffText {
    private static let markBegin = "… "
    private static let markEnd = " more lines"

    /// The last line of a difference of which so many lines are left out.
    static func mark(of leftOut: Int) -> String { "\(markBegin)\(leftOut)\(markEnd)" }

    /// The first lines, within both limits; then the last line says how many more there are. The same when all of them fit.
    func beginning(maxLines: Int, maxBytes: Int) -> DiffText {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        guard lines.count > maxLines || text.utf8.count > maxBytes else { return self }
        var leftOut = 0
        if isTruncated, let last = lines.last, let before = DiffText.leftOut(in: last) {
            leftOut = before
            lines.removeLast()
        }
        var kept: [String] = []
        var bytes = 0
        for line in lines.prefix(maxLines) {
            bytes += line.utf8.count + 1
            guard bytes <= maxBytes else { break }
            kept.append(String(line))
        }
        leftOut += lines.count - kept.count
        kept.append(DiffText.mark(of: leftOut))
        return DiffText(text: kept.map { $0 + "\n" }.joined(), isTruncated: true)
    }

    /// The number in such a last line; nil for another line.
    private static func leftOut(in line: Substring) -> Int? {
        guard line.hasPrefix(markBegin), line.hasSuffix(markEnd) else { return nil }
        return Int(line.dropFirst(markBegin.count).dropLast(markEnd.count))
    }
}
