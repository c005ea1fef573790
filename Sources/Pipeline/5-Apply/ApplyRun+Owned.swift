// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// What goes along with a deletion and is to be deleted itself.
extension ApplyRun {
    /// One of them.
    struct OwnedStep: Sendable {
        let step: PruneStep
        /// The place of its owner in the same list; nil when that is the object to be deleted.
        let owner: Int?
    }

    /// What a step owns, what that owns, and so on, as far as it has not had its turn and is not being deleted already. Owners
    /// come before what they own; each once.
    func open(below step: PruneStep) -> [OwnedStep] {
        var found: [OwnedStep] = []
        var known: Set<String> = [step.uid]
        func add(ownedBy uid: String, at owner: Int?) {
            for owned in stepsOwned[uid] ?? [] where pruned[owned.id] == nil && owned.live.deletionTimestamp == nil {
                if known.insert(owned.uid).inserted { found.append(OwnedStep(step: owned, owner: owner)) }
            }
        }
        add(ownedBy: step.uid, at: nil)
        var next = 0
        while next < found.count {
            add(ownedBy: found[next].step.uid, at: next)
            next += 1
        }
        return found
    }

    /// Notes that a step is not deleted because what was found just before is not what the plan knew.
    mutating func keep(_ step: PruneStep, untilNextPass reason: String) {
        let text = "not deleted: \(reason); the next pass decides anew"
        record(.skipped(step, because: text, isRetryable: true), ofPrune: step, isGone: false)
    }

    /// Notes that one of them is not deleted, and with it what owns it.
    mutating func keep(_ index: Int, of steps: [OwnedStep], because reason: String) {
        var place: Int? = index
        var reason = reason
        while let current = place {
            let step = steps[current].step
            record(.skipped(step, because: reason, isRetryable: true), ofPrune: step, isGone: false)
            reason = "not deleted: \(step.id), which goes along with it, is still there"
            place = steps[current].owner
        }
    }
}
