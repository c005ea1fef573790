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
    /// So much room there has to be before a pass is made only to save what was seen of the objects.
    private static let roomForMarks: UInt64 = 16 << 20

    /// The outcome of a pass for which nothing has changed since the last one; nil when one has to be planned.
    func stillResting(
        at tip: SourceTip,
        state: ProjectState,
        since start: ContinuousClock.Instant
    ) async -> PassOutcome? {
        guard let rest = memory.rest, let mirror = preparer.mirror, !settings.recordsQuietPasses,
            rest.holds(at: tip.commitID, state: state, now: start), await mirror.isCurrent(rest.generation)
        else { return nil }
        return PassOutcome(.resting(rest.outcome), commit: rest.commit, duration: start.duration(to: .now))
    }

    /// Whether a pass that writes nothing would also say nothing new.
    func isNothingNew(_ prepared: PreparedPass, standing: [String], applied: String?) async -> Bool {
        guard !settings.recordsQuietPasses, !prepared.hasStaleOrders else { return false }
        if memory.maySaveMarks(at: .now), (history.freeBytes ?? 0) >= Self.roomForMarks { return false }
        switch memory.last.silence(standing, at: prepared.plan.commit.id, applied: applied) {
        case .allowed: return true
        case .whileUnwell: return await health.isStillUnwell(prepared)
        case .refused: return false
        }
    }

    /// The end of a pass that found nothing to write and nothing new to report.
    func quietOutcome(_ prepared: PreparedPass, approved: String?, duration: Duration) -> PassOutcome {
        let objects = PassObjects.untouched(prepared.plan)
        let result = PassOutcome.PlanResult(prepared, objects: objects, approved: approved)
        return PassOutcome(
            .quiet(memory.last.outcome ?? .succeeded, result),
            commit: prepared.plan.commit,
            duration: duration
        )
    }
}
