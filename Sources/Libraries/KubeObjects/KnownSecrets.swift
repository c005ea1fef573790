// SPDX-License-Identifier: Apache-2.0

/// Texts that must not be shown, arranged so that finding any of thousands in a text costs one pass over it.
///
/// A text is found wherever it stands, but for short plain words (`postgres`, `5432`): these count only where they are
/// no part of a longer name, because a Secret that holds `postgres` must not garble `postgresql.example.io` or
/// `postgres-0` in every message. Such a word in a name does not reveal the secret.
///
/// Kept are hashes under a key of this process, not the texts. One of ``blockBytes`` or more is known by its pieces of that
/// length, so that at each place of a text no more bytes are looked at than one piece has. Of texts that begin alike only a
/// few lengths are looked for: a further one is known by pieces that overlap, of lengths that all may have.
///
/// What it holds is bounded: behind a number of short texts further ones are not held, and behind a number of pieces
/// only the two ends of further long ones.
struct KnownSecrets: Sendable {
    /// The shortest text that can be held, in bytes.
    static let minBytes = 4
    /// The length of the pieces of a long text, in bytes.
    static let blockBytes = 64
    /// From this length on, even a text of letters alone is found inside longer names.
    private static let maxWordBytes = 15
    /// Lengths that any text may have, whatever begins like it; and their bits.
    private static let commonLengths = [16, 8, 4]
    private static let commonBits: UInt64 = 1 << 15 | 1 << 7 | 1 << 3
    /// Other lengths, of the texts that begin with the same four bytes.
    private static let maxOwnLengths = 3

    /// Short texts, and pieces of them.
    private let maxTexts: Int
    /// Pieces of long texts; as many more by a thirty-second for the ends of what is not held whole.
    private let maxBlocks: Int
    /// Hashes of short plain words, which count only where they stand alone.
    private var words: Set<UInt64> = []
    /// Hashes of the other short texts, and of their pieces.
    private var hashes: Set<UInt64> = []
    /// The pieces of long texts.
    private var blocks = SecretBlocks()
    /// How many of the hashes and pieces are of what stands inside of longer runs of letters.
    private var partTexts = 0
    private var partBlocks = 0
    /// Of these short texts, by the first four bytes: a bit for each length that occurs, the lowest for one byte.
    private var lengths: [UInt32: UInt64] = [:]
    /// One bit for each pair of first bytes that occurs; empty while nothing is held.
    private var starts: [UInt64] = []
    /// Names that are never hidden.
    private(set) var names = PublicNames()

    /// - Parameters:
    ///   - maxTexts: So many hashes take 2 MiB as a set, and their beginnings 3 MiB more; with half as many parts, twice that.
    ///   - maxBlocks: So many pieces, of 46 MiB of text, take 8 MiB as a set, and their filter 2 MiB more; with half as
    ///     many pieces of parts, the set takes 16 MiB.
    init(maxTexts: Int = 196_000, maxBlocks: Int = 760_000) {
        self.maxTexts = maxTexts
        self.maxBlocks = maxBlocks
    }

    var isEmpty: Bool { starts.isEmpty }

    /// How many hashes are held.
    var count: Int { words.count + hashes.count + blocks.count }

    /// For how many lengths a place is searched that begins with these four bytes, words and long texts aside.
    func lengthCount(beginningWith bytes: [UInt8]) -> Int { lengths[Self.key(bytes, at: 0)]?.nonzeroBitCount ?? 0 }

    /// Holds a text. One that is held already, or shorter than ``minBytes``, changes nothing.
    mutating func insert(_ text: some Collection<UInt8>) {
        let bytes = Array(text)
        if bytes.count <= Self.maxWordBytes, bytes.count >= Self.minBytes, Self.isPlainWord(bytes) {
            insert(word: bytes[...])
        } else {
            insert(anywhere: bytes)
        }
    }

