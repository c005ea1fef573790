// SPDX-License-Identifier: Apache-2.0

/// Cuts a text into documents exactly as kubectl does, before any YAML is read: at each line that starts with `---`,
/// wherever it stands, even inside a quoted scalar. Behind `---` only blanks or a comment may follow.
struct DocumentSplitter {
    /// One document's text.
    struct Part {
        let bytes: ArraySlice<UInt8>
        /// The line on which the part starts, from 1.
        let firstLine: Int
    }

    /// All parts, in order; parts without a single line are left out.
    private(set) var parts: [Part] = []
    /// Lines that start with `---` and hold something else, from 1.
    private(set) var badSeparators: [Int] = []

    init(_ bytes: [UInt8]) {
        var partStart = 0
        var partLine = 1
        var line = 1
        var lineStart = 0
        let end = bytes.count
        while lineStart < end {
            let lineEnd = bytes[lineStart...].firstIndex(of: 0x0A) ?? end
            if Self.startsWithDashes(bytes, lineStart, lineEnd) {
                if !Self.isSeparator(bytes[(lineStart + 3)..<lineEnd]) { badSeparators.append(line) }
                // A separator with nothing in front of it stays part of the document behind it.
                if lineStart > partStart {
                    parts.append(Part(bytes: bytes[partStart..<lineStart], firstLine: partLine))
                    partStart = min(lineEnd + 1, end)
                    partLine = line + 1
                }
            }
            lineStart = lineEnd + 1
            line += 1
        }
        if partStart < end { parts.append(Part(bytes: bytes[partStart...], firstLine: partLine)) }
    }

    private static func startsWithDashes(_ bytes: [UInt8], _ start: Int, _ end: Int) -> Bool {
        end - start >= 3 && bytes[start] == UInt8(ascii: "-") && bytes[start + 1] == UInt8(ascii: "-")
            && bytes[start + 2] == UInt8(ascii: "-")
    }

    private static func isSeparator(_ rest: ArraySlice<UInt8>) -> Bool {
        guard let first = rest.first(where: { !$0.isBlank }) else { return true }
        return first == UInt8(ascii: "#")
    }
}

extension UInt8 {
    /// White space of ASCII, line breaks included.
    var isBlank: Bool { self == 0x20 || (self >= 0x09 && self <= 0x0D) }
}
