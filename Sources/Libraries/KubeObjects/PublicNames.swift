// SPDX-License-Identifier: Apache-2.0

/// Names that may be shown because they stand in git unencrypted: of objects, namespaces and kinds.
struct PublicNames: Sendable {
    /// The last name-like piece of a text that was looked at, so that each is looked at once.
    struct Word {
        fileprivate var whole = 0..<0
        fileprivate var shown: [Range<Int>] = []
    }

    /// The longest name of an object.
    private static let maxBytes = 253

    /// The most names that are known: enough for all that the largest projects declare. Further names may stay masked
    /// in some texts.
    private static let maxNames = 200_000

    private var hashes: Set<UInt64> = []

    mutating func insert(_ name: String) {
        guard (KnownSecrets.minBytes...Self.maxBytes).contains(name.utf8.count) else { return }
        let hash = name.utf8.reduce(into: RollingHash()) { $0.add($1) }.value
        if hashes.count < Self.maxNames, !hashes.contains(hash) { hashes.insert(hash) }
    }

    /// Whether the range lies in a name: the piece of the text that consists of letters, digits and `-._:`, or a part of it
    /// between dots and colons.
    func cover<Bytes: RandomAccessCollection>(_ range: Range<Int>, in bytes: Bytes, _ word: inout Word) -> Bool
    where Bytes.Element == UInt8, Bytes.Index == Int {
        guard !hashes.isEmpty else { return false }
        if !(word.whole.lowerBound <= range.lowerBound && range.lowerBound < word.whole.upperBound) {
            word = read(bytes, around: range.lowerBound)
        }
        return word.shown.contains { $0.lowerBound <= range.lowerBound && range.upperBound <= $0.upperBound }
    }

    private func read<Bytes: RandomAccessCollection>(_ bytes: Bytes, around index: Int) -> Word
    where Bytes.Element == UInt8, Bytes.Index == Int {
        var start = index
        while start > bytes.startIndex, bytes[start - 1].isWordByte { start -= 1 }
        var end = index
        while end < bytes.endIndex, bytes[end].isWordByte { end += 1 }
        var word = Word()
        word.whole = start..<max(end, index + 1)
        var parts: [Range<Int>] = []
        var partStart = start
        for place in start...end where place == end || bytes[place].isPunctuation {
            if place > partStart { parts.append(partStart..<place) }
            partStart = place + 1
        }
        guard let first = parts.first, let last = parts.last else { return word }
        // Punctuation at the ends belongs to the sentence.
        let trimmed = first.lowerBound..<last.upperBound
        if isName(bytes, trimmed) {
            word.shown = [trimmed]
        } else if parts.count <= Self.maxParts {
            word.shown = parts.filter { isName(bytes, $0) }
        }
        return word
    }

    /// Of a piece with more parts only the whole counts.
    private static let maxParts = 64

    private func isName<Bytes: RandomAccessCollection>(_ bytes: Bytes, _ range: Range<Int>) -> Bool
    where Bytes.Element == UInt8, Bytes.Index == Int {
        guard range.count <= Self.maxBytes else { return false }
        var hash = RollingHash()
        for index in range { hash.add(bytes[index]) }
        return hashes.contains(hash.value)
    }
}

extension UInt8 {
    fileprivate var isWordByte: Bool {
        (0x30...0x39).contains(self) || (0x61...0x7A).contains(self | 0x20) && self >= 0x41 || self == 0x2D
            || self == 0x5F
            || isPunctuation
    }

    /// `.` or `:`.
    fileprivate var isPunctuation: Bool { self == 0x2E || self == 0x3A }
}
