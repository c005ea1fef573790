// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SyncRecord

@Suite struct LineDiffTests {
    private func old(_ diff: LineDiff) -> [String] {
        diff.edits.compactMap { edit in
            switch edit {
            case .same(let line), .removed(let line): line
            case .added: nil
            }
        }
    }

    private func new(_ diff: LineDiff) -> [String] {
        diff.edits.compactMap { edit in
            switch edit {
            case .same(let line), .added(let line): line
            case .removed: nil
            }
        }
    }

    private func length(_ diff: LineDiff) -> Int {
        diff.edits.count { edit in
            if case .same = edit { false } else { true }
        }
    }

    /// The length of the shortest script, by the textbook's table.
    private func shortest(_ old: [String], _ new: [String]) -> Int {
        var row = Array(0...new.count)
        for line in old {
            var previous = row[0]
            row[0] += 1
            for index in new.indices {
                let diagonal = line == new[index] ? previous : Int.max
                previous = row[index + 1]
                row[index + 1] = min(diagonal, min(row[index], row[index + 1]) + 1)
            }
        }
        return row[new.count]
    }

    @Test func `every script rebuilds both texts and is the shortest`() {
        var random = SplitMix(state: 7)
        for _ in 1...400 {
            let old = (0..<Int(random.next() % 14)).map { _ in String(random.next() % 5) }
            let new = (0..<Int(random.next() % 14)).map { _ in String(random.next() % 5) }
            let diff = LineDiff(from: old, to: new)
            #expect(self.old(diff) == old)
            #expect(self.new(diff) == new)
            #expect(length(diff) == shortest(old, new), "\(old) \(new)")
        }
    }

    @Test func `texts with nothing in common are replaced as a whole`() {
        let old = (0..<3000).map { "old \($0)" }
        let new = (0..<3000).map { "new \($0)" }
        let diff = LineDiff(from: ["head"] + old + ["tail"], to: ["head"] + new + ["tail"])
        #expect(self.old(diff) == ["head"] + old + ["tail"])
        #expect(self.new(diff) == ["head"] + new + ["tail"])
    }

    @Test(arguments: [
        ("a b c d e f g h", "a b c d X f g h", "@@ -2,7 +2,7 @@| b| c| d|-e|+X| f| g| h"),
        ("a b", "a b c", "@@ -1,2 +1,3 @@| a| b|+c"), ("", "a b", "@@ -0,0 +1,2 @@|+a|+b"),
        ("a", "", "@@ -1 +0,0 @@|-a"),
        (
            "1 2 3 4 5 6 7 8 9 a b c d e f", "X 2 3 4 5 6 7 8 9 a b c d e Y",
            "@@ -1,4 +1,4 @@|-1|+X| 2| 3| 4|@@ -12,4 +12,4 @@| c| d| e|-f|+Y"
        ), ("a", "a", ""),
    ])
    func `hunks are those of diff -u`(old: String, new: String, expected: String) {
        let diff = LineDiff(
            from: old.split(separator: " ").map(String.init),
            to: new.split(separator: " ").map(String.init)
        )
        #expect(diff.unified().lines.joined(separator: "|") == expected)
    }
}

/// A small reproducible generator.
private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
