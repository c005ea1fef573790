// SPDX-License-Identifier: Apache-2.0

/// Cuts a stream of bytes into lines, wherever the pieces happen to end.
struct LineSplitter {
    private var bytes: [UInt8] = []
    /// Where the first line that was not given out begins.
    private var start = 0
    /// Up to where no line feed is left to find.
    private var searched = 0
    private let maxLineBytes: Int

    init(maxLineBytes: Int) { self.maxLineBytes = maxLineBytes }

    /// Whether the line that is still growing is longer than allowed.
    var isOverLimit: Bool { bytes.count - start > maxLineBytes }

    mutating func append(_ piece: [UInt8]) {
        if start > 0 {
            bytes.removeFirst(start)
            searched -= start
            start = 0
        }
        bytes.append(contentsOf: piece)
    }

    /// The next whole line without its end; nil when there is none yet. Empty lines are passed over.
    mutating func next() -> [UInt8]? {
        while let end = bytes[searched...].firstIndex(of: 0x0A) {
            let line = bytes[start..<end]
            start = end + 1
            searched = start
            if !line.isEmpty, !(line.count == 1 && line.first == 0x0D) { return Array(line) }
        }
        searched = bytes.count
        return nil
    }

    /// Forgets everything, the beginning of an unfinished line included.
    mutating func reset() {
        bytes = []
        start = 0
        searched = 0
    }
}
