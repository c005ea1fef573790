// SPDX-License-Identifier: Apache-2.0

/// What was probably meant by a word that there is not.
package enum NearWord {
    /// Longer words are nobody's slip, in characters.
    private static let longest = 80

    /// `did you mean sync?`; nil when no word is near.
    ///
    /// - Parameters:
    ///   - word: What was written.
    ///   - words: What there is; of two that are equally near the first counts.
    /// - Returns: The question, without a line's end.
    package static func question(_ word: String, in words: [String]) -> String? {
        guard word.count <= longest, let near = words.min(by: { distance($0, word) < distance($1, word) }),
            distance(near, word) <= 2
        else { return nil }
        return "did you mean \(near)?"
    }

    /// Edit distance of two short words.
    private static func distance(_ left: String, _ right: String) -> Int {
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var previous = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let current = row[j + 1]
                row[j + 1] = a == b ? previous : min(previous, current, row[j]) + 1
                previous = current
            }
        }
        return row[right.count]
    }
}
