// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan

/// What the mirror learns from a plan and from what became of it.
extension LiveMirror {
    /// Stores the results of a plan. Call it once after the writes of a pass, also when they failed.
    ///
    /// - Parameters:
    ///   - report: The answers to the writes.
    ///   - plan: Whose steps they were.
    ///   - parent: The inventory's parent as it was stored last; nil when it is not known.
    package func finishWriting(_ report: ApplyReport, of plan: Plan, parent: KubeObject?) {
        let now = ContinuousClock.now
        var hashes: [ObjectID: String] = [:]
        for step in plan.steps { hashes[step.id] = step.contentHash }
        var news: Set<GroupKind> = []
        for outcome in report.outcomes {
            guard let mark = hashes[outcome.id].flatMap(outcome.mirrored) else { continue }
            if wrote(mark, as: outcome.id, at: now) { news.insert(outcome.id.groupKind) }
        }
        let pruned = Set(report.outcomes.filter { $0.action == .pruned }.map(\.id))
        for step in plan.prune.steps where pruned.contains(step.id) && report.inventory.members[step.id] == nil {
            if deleted(step.id, uid: step.uid, at: now) { news.insert(step.id.groupKind) }
        }
        finishWriting(parent: parent, at: now, news: news)
    }

    /// Drops the fields of objects that a plan found settled.
    package func settle(_ objects: [SettledObject]) {
        for object in objects { settle(object.mark.withoutResidual, as: object.id) }
    }
}
