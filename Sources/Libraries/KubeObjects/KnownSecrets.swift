// SPDX-License-Identifier: Apache-2.0

/// Texts that must not be shown, arranged so that finding any of thousands in a text costs one pass over it.
struct KnownSecrets: Sendable {
    /// The shortest text that can be held, in bytes.
    static let minBytes = 4

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
                let length = byStart[Self.key(bytes, at: index)]?.longest(in: bytes, at: index)
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

    private static func key(_ bytes: some RandomAccessCollection<UInt8>, at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[bytes.index(bytes.startIndex, offsetBy: index + $1)]) }
    }
}

extension KnownSecrets.Family {
    fileprivate mutating func insert(_ text: [UInt8]) {
        guard texts.insert(text).inserted, !lengths.contains(text.count) else { return }
        lengths.insert(text.count, at: lengths.firstIndex { $0 < text.count } ?? lengths.endIndex)
    }

    /// The length of the longest text that stands at `index`; nil when none does.
    fileprivate func longest(in bytes: UnsafeBufferPointer<UInt8>, at index: Int) -> Int? {
        lengths.first { length in
            length <= bytes.count - index && texts.contains(Array(bytes[index..<index + length]))
        }
    }
}
