// SPDX-License-Identifier: Apache-2.0

/// A text with the escapes of one format undone, which knows of each byte where it came from: so what is found in it
/// can be masked in the original.
struct UnescapedText {
    let bytes: [UInt8]
    /// For each byte, where in the original its escape begins; then where the original ends.
    private let starts: [UInt32]

    private init<Bytes: RandomAccessCollection>(undoing format: EscapeFormat, in text: Bytes, place: (Int) -> UInt32)
    where Bytes.Element == UInt8, Bytes.Index == Int {
        let reader = EscapeReader(text)
        var bytes: [UInt8] = []
        var starts: [UInt32] = []
        bytes.reserveCapacity(text.count)
        starts.reserveCapacity(text.count + 1)
        var isQuoted = false
        var index = text.startIndex
        while index < text.endIndex {
            let start = place(index)
            if let escape = reader.escape(of: format, at: index, isQuoted: isQuoted) {
                escape.append(to: &bytes)
                while starts.count < bytes.count { starts.append(start) }
                index += escape.length
            } else {
                let byte = text[index]
                if byte == UInt8(ascii: "\"") { isQuoted.toggle() }
                bytes.append(byte)
                starts.append(start)
                index += 1
            }
        }
        starts.append(place(text.endIndex))
        self.bytes = bytes
        self.starts = starts
    }

    /// Where parts of this text, ascending and apart, stand in the original: ascending and apart, each escape whole.
    func sources(of parts: [Range<Int>]) -> [Range<Int>] {
        var found: [Range<Int>] = []
        for part in parts where !part.isEmpty {
            let range = source(of: part)
            if let last = found.last, last.upperBound > range.lowerBound {
                found[found.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                found.append(range)
            }
        }
        return found
    }

    private func source(of part: Range<Int>) -> Range<Int> {
        let last = starts[part.upperBound - 1]
        var end = part.upperBound
        // One escape may stand for several bytes.
        while end < bytes.count, starts[end] == last { end += 1 }
        return Int(starts[part.lowerBound])..<Int(starts[end])
    }
}

// MARK: - All that may be quoted

extension UnescapedText {
    /// A format, and those in which a text was quoted before it was quoted in that one.
    private struct Step: Sendable {
        let format: EscapeFormat
        let next: [Step]

        init(_ format: EscapeFormat, _ next: [Step] = []) {
            self.format = format
            self.next = next
        }
    }

    /// Seventeen at most, so that even a text that has escapes of all formats costs no more than so many of its size.
    private static let steps: [Step] = [
        Step(
            .backslash,
            [
                Step(.backslash, [Step(.backslash)]), Step(.entity, [Step(.backslash)]), Step(.percent),
                Step(.doubledQuote),
            ]
        ),
        Step(.entity, [Step(.backslash, [Step(.backslash)]), Step(.entity)]),
        // A URL in the query of a URL in the query of a URL.
        Step(.percent, [Step(.backslash), Step(.percent, [Step(.percent)])]),
        Step(.doubledQuote, [Step(.backslash)]),
    ]

    /// Makes of a text all those that it may be the quoted form of. None of a text without escapes, which is only
    /// looked through once.
    ///
    /// - Parameters:
    ///   - text: Of at most 4 GiB; no reader of outside text lets in nearly as much.
    ///   - body: Takes each text in turn.
    static func forEach<Bytes: RandomAccessCollection>(of text: Bytes, _ body: (UnescapedText) -> Void)
    where Bytes.Element == UInt8, Bytes.Index == Int {
        guard text.endIndex <= Int(UInt32.max) else { return }
        visit(steps, text, { UInt32($0) }, body)
    }

    private static func visit<Bytes: RandomAccessCollection>(
        _ steps: [Step],
        _ text: Bytes,
        _ place: (Int) -> UInt32,
        _ body: (UnescapedText) -> Void
    ) where Bytes.Element == UInt8, Bytes.Index == Int {
        guard !steps.isEmpty else { return }
        let formats = EscapeReader(text).formats
        for step in steps where formats & step.format.bit != 0 {
            let inner = UnescapedText(undoing: step.format, in: text, place: place)
            body(inner)
            visit(step.next, inner.bytes, { inner.starts[$0] }, body)
        }
    }
}
