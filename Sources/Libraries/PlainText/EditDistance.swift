// SPDX-License-Identifier: Apache-2.0

/// How far two words are from each other: the letters that must be added, taken away, changed, or swapped with their
/// neighbour to make one of the other.
package enum EditDistance {
    /// The distance of two words, given as UTF-8.
    ///
    /// - Parameters:
    ///   - left: A word.
    ///   - right: Another one.
    ///   - limit: What is further away is not counted to its end.
    /// - Returns: The distance; nil when it is more than `limit`.
    package static func between(_ left: [UInt8], _ right: [UInt8], atMost limit: Int) -> Int? {
        guard abs(left.count - right.count) <= limit else { return nil }
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for i in left.indices {
            var row = [i + 1]
            row.reserveCapacity(right.count + 1)
            for j in right.indices {
                var best = min(last[j] + (left[i] == right[j] ? 0 : 1), last[j + 1] + 1, row[j] + 1)
                if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                    best = min(best, beforeLast[j - 1] + 1)
                }
                row.append(best)
            }
            // Each later row begins at one of these two.
            if (row.min() ?? 0) > limit, (last.min() ?? 0) > limit { return nil }
            (beforeLast, last) = (last, row)
        }
        return last[right.count] <= limit ? last[right.count] : nil
    }
}
