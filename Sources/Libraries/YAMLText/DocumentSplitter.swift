// SPDX-License-Identifier: Apache-2.0

/// Cuts a text into documents exactly as kubectl does, before any YAML is read: at each line that starts with `---`,
/// wherever it stands, even inside a quoted scalar. Behind `---` only blanks or a comment may follow.
///
/// One part at a time, so that who counts them can stop.
struct DocumentSplitter {
    /// One document's text.
    struct Part {
        let bytes: ArraySlice<UInt8>
        /// The line on which the part starts, from 1.
        let firstLine: Int
    }

    /// Lines so far that start with `---` and hold something else, from 1.
    private(set) var badSeparators: [Int] = []

    private let bytes: [UInt8]
    private var partStart = 0
    private var partLine = 1
    private var line = 1
    private var lineStart = 0

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The next part; parts without a single line are left out. Nil behind the last one.
    mutating func next() -> Part? {
        while lineStart < bytes.count {
            let lineEnd = bytes[lineStart...].firstIndex(of: 0x0A) ?? bytes.count
            let part = startsWithDashes(lineEnd) ? separate(lineEnd) : nil
            lineStart = lineEnd + 1
            line += 1
            if let part { return part }
        }
        guard partStart < bytes.count else { return nil }
        let part = Part(bytes: bytes[partStart...], firstLine: partLine)
        partStart = bytes.count
        return part
    }

    /// The part in front of the separator that is the current line. A separator with nothing in front of it stays part of
    /// the document behind it.
    private mutating func separate(_ lineEnd: Int) -> Part? {
        if !Self.isSeparator(bytes[(lineStart + 3)..<lineEnd]) { badSeparators.append(line) }
        guard lineStart > partStart else { return nil }
        let part = Part(bytes: bytes[partStart..<lineStart], firstLine: partLine)
        partStart = min(lineEnd + 1, bytes.count)
        partLine = line + 1
        return part
    }

    private func startsWithDashes(_ lineEnd: Int) -> Bool {
        lineEnd - lineStart >= 3 && bytes[lineStart] == UInt8(ascii: "-") && bytes[lineStart + 1] == UInt8(ascii: "-")
            && bytes[lineStart + 2] == UInt8(ascii: "-")
    }

    private static func isSeparator(_ rest: ArraySlice<UInt8>) -> Bool {
        guard let first = rest.first(where: { !$0.isBlank }) else { return true }
        return first == UInt8(ascii: "#")
    }
}

extension DocumentSplitter.Part {
    /// Whether there are only blanks, and comments in ASCII, behind the separator: no document for any reader.
    var isBlank: Bool {
        var index = bytes.startIndex
        if bytes.starts(with: [0x2D, 0x2D, 0x2D]) {
            index += 3
            // `---#` is a word.
            if index < bytes.endIndex, bytes[index] == UInt8(ascii: "#") { return false }
        }
        while index < bytes.endIndex {
            switch bytes[index] {
            case 0x20, 0x0A: index += 1
            case 0x0D where isLineBreak(index): index += 1
            case UInt8(ascii: "#"):
                guard let end = endOfComment(index) else { return false }
                index = end
            default: return false
            }
        }
        return true
    }

    /// Whether the carriage return at `index` belongs to a line's end.
    private func isLineBreak(_ index: Int) -> Bool { index + 1 < bytes.endIndex && bytes[index + 1] == 0x0A }

    /// The end of the line of a comment; nil when something else than printable ASCII stands in it.
    private func endOfComment(_ start: Int) -> Int? {
        var index = start
        while index < bytes.endIndex, bytes[index] != 0x0A {
            let byte = bytes[index]
            let isPlain = (0x20...0x7E).contains(byte) || byte == 0x09
            guard isPlain || byte == 0x0D && isLineBreak(index) else { return nil }
            index += 1
        }
        return index
    }
}

extension UInt8 {
    /// White space of ASCII, line breaks included.
    var isBlank: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0D) }
}
