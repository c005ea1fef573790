// SPDX-License-Identifier: Apache-2.0

/// Texts that must not be shown, arranged so that finding any of thousands in a text costs one pass over it.
///
/// A text is found wherever it stands, but for short plain words (`postgres`, `5432`): these count only where they are no
/// part of a longer name, because a Secret that holds `postgres` must not garble `postgresql.example.io` or
/// `postgres-0` in every message. Whoever knows such a word from a name has learnt nothing.
struct KnownSecrets: Sendable {
    /// The shortest text that can be held, in bytes.
    static let minBytes = 4
    /// From this length on, even a text of letters alone is found inside longer names.
    private static let maxWordBytes = 15

    /// The texts that begin with the same four bytes.
    fileprivate struct Family {
        var texts: Set<[UInt8]> = []
        /// The lengths that occur among them, descending.
        var lengths: [Int] = []
    }

    private var byStart: [UInt32: Family] = [:]
    /// One bit for each pair of first bytes that occurs; empty while nothing is held.
    private var starts: [UInt64] = []

    var isEmpty: Bool { byStart.isEmpty }

    /// Holds a text. One that is held already, or shorter than ``minBytes``, changes nothing.
    mutating func insert(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= Self.minBytes else { return }
        if starts.isEmpty { starts = Array(repeating: 0, count: 1024) }
        let pair = Int(bytes[0]) << 8 | Int(bytes[1])
        starts[pair >> 6] |= 1 << UInt64(pair & 63)
        byStart[Self.key(bytes, at: 0), default: Family()].insert(bytes)
    }

    /// Where held texts stand, ascending; texts that overlap give one range together.
    func ranges(in bytes: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
        guard !isEmpty, bytes.count >= Self.minBytes else { return [] }
        var found: [Range<Int>] = []
        for index in 0...(bytes.count - Self.minBytes) {
            let pair = Int(bytes[index]) << 8 | Int(bytes[index + 1])
            guard starts[pair >> 6] & 1 << UInt64(pair & 63) != 0,
                let length = byStart[Self.key(bytes, at: index)]?.longest(
                    in: bytes,
                    at: index,
                    where: { Self.isFound(bytes, index..<index + $0) }
                )
            else { continue }
            let end = index + length
            if let last = found.last, last.upperBound > index {
                found[found.count - 1] = last.lowerBound..<max(last.upperBound, end)
            } else {
                found.append(index..<end)
            }
        }
        return found
    }

    /// Whether the text that stands there counts: any but a plain word that is part of a longer name.
    private static func isFound(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        guard range.count <= maxWordBytes, isPlainWord(bytes[range]) else { return true }
        return !isJoined(bytes, at: range.lowerBound - 1, by: -1) && !isJoined(bytes, at: range.upperBound, by: 1)
    }

    /// Letters only, or digits only.
    private static func isPlainWord(_ bytes: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
        bytes.allSatisfy(\.isASCIILetter) || bytes.allSatisfy(\.isASCIIDigit)
    }

    /// Whether the byte at `index` makes a word part of a longer name: a letter, a digit, `_`, or one of `-./` with such a
    /// byte behind it in the direction of `step`.
    private static func isJoined(_ bytes: UnsafeBufferPointer<UInt8>, at index: Int, by step: Int) -> Bool {
        guard bytes.indices.contains(index) else { return false }
        if bytes[index].isNamePart { return true }
        let next = index + step
        guard [0x2d, 0x2e, 0x2f].contains(bytes[index]), bytes.indices.contains(next) else { return false }
        return bytes[next].isNamePart
    }

    private static func key(_ bytes: some RandomAccessCollection<UInt8>, at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[bytes.index(bytes.startIndex, offsetBy: index + $1)]) }
    }
}

extension KnownSecrets.Family {
    fileprivate mutating func insert(_ text: [UInt8]) {
        guard texts.insert(text).inserted, !lengths.contains(text.count) else { return }
        lengths.insert(text.count, at: lengths.firstIndex { $0 < text.count } ?? lengths.endIndex)
    }

    /// The length of the longest text that stands at `index` and counts; nil when none does.
    fileprivate func longest(
        in bytes: UnsafeBufferPointer<UInt8>,
        at index: Int,
        where counts: (_ length: Int) -> Bool
    ) -> Int? {
        lengths.first { length in
            length <= bytes.count - index && texts.contains(Array(bytes[index..<index + length])) && counts(length)
        }
    }
}

extension UInt8 {
    fileprivate var isASCIILetter: Bool { (0x61...0x7a).contains(self | 0x20) }
    fileprivate var isASCIIDigit: Bool { (0x30...0x39).contains(self) }
    fileprivate var isNamePart: Bool { isASCIILetter || isASCIIDigit || self == 0x5f || self >= 0x80 }
}
