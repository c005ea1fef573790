// SPDX-License-Identifier: Apache-2.0

extension LineDiff {
    /// The hunks of the unified format, without file headers; empty when nothing differs.
    ///
    /// - Parameters:
    ///   - context: How many equal lines are shown around a change.
    ///   - limit: The most lines that are made.
    /// - Returns: The lines, without line ends, and how many there would be without the limit.
    func unified(context: Int = 3, limit: Int = .max) -> (lines: [String], count: Int) {
        var lines: [String] = []
        var count = 0
        var end = 0
        var place = (old: 0, new: 0)
        for range in hunks(context: context) {
            let skipped = counts(edits[end..<range.lowerBound])
            place = (place.old + skipped.old, place.new + skipped.new)
            let inside = counts(edits[range])
            if lines.count < limit { lines += hunk(range, at: place, inside).prefix(limit - lines.count) }
            count += range.count + 1
            place = (place.old + inside.old, place.new + inside.new)
            end = range.upperBound
        }
        return (lines, count)
    }

    /// Ranges of edits: every change with its context, overlapping ones joined.
    private func hunks(context: Int) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        for (index, edit) in edits.enumerated() {
            if case .same = edit { continue }
            let range = max(0, index - context)..<min(edits.count, index + context + 1)
            if let last = ranges.last, last.upperBound >= range.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<range.upperBound
            } else {
                ranges.append(range)
            }
        }
        return ranges
    }

    private func hunk(_ range: Range<Int>, at before: (old: Int, new: Int), _ inside: (old: Int, new: Int)) -> [String]
    {
        let header = "@@ -\(span(before.old, inside.old)) +\(span(before.new, inside.new)) @@"
        return [header]
            + edits[range].map { edit in
                switch edit {
                case .same(let line): " \(line)"
                case .removed(let line): "-\(line)"
                case .added(let line): "+\(line)"
                }
            }
    }

    private func counts(_ edits: ArraySlice<Edit>) -> (old: Int, new: Int) {
        edits.reduce(into: (old: 0, new: 0)) { counts, edit in
            switch edit {
            case .same:
                counts.old += 1
                counts.new += 1
            case .removed: counts.old += 1
            case .added: counts.new += 1
            }
        }
    }

    /// `start,length` as diff prints it: an empty side starts at the line before.
    private func span(_ before: Int, _ length: Int) -> String {
        switch length {
        case 0: "\(before),0"
        case 1: "\(before + 1)"
        default: "\(before + 1),\(length)"
        }
    }
}
