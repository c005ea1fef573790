// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncSource

/// What an inventory becomes by a plan. Both are pure, so that a pass knows before its first write what it will store.
extension Inventory {
    /// What is stored before anything is applied: the old and the new members, with every doubt that this pass has
    /// found, so that a crash at any point loses neither.
    package func superset(for plan: Plan) -> Inventory {
        var superset = self
        superset.ref = plan.commit.ref
        superset.followed = plan.followed
        for (id, member) in plan.foundAgain where superset.members[id] == nil { superset.members[id] = member }
        for id in plan.desiredMembers where superset.members[id] == nil {
            superset.members[id] = Member(uid: nil, source: plan.source)
        }
        // A new incarnation is coming, or may come: so the old uid must not be kept for it. It is kept where another one is
        // there that no sync has written: if this pass does not succeed in writing it, the next must not take it as ours.
        for step in plan.steps where step.live == nil || step.mayRecreate || members[step.id]?.uid == nil {
            let known = members[step.id]
            guard step.live == nil || step.isConfirmed || known?.uid == nil else { continue }
            let source = step.live == nil ? plan.source : known?.source ?? plan.source
            superset.members[step.id] = Member(uid: nil, source: source, doubt: known?.doubt)
        }
        // That a member is needed becomes true when the object that needs it leaves the inventory.
        for (id, doubt) in plan.prune.doubts where doubt != .needed {
            superset.members[id] = superset.members[id]?.doubted(doubt)
        }
        // Without a new member or a new incarnation the next pass counts no more than this one.
        let mayGrow =
            superset.members.count > members.count || plan.waves.contains { $0.steps.contains { $0.live == nil } }
        let isTold = !plan.prune.leftOver.isEmpty && (mayGrow || pruneBase != nil)
        superset.pruneBase = isTold ? plan.prune.base : nil
        return superset
    }

    /// The same once the plan's waves are carried out, without what the deletes have done: what is released is out, and
    /// what is as git declares it is confirmed, with this source and without doubts.
    package func narrowed(by plan: Plan) -> Inventory {
        var narrow = self
        for released in plan.prune.leaving { narrow.members[released.id] = nil }
        for (id, doubt) in plan.prune.doubts where doubt == .needed {
            narrow.members[id] = narrow.members[id]?.doubted(doubt)
        }
        for settled in plan.unchanged {
            let content = settled.removesItself ? settled.contentHash : nil
            narrow.members[settled.id] = Member(uid: settled.uid, source: plan.source, content: content)
        }
        for drifted in plan.reportedDrift {
            guard let uid = drifted.live?.uid else { continue }
            narrow.members[drifted.id] = Member(uid: uid, source: plan.source)
        }
        narrow.unseenKinds = plan.unseenKinds
        if !plan.prune.leftOver.contains(where: { narrow.members[$0] != nil }) { narrow.pruneBase = nil }
        return narrow
    }
}
