// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import SyncSource

@testable import SyncApply

/// One project of a life: its repository, and how its passes go. The plan, the union, the verdict, the last look and the
/// narrowing are the real ones; only the requests are played.
struct ModelProject {
    let name: String
    let applySet: ApplySet
    let followsTags: Bool
    /// All commits that were ever made, by tag.
    var commits: [ModelCommit]
    /// The tags that the repository has.
    var tags: Set<Int> = [0]
    var source = "a#infra"
    /// What the last pass held, as a person reads it.
    var hold: (hash: String, commit: Int, uids: Set<String>)?
    var approval: String?

    var current: ModelCommit { followsTags ? commits[tags.max() ?? 0] : commits[commits.count - 1] }
}

/// How one pass is made to go wrong.
struct ModelFaults {
    var unreadable: Set<GroupKind> = []
    var failing: Set<ObjectID> = []
    /// The pass dies at this step of its way; nil for never.
    var dies: Int?
    /// Somebody asks for this object to be kept between the plan and the delete.
    var lateWish: ObjectID?
}

extension ModelWorld {
    /// Makes one pass of a project.
    mutating func pass(of index: Int, _ faults: ModelFaults) throws {
        let project = projects[index]
        let inventory = try load(project, unreadable: faults.unreadable)
        let (plan, contents) = try plan(project, inventory, unreadable: faults.unreadable)
        var pass = ModelJudge.Pass(
            project: project.name,
            source: project.source,
            commit: project.current,
            trouble: trouble(project, faults),
            limit: max(2, cluster.objects.count * 30 / 100)
        )
        var run = ApplyRun(plan: plan, inventory: inventory, settling: SettlingDeadlines(patience: .zero))
        var way = 0
        func goesOn() -> Bool {
            way += 1
            return faults.dies.map { way < $0 } ?? true
        }
        guard goesOn() else { return }
        try store(run.inventory, project)
        let declared = Set(project.current.wants.keys.compactMap { cluster.objects[$0]?.uid })
        let tags = projects[index].tags
        judge.synced(
            project.name,
            tag: project.followsTags ? project.current.number : nil,
            declared: declared
        ) { tags.contains($0) }
        for step in plan.waves.flatMap(\.steps) {
            guard goesOn() else { return }
            try apply(step, faults, project, &run, &pass)
        }
        pass.planned = Set(plan.prune.steps.map(\.uid))
        if let wish = faults.lateWish, plan.prune.steps.contains(where: { $0.id == wish }) {
            cluster.edit(wish, ["annotations", "sternpost.dev/prune"], "disabled")
        }
        let approval = project.approval
        if run.reasonToKeepAll(approved: approval) == nil {
            for step in plan.prune.steps where run.pruned[step.id] == nil {
                guard goesOn() else { return }
                lookAtOwned(by: step, project, &run)
                prune(step, project, &run, &pass)
            }
        }
        guard goesOn() else { return }
        run.narrow()
        try store(run.inventory, project)
        end(plan, contents, run.inventory, index, approved: approval)
    }

    private mutating func apply(
        _ step: Step,
        _ faults: ModelFaults,
        _ project: ModelProject,
        _ run: inout ApplyRun,
        _ pass: inout ModelJudge.Pass
    ) throws {
        let wave = Wave(number: 0, steps: [step], awaits: [])
        if let reason = run.blockers.blocker(of: step, in: wave) {
            run.record(.skipped(step, because: reason), of: step)
            pass.trouble = pass.trouble ?? "\(step.id) was skipped"
            return
        }
        let isHomeless = step.id.kind != "Namespace" && cluster.objects[ModelWorld.space(step.id.namespace)] == nil
        if faults.failing.contains(step.id) || isHomeless {
            let outcome = ObjectOutcome(
                id: step.id,
                apiVersion: "v1",
                action: .failed,
                origin: step.origin,
                error: "refused"
            )
            run.record(outcome, of: step)
            pass.trouble = pass.trouble ?? "\(step.id) failed"
            return
        }
        let object = try cluster.apply(step.object)
        judge.wasApplied(object.uid ?? "", by: project.name, from: project.source)
        let action: ObjectOutcome.Action = step.live == nil ? .created : .configured
        run.record(
            ObjectOutcome(id: step.id, apiVersion: "v1", action: action, origin: step.origin, after: object),
            of: step
        )
    }

    /// As ``Applier/lookAtOwned(by:_:)`` does it.
    private func lookAtOwned(by step: PruneStep, _ project: ModelProject, _ run: inout ApplyRun) {
        guard run.objection(to: step) == nil else { return }
        let below = run.open(below: step)
        for (index, owned) in below.enumerated() {
            if let objection = run.objection(to: owned.step) {
                return run.keep(index, of: below, because: objection.reason)
            }
            guard let now = cluster.objects[owned.step.id], now.uid == owned.step.uid,
                owned.step.reasonToStay(now, for: project.applySet) != nil
            else { continue }
            return run.keep(index, of: below, because: "changed")
        }
    }

    private mutating func prune(
        _ step: PruneStep,
        _ project: ModelProject,
        _ run: inout ApplyRun,
        _ pass: inout ModelJudge.Pass
    ) {
        if let objection = run.objection(to: step) {
            run.record(.skipped(step, because: objection.reason), ofPrune: step, isGone: objection.isGone)
            return
        }
        guard let now = cluster.objects[step.id], now.uid == step.uid,
            step.reasonToStay(now, for: project.applySet) == nil
        else {
            let isGone = cluster.objects[step.id] == nil
            run.record(.skipped(step, because: "changed"), ofPrune: step, isGone: isGone)
            return
        }
        let gone = cluster.delete(step.id)
        judge.deletes(now, gone, &pass, label: project.applySet.id, leaving: cluster.objects)
        let outcome = ObjectOutcome(id: step.id, apiVersion: "v1", action: .pruned, origin: nil)
        run.record(outcome, ofPrune: step, isGone: true)
    }

    /// What the pass leaves: a hold for a person to read, and what was told.
    private mutating func end(
        _ plan: Plan,
        _ contents: [ObjectID: ContainerContents],
        _ inventory: Inventory,
        _ index: Int,
        approved: String?
    ) {
        let project = projects[index]
        for settled in plan.unchanged { judge.wasApplied(settled.uid, by: project.name, from: project.source) }
        if plan.prune.verdict.mayRun || plan.prune.verdict == .disabled {
            for released in plan.prune.released {
                guard let object = cluster.objects[released.id] else { continue }
                judge.released(object, by: project, in: cluster.objects)
            }
        }
        judge.looksForOrphans(
            project.name,
            in: cluster.objects,
            label: project.applySet.id,
            members: Set(inventory.members.keys),
            unseen: inventory.unseenKinds
        )
        switch plan.prune.verdict {
        case .held(_, let hash):
            if approved == hash { projects[index].approval = nil }
            let along = contents.values.flatMap(\.objects).compactMap(\.uid)
            projects[index].hold = (hash, project.current.number, Set(plan.prune.steps.map(\.uid) + along))
        case .allowed, .disabled: projects[index].hold = nil
        case .blocked: break
        }
    }
}
