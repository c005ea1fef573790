// SPDX-License-Identifier: Apache-2.0

/// A text with masks in it, which knows what stands behind them: so it can be told from an earlier one that shows the
/// same.
struct MaskedText {
    /// One line of what is shown. A mask that covers line breaks makes one line of several.
    private struct Line: Equatable {
        /// With its masks, without its line feed.
        var shown: [UInt8] = []
        /// What each mask covers.
        var hidden: [[UInt8]] = []
        /// What is shown in front of the first mask.
        var head: [UInt8] = []
    }

    private let raw: String
    private let ranges: [Range<Int>]

    /// - Parameters:
    ///   - raw: The text as it is.
    ///   - ranges: What is to be masked, of its UTF-8 bytes; ascending and apart.
    init(_ raw: String, hiding ranges: [Range<Int>]) {
        self.raw = raw
        self.ranges = ranges
    }

    /// The text with its masks.
    var text: String {
        guard !ranges.isEmpty else { return raw }
        let bytes = Array(raw.utf8)
        var output: [UInt8] = []
        output.reserveCapacity(bytes.count)
        var clean = 0
        for range in ranges {
            output.append(contentsOf: bytes[clean..<range.lowerBound])
            output.append(contentsOf: Redactor.mask.utf8)
            clean = range.upperBound
        }
        output.append(contentsOf: bytes[clean...])
        return String(decoding: output, as: UTF8.self)
    }

    /// The text with its masks, and a mark at the end of each line in which a mask covers something else than before.
    ///
    /// Lines are paired as a reader pairs them: those at the beginning and at the end that are the same, then those
    /// that show the same, in their order, then those that show the same in front of the mask. So no line without a
    /// mark reads as if nothing had changed. One that has no partner is new, and shows as such.
    func text(after before: MaskedText) -> String {
        guard !ranges.isEmpty, !raw.hasSameBytes(as: before.raw) else { return text }
        let new = lines
        var shown = new.map(\.shown)
        for index in Self.changes(from: before.lines, to: new) {
            // Behind a carriage return the mark would be a line of its own.
            let end = shown[index].last == 0x0D ? shown[index].count - 1 : shown[index].count
            shown[index].insert(contentsOf: Redactor.changedMark.utf8, at: end)
        }
        return String(decoding: Array(shown.joined(separator: [UInt8(0x0A)])), as: UTF8.self)
    }

    private var lines: [Line] {
        var result: [Line] = []
        var line = Line()
        let bytes = Array(raw.utf8)
        var clean = 0
        func show(upTo end: Int) {
            var rest = bytes[clean..<end]
            while let feed = rest.firstIndex(of: 0x0A) {
                line.shown.append(contentsOf: rest[..<feed])
                result.append(line)
                line = Line()
                rest = rest[(feed + 1)...]
            }
            line.shown.append(contentsOf: rest)
        }
        for range in ranges {
            show(upTo: range.lowerBound)
            if line.hidden.isEmpty { line.head = line.shown }
            line.hidden.append(Array(bytes[range]))
            line.shown.append(contentsOf: Redactor.mask.utf8)
            clean = range.upperBound
        }
        show(upTo: bytes.count)
        result.append(line)
        return result
    }
}

// MARK: - Pairs of lines

extension MaskedText {
    /// The new lines in which a mask covers something else than in the old line that a reader takes for the same.
    private static func changes(from old: [Line], to new: [Line]) -> [Int] {
        var head = 0
        while head < min(old.count, new.count), old[head] == new[head] { head += 1 }
        var tail = 0
        while tail < min(old.count, new.count) - head, old[old.count - 1 - tail] == new[new.count - 1 - tail] {
            tail += 1
        }
        var left = (head..<old.count - tail).filter { !old[$0].hidden.isEmpty }
        var right = (head..<new.count - tail).filter { !new[$0].hidden.isEmpty }
        var result: [Int] = []
        for key in [{ $0.shown }, { $0.head }] as [(Line) -> [UInt8]] {
            var partners: [[UInt8]: [Int]] = [:]
            for place in left.reversed() { partners[key(old[place]), default: []].append(place) }
            var taken: Set<Int> = []
            right = right.filter { place in
                guard let partner = partners[key(new[place])]?.popLast() else { return true }
                taken.insert(partner)
                if old[partner].hidden != new[place].hidden { result.append(place) }
                return false
            }
            left = left.filter { !taken.contains($0) }
        }
        return result
    }
}
