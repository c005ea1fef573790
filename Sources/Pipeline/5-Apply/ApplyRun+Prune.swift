// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan

/// What this pass may delete, after all that it has done so far.
extension ApplyRun {
    /// Why one object is not deleted.
    struct PruneObjection: Sendable {
        let reason: String
        let isRetryable: Bool
        /// Whether it leaves the inventory nevertheless.
        let isGone: Bool
    }

    /// Why nothing at all may be deleted in this pass; nil when the steps may run. `approved` is the hash that a person has
    /// approved.
    func reasonToKeepAll(approved: String?) -> String? {
        if hasUnclearWrites {
            return "not deleted: the API server was not heard clearly in this pass; the next one decides"
        }
        if let first = firstUndone { return UndoneStep.reasonToKeepAll(first) }
        switch plan.prune.verdict {
        case .allowed: return nil
        case .disabled: return "not deleted: pruning is switched off for this project"
        case .blocked(let reasons): return "not deleted: \(reasons.joined(separator: "; "))"
        case .held(let reasons, let hash):
            if approved == hash { return nil }
            return "held until approved (\(hash.prefix(12))): \(reasons.joined(separator: "; "))"
        }
    }

    /// The first declared object that this pass has not brought to its declared state, and why. While there is one,
    /// nothing is deleted: it may replace what would be deleted, or its old state may still need it.
    var firstUndone: String? {
        for step in plan.steps {
            guard let outcome = outcomes[step.id] else { return "\(step.id) was not applied" }
            switch outcome.action {
            case .failed: return UndoneStep.failed(step.id)
            case .skipped: return "\(step.id) was skipped"
            case _ where outcome.isUnfinished: return "\(step.id) is not as git states it"
            default: continue
            }
        }
        return blockers.stuckWave.map { "wave \($0.number) did not become ready: \($0.reason)" }
    }

    /// Why this object is not deleted although others are; nil when it may be.
    func objection(to step: PruneStep) -> PruneObjection? {
        if isApplied(uid: step.uid) {
            let reason = "kept: it is the same object as one of the repository, under another API group"
            return PruneObjection(reason: reason, isRetryable: false, isGone: true)
        }
        if step.live.deletionTimestamp != nil {
            return PruneObjection(reason: step.live.deletionText, isRetryable: true, isGone: false)
        }
        // For a definition, the objects of its own kind count.
        let rest = step.live.definedKind == nil ? reasonToKeepRest.map { "not deleted: \($0)" } : nil
        let need = undeleted.reason(toKeep: step) ?? users.reason(toKeep: step)
        if let reason = rest ?? need.map({ "not deleted: \($0)" }) {
            return PruneObjection(reason: reason, isRetryable: true, isGone: false)
        }
        guard step.id.groupKind == GroupKind.namespace else { return nil }
        let kept = plan.prune.steps.first { inside in
            inside.id.namespace == step.id.name && pruned[inside.id].map { $0.action != .pruned } == true
        }
        guard let kept else { return nil }
        let reason = "not deleted: it holds \(kept.id), which was not deleted"
        return PruneObjection(reason: reason, isRetryable: true, isGone: false)
    }
}

/// The reason of deletions that are not made because a declared object is not as git declares it.
package enum UndoneStep {
    static func failed(_ id: ObjectID) -> String { "\(id) could not be applied" }

    static func reasonToKeepAll(_ undone: String) -> String {
        "not deleted: \(undone), and may need or replace what would be deleted"
    }

    /// Why a pass deletes nothing when the API server refuses this object; one line.
    package static func reasonToKeepAll(refused id: ObjectID) -> String { reasonToKeepAll(failed(id)) }
}

extension PruneStep {
    /// Why the object must not be deleted as it is just before the delete; nil when it may be.
    func reasonToStay(_ now: KubeObject, for applySet: ApplySet) -> String? {
        switch Ownership.of(now, for: applySet) {
        case .ours: return SyncAnnotation.objection(of: now)?.reason
        case .unowned: return "no longer carries this project's label"
        case .other(let owner): return "belongs to \(owner)"
        }
    }
}
