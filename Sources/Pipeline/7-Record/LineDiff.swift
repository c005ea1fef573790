// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The shortest edit script between two texts, by Myers' greedy algorithm ("An O(ND) Difference Algorithm", 1986).
///
/// Work and memory are bounded: texts that differ in more than ``maxEdits`` lines are shown as one replacement of
/// everything between their common head and tail.
struct LineDiff {
    /// One line of the script.
    enum Edit: Sendable, Hashable {
        case same(String), removed(String), added(String)
    }

    /// The longest script that is searched for; memory grows with its square (8 MB here).
    static let maxEdits = 1000

    let edits: [Edit]

    init(from old: [String], to new: [String]) {
        var head = 0
        while head < old.count, head < new.count, old[head].hasSameBytes(as: new[head]) { head += 1 }
        var tail = 0
        while tail < old.count - head, tail < new.count - head,
            old[old.count - 1 - tail].hasSameBytes(as: new[new.count - 1 - tail])
        { tail += 1 }
        let left = Array(old[head..<(old.count - tail)])
        let right = Array(new[head..<(new.count - tail)])
        let middle = Self.script(left, right) ?? left.map(Edit.removed) + right.map(Edit.added)
        edits = old[..<head].map(Edit.same) + middle + old[(old.count - tail)...].map(Edit.same)
    }

    /// Nil when the script would be longer than ``maxEdits``.
    private static func script(_ old: [String], _ new: [String]) -> [Edit]? {
        if old.isEmpty { return new.map(Edit.added) }
        if new.isEmpty { return old.map(Edit.removed) }
        var numbers: [[UInt8]: Int] = [:]
        func number(_ line: String) -> Int {
            let bytes = Array(line.utf8)
            if let known = numbers[bytes] { return known }
            numbers[bytes] = numbers.count
            return numbers.count - 1
        }
        let left = old.map(number)
        let right = new.map(number)
        guard let trace = trace(left, right) else { return nil }
        return backtrack(trace, old, new)
    }

    /// The furthest place reached on each diagonal, for each number of edits; nil beyond ``maxEdits``.
    ///
    /// Element `d` holds the diagonals `-d...d`; a place is an index into the old text.
    private static func trace(_ old: [Int], _ new: [Int]) -> [[Int]]? {
        var rows: [[Int]] = []
        for edits in 0...min(maxEdits, old.count + new.count) {
            var row = Array(repeating: 0, count: 2 * edits + 1)
            for diagonal in stride(from: -edits, through: edits, by: 2) {
                var place = edits == 0 ? 0 : start(diagonal, after: rows[edits - 1]).place
                while place < old.count, place - diagonal < new.count, old[place] == new[place - diagonal] {
                    place += 1
                }
                row[diagonal + edits] = place
                if place >= old.count, place - diagonal >= new.count {
                    rows.append(row)
                    return rows
                }
            }
            rows.append(row)
        }
        return nil
    }

    /// Where a diagonal is entered when one more edit is made after `row`, and from which diagonal.
    private static func start(_ diagonal: Int, after row: [Int]) -> (place: Int, from: Int) {
        let edits = row.count / 2
        func reached(_ diagonal: Int) -> Int { abs(diagonal) <= edits ? row[diagonal + edits] : -1 }
        let down = reached(diagonal + 1)
        let across = reached(diagonal - 1)
        return down > across ? (down, diagonal + 1) : (across + 1, diagonal - 1)
    }

    private static func backtrack(_ rows: [[Int]], _ old: [String], _ new: [String]) -> [Edit] {
        var reversed: [Edit] = []
        var place = old.count
        var diagonal = old.count - new.count
        for edits in stride(from: rows.count - 1, through: 0, by: -1) {
            let entry = edits == 0 ? (place: 0, from: 0) : start(diagonal, after: rows[edits - 1])
            while place > entry.place {
                place -= 1
                reversed.append(.same(old[place]))
            }
            guard edits > 0 else { break }
            if entry.from > diagonal {
                reversed.append(.added(new[place - diagonal - 1]))
            } else {
                place -= 1
                reversed.append(.removed(old[place]))
            }
            diagonal = entry.from
        }
        return reversed.reversed()
    }
}
