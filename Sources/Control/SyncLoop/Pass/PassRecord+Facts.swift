// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLook
import SyncObserve
import SyncPlan
import SyncRecord
import SyncSource

/// What is recorded of a pass: why it was made, how it ended, and the marks that the next one compares by.
extension PassRecord {
    /// Why a pass with this plan is made: a poll that finds the applied commit but a changed cluster was started by drift.
    static func trigger(_ given: RunTrigger, _ plan: Plan, _ state: ProjectState) -> RunTrigger {
        guard given == .commit, state.applied?.id == plan.commit.id else { return given }
        if let approval = state.approval, approval.hash == plan.prune.approvalHash { return .approval }
        let drifted = plan.steps.contains { $0.cause == .drift || $0.cause == .deleted }
        return drifted || !plan.reportedDrift.isEmpty ? .drift : .retry
    }

    /// What a person should find in the history beside the objects: why the pass ended early, and why members that git
    /// no longer declares were not deleted.
    static func remarks(_ plan: Plan, _ report: ApplyReport) -> [String] {
        var lines = report.interruption.map { [$0] } ?? []
        lines += plan.prune.leaving.prefix(50).map { "\($0.id) left the inventory: \($0.reason)" }
        lines += plan.prune.doubtsOfMore
        lines += plan.prune.kept.prefix(50).map { "not deleted: \($0.id): \($0.reason)" }
        return lines
    }

    /// The mark of each object after this pass: the next one compares by it.
    ///
    /// An object that was not written keeps its old mark, whatever the reason. Without the mark the next pass would
    /// take drift for a change of git, and would run a Job again that is done and has removed itself.
    ///
    /// - Parameters:
    ///   - plan: The plan of the pass.
    ///   - report: What became of its steps.
    ///   - known: What earlier passes saw.
    /// - Returns: The marks to keep; an object without one is forgotten.
    static func marks(
        _ plan: Plan,
        _ report: ApplyReport,
        known: [ObjectID: Inventory.AppliedMark]
    ) -> [ObjectID: Inventory.AppliedMark] {
        var marks: [ObjectID: Inventory.AppliedMark] = [:]
        let unwritten = plan.reportedDrift.map(\.id) + plan.refused.map(\.id) + plan.steps.map(\.id)
        for id in unwritten { marks[id] = known[id] }
        for object in plan.unchanged { marks[object.id] = object.mark }
        let hashes = Dictionary(plan.steps.map { ($0.id, $0.contentHash) }) { first, _ in first }
        for outcome in report.outcomes where [.created, .configured, .unchanged].contains(outcome.action) {
            guard let mark = hashes[outcome.id].flatMap(outcome.mark) else { continue }
            marks[outcome.id] = mark
        }
        return marks
    }

    /// How the pass ended, in one word.
    static func outcome(
        _ plan: Plan,
        objects: [ObjectOutcome],
        health: HealthReport,
        report: ApplyReport,
        approved: String?
    ) -> RunOutcome {
        if report.interruption != nil || health.ending == .cancelled { return .interrupted }
        if objects.contains(where: { $0.action == .failed || $0.isUnfinished }) { return .degraded }
        // Declared, and not written because of something else; the reason is in the object's outcome.
        if report.outcomes.contains(where: { $0.action == .skipped && $0.origin != nil }) { return .degraded }
        // No longer declared, may be deleted, and still there, because it waits for something else.
        if !plan.prune.waiting.isEmpty || report.outcomes.contains(where: \.isPostponedPrune) { return .degraded }
        if plan.refused.contains(where: { $0.reason.isShortfall }) { return .degraded }
        if case .blocked = plan.prune.verdict, !plan.prune.leftOver.isEmpty { return .degraded }
        if !plan.reportedDrift.isEmpty { return .degraded }
        if [.failed, .timedOut, .unreadable].contains(health.ending) { return .degraded }
        if case .held(_, let hash) = plan.prune.verdict, approved != hash { return .held }
        return .succeeded
    }
}

extension ObjectOutcome {
    /// Whether an object was not deleted although the prune as a whole was allowed: only then may the deletion be
    /// retried.
    fileprivate var isPostponedPrune: Bool { action == .skipped && origin == nil && isRetryable }
}
