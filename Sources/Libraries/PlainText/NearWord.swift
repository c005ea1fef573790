// SPDX-License-Identifier: Apache-2.0

/// What was probably meant by a word that there is not.
package enum NearWord {
    /// Longer words are nobody's slip, in bytes.
    private static let longest = 80

    /// `did you mean sync?`; nil when no word is near.
    ///
    /// - Parameters:
    ///   - word: What was written.
    ///   - words: What there is; of two that are equally near the first counts.
    /// - Returns: The question, without a line's end.
    package static func question(_ word: String, in words: [String]) -> String? {
        guard word.utf8.count <= longest else { return nil }
        let near = words.compactMap { known in
            EditDistance.between(Array(known.utf8), Array(word.utf8), atMost: 2).map { (word: known, distance: $0) }
        }.min { $0.distance < $1.distance }
        return near.map { "did you mean \($0.word)?" }
    }
}
