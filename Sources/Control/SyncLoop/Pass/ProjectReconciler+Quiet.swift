// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource

/// Passes that need no row.
extension ProjectReconciler {
    /// The outcome of a pass for which nothing has changed since the last one; nil when one has to be planned.
    func stillResting(
        at tip: SourceTip,
        state: ProjectState,
        since start: ContinuousClock.Instant
    ) async -> PassOutcome? {
        guard let rest = memory.rest, let mirror = preparer.mirror, !settings.recordsQuietPasses,
            rest.holds(at: tip.commitID, state: state, now: start), await mirror.isCurrent(rest.generation)
        else { return nil }
        return PassOutcome(
            outcome: rest.outcome,
            run: nil,
            commit: rest.commit,
            isResting: true,
            duration: start.duration(to: .now)
        )
    }

    /// Whether a pass that writes nothing would also say nothing new.
    func isNothingNew(_ prepared: PreparedPass, standing: [String], applied: String?) async -> Bool {
        guard !settings.recordsQuietPasses, !prepared.hasStaleOrders else { return false }
        switch memory.last.silence(standing, at: prepared.plan.commit.id, applied: applied) {
        case .allowed: return true
        case .whileUnwell: return await health.isStillUnwell(prepared)
        case .refused: return false
        }
    }

    /// The end of a pass that found nothing to write and nothing new to report.
    func quietOutcome(_ prepared: PreparedPass, approved: String?, duration: Duration) -> PassOutcome {
        PassOutcome(
            outcome: memory.last.outcome ?? .succeeded,
            run: nil,
            commit: prepared.plan.commit,
            objects: PassObjects.untouched(prepared.plan),
            notices: prepared.rendered.notices,
            prune: prepared.plan.prune,
            approved: approved,
            duration: duration
        )
    }
}
