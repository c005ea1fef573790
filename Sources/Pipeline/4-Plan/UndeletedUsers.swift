// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// What objects need that were to be deleted and are still there: what they name, and what owns them.
package struct UndeletedUsers: Sendable {
    /// By what is named: who names it.
    private var namers: [ObjectID: Set<ObjectID>] = [:]
    /// By the owner's uid: what it owns.
    private var owned: [String: Set<ObjectID>] = [:]

    package init() {}

    /// Adds an object.
    ///
    /// - Parameters:
    ///   - step: That was to delete it.
    ///   - isEnding: Whether it is being deleted: then the garbage collector may take it along with its owner.
    package mutating func add(_ step: PruneStep, isEnding: Bool) {
        for id in References.named(by: step.live) { namers[id, default: []].insert(step.id) }
        guard !isEnding else { return }
        for owner in step.owners { owned[owner, default: []].insert(step.id) }
    }

    /// Takes an object out that is gone now.
    package mutating func remove(_ step: PruneStep) {
        for id in References.named(by: step.live) { namers[id]?.remove(step.id) }
        for owner in step.owners { owned[owner]?.remove(step.id) }
    }

    /// Why an object is still needed; nil when it is not.
    package func reason(toKeep step: PruneStep) -> String? {
        if let user = namers[step.id]?.min() { return Self.naming(user) }
        return owned[step.uid]?.min().map(Self.owning)
    }

    /// Which of the steps are needed by some of them, by those in turn, and so on; with the reason of each. Linear in the
    /// steps and in what they name.
    static func needs(of users: [PruneStep], among steps: [PruneStep]) -> [ObjectID: String] {
        let byID = Dictionary(steps.map { ($0.id, $0) }) { first, _ in first }
        let byUID = Dictionary(steps.map { ($0.uid, $0) }) { first, _ in first }
        var queue = users
        var known = Set(users.map(\.id))
        var reasons: [ObjectID: String] = [:]
        var next = 0
        while next < queue.count {
            let user = queue[next]
            next += 1
            let named = References.named(by: user.live).compactMap { byID[$0] }.map { ($0, naming(user.id)) }
            let owners = user.owners.compactMap { byUID[$0] }.map { ($0, owning(user.id)) }
            for (step, reason) in named + owners where known.insert(step.id).inserted {
                reasons[step.id] = reason
                queue.append(step)
            }
        }
        return reasons
    }

    private static func naming(_ user: ObjectID) -> String { "\(user) is still there, and names it" }
    private static func owning(_ user: ObjectID) -> String { "\(user), which goes along with it, is still there" }
}
