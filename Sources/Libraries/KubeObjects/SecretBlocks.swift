// SPDX-License-Identifier: Apache-2.0

/// Pieces of long secrets, all of one length, known by their hashes. Eight bytes each and a filter, whatever they hold.
struct SecretBlocks: Sendable {
    /// 32 bits of the hash of a piece's first four bytes, then 32 of the whole piece's.
    private var hashes: Set<UInt64> = []
    /// One bit for each beginning that occurs, found by the highest bits of its hash; a power of two in words.
    private var starts: [UInt64] = []

    /// How many pieces are held.
    var count: Int { hashes.count }

    /// Holds a piece, given by the hash of its first four bytes and of all of it.
    mutating func insert(start: UInt64, whole: UInt64) {
        let hash = Self.joined(start, whole)
        // Looked up first: an insertion copies everything while another thread searches.
        guard !hashes.contains(hash) else { return }
        hashes.insert(hash)
        // At most an eighth of the bits is set, so that most of an ordinary text is passed over.
        if hashes.count * 8 > starts.count * 64 {
            starts = Array(repeating: 0, count: max(64, starts.count * 4))
            for held in hashes { mark(held) }
        } else {
            mark(hash)
        }
    }

    /// Whether a piece may begin with what has that hash.
    func mayBegin(_ start: UInt64) -> Bool {
        guard !starts.isEmpty else { return false }
        let bit = place(start)
        return starts[bit >> 6] & 1 << UInt64(bit & 63) != 0
    }

    func contains(start: UInt64, whole: UInt64) -> Bool { hashes.contains(Self.joined(start, whole)) }

    private static func joined(_ start: UInt64, _ whole: UInt64) -> UInt64 {
        (start & 0xFFFF_FFFF_0000_0000) | (whole >> 32)
    }

    private mutating func mark(_ hash: UInt64) {
        let bit = place(hash)
        starts[bit >> 6] |= 1 << UInt64(bit & 63)
    }

    /// The bit of what has these highest 32 bits.
    private func place(_ hash: UInt64) -> Int { Int(hash >> 32) & (starts.count * 64 - 1) }
}
