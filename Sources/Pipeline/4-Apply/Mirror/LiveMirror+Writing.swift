// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// Our own writes: their answers are used at once, and older events are ignored afterwards.
extension LiveMirror {
    /// Call it before the writes of a pass.
    package func beginWriting() {
        for key in feeds.keys { feeds[key]?.store.isWriting = true }
    }

    /// Stores the results of a plan. Call it once after the writes of a pass, also when they failed.
    ///
    /// - Parameters:
    ///   - report: The answers to the writes.
    ///   - plan: Whose steps they were.
    ///   - parent: The inventory's parent as it was stored last; nil when it is not known.
    package func finishWriting(_ report: ApplyReport, of plan: Plan, parent: KubeObject?) {
        let now = ContinuousClock.now
        var hashes: [ObjectID: String] = [:]
        for step in plan.waves.flatMap(\.steps) { hashes[step.id] = step.contentHash }
        var news: Set<GroupKind> = []
        for outcome in report.outcomes {
            guard let mark = hashes[outcome.id].flatMap(outcome.mark)?.withoutResidual else { continue }
            for key in feeds.keys where key.covers(outcome.id) && key != parentKey {
                if feeds[key]?.store.wrote(.settled(mark), as: outcome.id, at: now) == true {
                    news.insert(outcome.id.groupKind)
                }
            }
        }
        let pruned = Set(report.outcomes.filter { $0.action == .pruned }.map(\.id))
        for step in plan.prune.steps where pruned.contains(step.id) && report.inventory.members[step.id] == nil {
            for key in feeds.keys where key.covers(step.id) && key != parentKey {
                if feeds[key]?.store.deleted(step.id, uid: step.uid, at: now) == true { news.insert(step.id.groupKind) }
            }
        }
        if let parent, feeds[parentKey]?.store.wrote(.whole(parent), as: parent.id, at: now) == true {
            news.insert(parent.id.groupKind)
        }
        for key in feeds.keys { feeds[key]?.store.isWriting = false }
        if !news.isEmpty { changed(news) }
    }

    /// Drops the fields of objects that a plan found settled.
    package func settle(_ objects: [SettledObject]) {
        for object in objects {
            let mark = object.mark.withoutResidual
            for key in feeds.keys where key.covers(object.id) && key != parentKey {
                feeds[key]?.store.settle(mark, as: object.id)
            }
        }
    }
}