    /// Holds what is looked for inside of longer runs of letters, whatever it consists of. Such texts have room of their
    /// own, half as much, so that they never keep out the secrets themselves.
    mutating func insert(part bytes: [UInt8]) {
        guard partTexts * 2 < maxTexts, partBlocks * 2 < maxBlocks else { return }
        let (texts, pieces) = (hashes.count, blocks.count)
        insert(anywhere: bytes)
        partTexts += hashes.count - texts
        partBlocks += blocks.count - pieces
    }

    /// Whether there is room for one more short text.
    private var hasRoom: Bool { words.count + hashes.count - partTexts < maxTexts }

    private mutating func insert(anywhere bytes: [UInt8]) {
        guard bytes.count >= Self.minBytes else { return }
        guard bytes.count >= Self.blockBytes else { return insert(short: bytes[...]) }
        let last = bytes.count - Self.blockBytes
        for start in stride(from: 0, to: last, by: Self.blockBytes)
        where start == 0 || blocks.count - partBlocks < maxBlocks {
            insert(block: bytes[start..<start + Self.blockBytes])
        }
        insert(block: bytes[last...])
    }

    private mutating func insert(block: ArraySlice<UInt8>) {
        guard blocks.count - partBlocks < maxBlocks + maxBlocks / 32 else { return }
        var hash = RollingHash()
        for byte in block.prefix(Self.minBytes) { hash.add(byte) }
        let start = hash.value
        for byte in block.dropFirst(Self.minBytes) { hash.add(byte) }
        blocks.insert(start: start, whole: hash.value)
        mark(block)
    }

    private mutating func insert(short text: ArraySlice<UInt8>) {
        let known = lengths[Self.key(text, at: text.startIndex)] ?? 0
        let own = known & ~Self.commonBits
        let length: UInt64 = 1 << UInt64(text.count - 1)
        guard length & (known | Self.commonBits) == 0, own.nonzeroBitCount >= Self.maxOwnLengths,
            let part = Self.commonLengths.first(where: { $0 < text.count })
        else { return insert(piece: text) }
        for start in stride(from: text.startIndex, to: text.endIndex - part, by: part) {
            insert(piece: text[start..<start + part])
        }
        insert(piece: text.suffix(part))
    }

    private mutating func insert(piece: ArraySlice<UInt8>) {
        let hash = piece.reduce(into: RollingHash()) { $0.add($1) }.value
        // Looked up first: an insertion copies everything while another thread searches.
        guard hasRoom, !hashes.contains(hash) else { return }
        hashes.insert(hash)
        lengths[Self.key(piece, at: piece.startIndex), default: 0] |= 1 << UInt64(piece.count - 1)
        mark(piece)
    }

    private mutating func insert(word: ArraySlice<UInt8>) {
        let hash = word.reduce(into: RollingHash()) { $0.add($1) }.value
        guard hasRoom, !words.contains(hash) else { return }
        words.insert(hash)
        mark(word)
    }

    private mutating func mark(_ piece: ArraySlice<UInt8>) {
        let pair = Int(piece[piece.startIndex]) << 8 | Int(piece[piece.startIndex + 1])
        let bit: UInt64 = 1 << UInt64(pair & 63)
        if starts.isEmpty { starts = Array(repeating: 0, count: 1024) }
        if starts[pair >> 6] & bit == 0 { starts[pair >> 6] |= bit }
    }

    /// Never hides the name where it stands whole.
    mutating func allow(_ name: String) { names.insert(name) }

    /// Never hides a part of the path where it stands whole, or from one of its folders on.
    mutating func allow(path: String) { names.insert(path: path) }

    /// Where held texts stand, ascending; texts that overlap give one range together.
    func ranges<Bytes: RandomAccessCollection>(in bytes: Bytes) -> [Range<Int>]
    where Bytes.Element == UInt8, Bytes.Index == Int { ranges(in: bytes, besides: names) }

