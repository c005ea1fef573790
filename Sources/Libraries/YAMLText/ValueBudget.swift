// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Waiting

/// What the values of several texts may take in memory together, about. It is taken from while they are read, by several
/// threads at once, so that reading ends before the memory is used.
package final class ValueBudget: Sendable {
    /// The whole budget, in bytes.
    package let maxBytes: Int
    private let used = Atomic<Int>(0)
    private let stop: StopRequest

    /// - Parameters:
    ///   - maxBytes: The whole budget, in bytes.
    ///   - stop: Once made, nothing is left of the budget.
    package init(maxBytes: Int, stop: StopRequest = StopRequest()) {
        self.maxBytes = maxBytes
        self.stop = stop
    }

    /// Whether more was asked for than there is, or the reading is to stop.
    package var isSpent: Bool { stop.isMade || used.load(ordering: .relaxed) > maxBytes }

    /// Takes what nodes with so many bytes of text cost; false when that is more than is left.
    func take(nodes: Int, textBytes: Int) -> Bool {
        let cost = nodes * Self.nodeBytes + textBytes
        return used.add(cost, ordering: .relaxed).newValue <= maxBytes && !stop.isMade
    }

    /// Gives back what was taken for a reading that came to nothing.
    func giveBack(nodes: Int, textBytes: Int) {
        used.subtract(nodes * Self.nodeBytes + textBytes, ordering: .relaxed)
    }

    /// Takes what remembering an anchor of that name costs; false when that is more than is left.
    func take(anchor name: String) -> Bool { take(nodes: 4, textBytes: name.utf8.count) }

    /// An element of a list, or half a member of a map; a list or map that holds it is another node.
    private static let nodeBytes = 32

    /// The error at the line where the budget ended.
    func error(line: Int) -> YAMLError {
        YAMLError(
            line: line,
            problem: "the manifests up to here grow beyond \(maxBytes >> 20) MiB of memory as values, aliases expanded",
            remedy: "take out what repeats itself, or split the project"
        )
    }
}
