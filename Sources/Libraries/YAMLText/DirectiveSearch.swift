// SPDX-License-Identifier: Apache-2.0

/// Finds a directive (`%YAML`, `%TAG`) where a document may begin. kubectl reads none, and libyaml compares each with all
/// before it, so that it must never be asked to.
enum DirectiveSearch {
    /// The index of the first directive; nil when anything but blanks, comments and end marks (`...`) stands before it.
    ///
    /// - Parameters:
    ///   - bytes: The text from where a document may begin.
    ///   - isLineStart: Whether the first byte is the first of its line.
    /// - Returns: The index of the `%`.
    static func first<Bytes: RandomAccessCollection>(in bytes: Bytes, isLineStart: Bool = true) -> Int?
    where Bytes.Element == UInt8, Bytes.Index == Int {
        var index = bytes.startIndex
        var isLineStart = isLineStart
        while index < bytes.endIndex {
            let lineBreak = LineBreak.length(in: bytes, at: index)
            if lineBreak > 0 {
                index += lineBreak
                isLineStart = true
                continue
            }
            switch bytes[index] {
            case UInt8(ascii: "%") where isLineStart: return index
            case UInt8(ascii: "#"): index = endOfLine(bytes, index)
            case UInt8(ascii: ".") where isLineStart && isEndMark(bytes, index): index += 3
            case 0x20, 0x09: index += 1
            default: return nil
            }
            isLineStart = false
        }
        return nil
    }

    /// The error for a directive on that line of the whole text.
    static func error(line: Int) -> YAMLError {
        let remedy = "remove the '%' directive: kubectl does not read it"
        return YAMLError(line: line, column: 1, problem: "no document start behind a directive", remedy: remedy)
    }

    private static func endOfLine<Bytes: RandomAccessCollection>(_ bytes: Bytes, _ start: Int) -> Int
    where Bytes.Element == UInt8, Bytes.Index == Int {
        var index = start
        while index < bytes.endIndex, LineBreak.length(in: bytes, at: index) == 0 { index += 1 }
        return index
    }

    private static func isEndMark<Bytes: RandomAccessCollection>(_ bytes: Bytes, _ index: Int) -> Bool
    where Bytes.Element == UInt8, Bytes.Index == Int {
        guard index + 2 < bytes.endIndex, bytes[index + 1] == UInt8(ascii: "."), bytes[index + 2] == UInt8(ascii: ".")
        else { return false }
        let behind = index + 3
        return behind == bytes.endIndex || bytes[behind] == 0x20 || bytes[behind] == 0x09
            || LineBreak.length(in: bytes, at: behind) > 0
    }
}

/// The line breaks of YAML 1.1 in UTF-8: LF, CR, NEL, and the separators of lines and paragraphs.
enum LineBreak {
    /// The length of the line break that stands at `index`; 0 for none.
    static func length<Bytes: RandomAccessCollection>(in bytes: Bytes, at index: Int) -> Int
    where Bytes.Element == UInt8, Bytes.Index == Int {
        func byte(_ offset: Int) -> UInt8 { index + offset < bytes.endIndex ? bytes[index + offset] : 0 }
        switch bytes[index] {
        case 0x0A, 0x0D: return 1
        case 0xC2: return byte(1) == 0x85 ? 2 : 0
        case 0xE2: return byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9) ? 3 : 0
        default: return 0
        }
    }
}
