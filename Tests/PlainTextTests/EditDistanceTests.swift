// SPDX-License-Identifier: Apache-2.0
import PlainText
import Testing

struct EditDistanceTests {
    @Test(
        arguments: [
            ("", "", 0), ("prune", "prune", 0), ("prune", "prun", 1), ("prun", "prune", 1), ("prune", "prnue", 1),
            ("prune", "rpnue", 2), ("prune", "prunee", 1), ("prune", "drone", 2), ("policy", "polcy", 1), ("", "ab", 2),
            ("ab", "ba", 1), ("abcd", "badc", 2),
        ] as [(String, String, Int)]
    )
    func `letters that are added, missing, changed or swapped count one each`(
        left: String,
        right: String,
        distance: Int
    ) {
        for (left, right) in [(left, right), (right, left)] {
            #expect(EditDistance.between(Array(left.utf8), Array(right.utf8), atMost: distance) == distance)
            #expect(EditDistance.between(Array(left.utf8), Array(right.utf8), atMost: 9) == distance)
            let less = EditDistance.between(Array(left.utf8), Array(right.utf8), atMost: distance - 1)
            #expect(less == nil)
        }
    }

    @Test(arguments: [("prune", "force"), ("prune", "name"), ("deletion", "mutation"), ("a", "abcd"), ("", "abc")])
    func `words that are further away are not near`(left: String, right: String) {
        #expect(EditDistance.between(Array(left.utf8), Array(right.utf8), atMost: 2) == nil)
    }
}
