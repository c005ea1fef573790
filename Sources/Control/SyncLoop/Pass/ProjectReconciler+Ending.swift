// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncObserve
import SyncPlan
import SyncRecord

/// What stays of a pass: how it ended, and what the next one compares by.
extension ProjectReconciler {
    /// What was seen of each object after this pass: the next one compares by it.
    ///
    /// Drift that is only reported, or fought over, keeps its old mark: without it the next pass would take it for a change of git.
    func marks(_ prepared: PreparedPass, _ report: ApplyReport) -> [ObjectID: Inventory.AppliedMark] {
        let plan = prepared.plan
        var marks: [ObjectID: Inventory.AppliedMark] = [:]
        for step in plan.reportedDrift { marks[step.id] = prepared.inventory.marks[step.id] }
        for object in plan.refused where object.reason == .contested {
            marks[object.id] = prepared.inventory.marks[object.id]
        }
        for object in plan.unchanged { marks[object.id] = object.mark }
        let hashes = Dictionary(plan.waves.flatMap(\.steps).map { ($0.id, $0.contentHash) }) { first, _ in first }
        for outcome in report.outcomes where [.created, .configured, .unchanged].contains(outcome.action) {
            guard let mark = hashes[outcome.id].flatMap(outcome.mark) else { continue }
            marks[outcome.id] = mark
        }
        return marks
    }

    /// How the pass ended, in one word.
    func ending(
        _ plan: Plan,
        objects: [ObjectOutcome],
        health: HealthReport,
        report: ApplyReport,
        approved: String?
    ) -> RunOutcome {
        if report.interruption != nil || health.ending == .cancelled { return .interrupted }
        if objects.contains(where: { $0.action == .failed }) { return .degraded }
        // Declared, and not written because of something else; the reason stands at the object.
        if report.outcomes.contains(where: { $0.action == .skipped && $0.origin != nil }) { return .degraded }
        if plan.refused.contains(where: { $0.reason == .blocked || $0.reason == .waiting }) { return .degraded }
        if case .blocked = plan.prune.verdict { return .degraded }
        if !plan.reportedDrift.isEmpty || plan.refused.contains(where: { $0.reason == .contested }) { return .degraded }
        if [.failed, .timedOut, .unreadable].contains(health.ending) { return .degraded }
        if case .held(_, let hash) = plan.prune.verdict, approved != hash { return .held }
        return .succeeded
    }
}