    /// The same with names that others allow.
    func ranges<Bytes: RandomAccessCollection>(in bytes: Bytes, besides names: PublicNames) -> [Range<Int>]
    where Bytes.Element == UInt8, Bytes.Index == Int {
        guard !isEmpty, bytes.count >= Self.minBytes else { return [] }
        var found: [Range<Int>] = []
        var name = PublicNames.Word()
        for index in bytes.startIndex...(bytes.endIndex - Self.minBytes) {
            let pair = Int(bytes[index]) << 8 | Int(bytes[index + 1])
            // Inside of a range only what reaches beyond it makes a difference.
            let covered = max(0, (found.last?.upperBound ?? index) - index)
            guard starts[pair >> 6] & 1 << UInt64(pair & 63) != 0 else { continue }
            let length = max(longest(in: bytes, at: index, beyond: covered) ?? 0, word(in: bytes, at: index) ?? 0)
            guard length > covered else { continue }
            let range = index..<index + length
            if names.cover(range, in: bytes, &name) { continue }
            if let last = found.last, last.upperBound > index || isContinued(last, by: range) {
                found[found.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                found.append(range)
            }
        }
        return names.hasLikelySecrets ? Self.withoutPlainParts(found, in: bytes, of: names) : found
    }

    /// The ranges but for those that stand in a name that looks like a credential, and look like none themselves. Of ranges
    /// without a gap only the whole tells: they may be the pieces of one text.
    private static func withoutPlainParts<Bytes: RandomAccessCollection>(
        _ found: [Range<Int>],
        in bytes: Bytes,
        of names: PublicNames
    ) -> [Range<Int>] where Bytes.Element == UInt8, Bytes.Index == Int {
        var name = PublicNames.Word(countsAll: true)
        var result: [Range<Int>] = []
        var index = 0
        while index < found.count {
            var next = index + 1
            while next < found.count, found[next].lowerBound == found[next - 1].upperBound { next += 1 }
            let whole = found[index].lowerBound..<found[next - 1].upperBound
            if !names.cover(whole, in: bytes, &name) || CredentialLook.isLikelyPart(bytes[whole]) {
                result.append(contentsOf: found[index..<next])
            }
            index = next
        }
        return result
    }

    /// Whether a piece follows another one, of one long text.
    private func isContinued(_ last: Range<Int>, by next: Range<Int>) -> Bool {
        guard last.upperBound == next.lowerBound, last.count >= next.count else { return false }
        return next.count == Self.blockBytes || next.count == Self.commonLengths[0]
    }

    /// The length of the longest text that stands at `index` and has more than `beyond` bytes, plain words aside; nil when
    /// none does.
    private func longest<Bytes: RandomAccessCollection>(in bytes: Bytes, at index: Int, beyond: Int) -> Int?
    where Bytes.Element == UInt8, Bytes.Index == Int {
        guard beyond < Self.blockBytes else { return nil }
        var hash = RollingHash()
        for offset in 0..<Self.minBytes { hash.add(bytes[index + offset]) }
        let start = hash.value
        let mask = (lengths[Self.key(bytes, at: index)] ?? 0) & (UInt64.max << UInt64(beyond))
        let mayBeBlock = bytes.endIndex - index >= Self.blockBytes && blocks.mayBegin(start)
        let most = mayBeBlock ? Self.blockBytes : min(64 - mask.leadingZeroBitCount, bytes.endIndex - index)
        var result: Int?
        var length = Self.minBytes
        while length <= most {
            if mask & 1 << UInt64(length - 1) != 0, hashes.contains(hash.value) { result = length }
            guard length < most else { break }
            hash.add(bytes[index + length])
            length += 1
        }
        return mayBeBlock && blocks.contains(start: start, whole: hash.value) ? Self.blockBytes : result
    }

    /// The length of the plain word that stands at `index` and is no part of a longer name; nil when none is held.
    private func word<Bytes: RandomAccessCollection>(in bytes: Bytes, at index: Int) -> Int?
    where Bytes.Element == UInt8, Bytes.Index == Int {
        guard !words.isEmpty, !Self.isJoined(bytes, at: index - 1, by: -1) else { return nil }
        var hash = RollingHash()
        var end = index
        while end < bytes.endIndex, bytes[end].isNamePart {
            guard end - index < Self.maxWordBytes else { return nil }
            hash.add(bytes[end])
            end += 1
        }
        guard words.contains(hash.value), !Self.isJoined(bytes, at: end, by: 1) else { return nil }
        return end - index
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
