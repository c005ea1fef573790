// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// What objects need that were to be deleted and were not: what they name, and what owns them.
package struct UndeletedUsers: Sendable {
    /// By what is named: who names it; the lowest identity.
    private var namers: [ObjectID: ObjectID] = [:]
    /// By the owner's uid: what it owns; the lowest identity.
    private var owned: [String: ObjectID] = [:]

    package init() {}

    /// Adds an object that is still there.
    package mutating func add(_ step: PruneStep) {
        for id in References.named(by: step.live) { namers[id] = min(step.id, namers[id] ?? step.id) }
        for owner in step.live.ownerUIDs { owned[owner] = min(step.id, owned[owner] ?? step.id) }
    }

    /// Why an object is still needed; nil when it is not.
    package func reason(toKeep step: PruneStep) -> String? {
        if let user = namers[step.id] { return "\(user) is still there, and names it" }
        return owned[step.uid].map { "\($0), which it owns, is still there" }
    }
}
