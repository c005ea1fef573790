// SPDX-License-Identifier: Apache-2.0

/// Texts that must not be shown, arranged so that finding any of thousands in a text costs one pass over it.
///
/// A text is found wherever it stands, but for short plain words (`postgres`, `5432`): these count only where they are no
/// part of a longer name, because a Secret that holds `postgres` must not garble `postgresql.example.io` or
/// `postgres-0` in every message. Whoever knows such a word from a name has learnt nothing.
///
/// Kept are hashes under a key of this process, not the texts. One longer than ``blockBytes`` is known by its pieces of
/// that length, so that at each place of a text no more bytes are looked at than one piece has.
struct KnownSecrets: Sendable {
    /// The shortest text that can be held, in bytes.
    static let minBytes = 4
    /// The length of the pieces of a long text, in bytes.
    static let blockBytes = 64
    /// From this length on, even a text of letters alone is found inside longer names.
    private static let maxWordBytes = 15

    /// Hashes of the texts and pieces.
    private var hashes: Set<UInt64> = []
    /// By the first four bytes: a bit for each length that occurs, the lowest for one byte.
    private var lengths: [UInt32: UInt64] = [:]
    /// One bit for each pair of first bytes that occurs; empty while nothing is held.
    private var starts: [UInt64] = []
    /// Names that are never hidden.
    private var names = PublicNames()

    var isEmpty: Bool { hashes.isEmpty }

    /// Holds a text. One that is held already, or shorter than ``minBytes``, changes nothing.
    mutating func insert(_ text: some Collection<UInt8>) {
        let bytes = Array(text)
        guard bytes.count >= Self.minBytes else { return }
        guard bytes.count > Self.blockBytes else { return insert(piece: bytes[...]) }
        for start in stride(from: 0, to: bytes.count - Self.blockBytes, by: Self.blockBytes) {
            insert(piece: bytes[start..<start + Self.blockBytes])
        }
        insert(piece: bytes.suffix(Self.blockBytes))
    }

    private mutating func insert(piece: ArraySlice<UInt8>) {
        let hash = piece.reduce(into: RollingHash()) { $0.add($1) }.value
        // Looked up first: an insertion copies everything while somebody else searches.
        guard !hashes.contains(hash) else { return }
        hashes.insert(hash)
        lengths[Self.key(piece, at: piece.startIndex), default: 0] |= 1 << UInt64(piece.count - 1)
        if starts.isEmpty { starts = Array(repeating: 0, count: 1024) }
        let pair = Int(piece[piece.startIndex]) << 8 | Int(piece[piece.startIndex + 1])
        starts[pair >> 6] |= 1 << UInt64(pair & 63)
    }

    /// Never hides the name where it stands whole.
    mutating func allow(_ name: String) { names.insert(name) }

    /// Where held texts stand, ascending; texts that overlap give one range together.
    func ranges<Bytes: RandomAccessCollection>(in bytes: Bytes) -> [Range<Int>]
    where Bytes.Element == UInt8, Bytes.Index == Int {
        guard !isEmpty, bytes.count >= Self.minBytes else { return [] }
        var found: [Range<Int>] = []
        var word = PublicNames.Word()
        for index in bytes.startIndex...(bytes.endIndex - Self.minBytes) {
            let pair = Int(bytes[index]) << 8 | Int(bytes[index + 1])
            guard starts[pair >> 6] & 1 << UInt64(pair & 63) != 0, let mask = lengths[Self.key(bytes, at: index)],
                let length = longest(mask, in: bytes, at: index)
            else { continue }
            let range = index..<index + length
            if names.cover(range, in: bytes, &word) { continue }
            if let last = found.last, last.upperBound > index || isContinued(last, by: range) {
                found[found.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                found.append(range)
            }
        }
        return found
    }

    /// Whether a piece follows another one, of one long text.
    private func isContinued(_ last: Range<Int>, by next: Range<Int>) -> Bool {
        last.upperBound == next.lowerBound && last.count >= Self.blockBytes && next.count == Self.blockBytes
    }

    /// The length of the longest text that stands at `index` and counts; nil when none does.
    private func longest<Bytes: RandomAccessCollection>(_ mask: UInt64, in bytes: Bytes, at index: Int) -> Int?
    where Bytes.Element == UInt8, Bytes.Index == Int {
        var hash = RollingHash()
        var result: Int?
        var length = 0
        let most = min(Self.blockBytes - mask.leadingZeroBitCount, bytes.endIndex - index)
        while length < most {
            hash.add(bytes[index + length])
            length += 1
            if mask & 1 << UInt64(length - 1) != 0, hashes.contains(hash.value),
                Self.isFound(bytes, index..<index + length)
            {
                result = length
            }
        }
        return result
    }

    /// Whether the text that stands there counts: any but a plain word that is part of a longer name.
    private static func isFound<Bytes: RandomAccessCollection>(_ bytes: Bytes, _ range: Range<Int>) -> Bool
    where Bytes.Element == UInt8, Bytes.Index == Int {
        guard range.count <= maxWordBytes, isPlainWord(bytes[range]) else { return true }
        return !isJoined(bytes, at: range.lowerBound - 1, by: -1) && !isJoined(bytes, at: range.upperBound, by: 1)
    }

    /// Letters only, or digits only.
    private static func isPlainWord(_ bytes: some Collection<UInt8>) -> Bool {
        bytes.allSatisfy(\.isASCIILetter) || bytes.allSatisfy(\.isASCIIDigit)
    }

    /// Whether the byte at `index` makes a word part of a longer name: a letter, a digit, `_`, or one of `-./` with such a
    /// byte behind it in the direction of `step`.
    private static func isJoined<Bytes: RandomAccessCollection>(_ bytes: Bytes, at index: Int, by step: Int) -> Bool
    where Bytes.Element == UInt8, Bytes.Index == Int {
        guard index >= bytes.startIndex, index < bytes.endIndex else { return false }
        if bytes[index].isNamePart { return true }
        let next = index + step
        guard [0x2d, 0x2e, 0x2f].contains(bytes[index]), next >= bytes.startIndex, next < bytes.endIndex else {
            return false
        }
        return bytes[next].isNamePart
    }

    private static func key<Bytes: RandomAccessCollection>(_ bytes: Bytes, at index: Int) -> UInt32
    where Bytes.Element == UInt8, Bytes.Index == Int {
        UInt32(bytes[index]) << 24 | UInt32(bytes[index + 1]) << 16 | UInt32(bytes[index + 2]) << 8
            | UInt32(bytes[index + 3])
    }
}

extension UInt8 {
    fileprivate var isASCIILetter: Bool { (0x61...0x7a).contains(self | 0x20) }
    fileprivate var isASCIIDigit: Bool { (0x30...0x39).contains(self) }
    fileprivate var isNamePart: Bool { isASCIILetter || isASCIIDigit || self == 0x5f || self >= 0x80 }
}
