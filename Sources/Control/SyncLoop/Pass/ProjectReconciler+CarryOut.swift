// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Logging
import SyncApply
import SyncObserve
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource

extension ProjectReconciler {
    /// Writes what the plan says, waits for health, and records all of it as one run.
    func carryOut(
        _ prepared: PreparedPass,
        state: ProjectState,
        trigger: RunTrigger,
        started: ContinuousClock.Instant,
        isSuperseded: @escaping @Sendable (CommitInfo) async -> Bool
    ) async throws -> PassOutcome {
        let plan = prepared.plan
        let approved = state.approval?.hash
        CrashPoint.reach(.afterPlan)
        let run = try await history.begin(project: project.name, trigger: self.trigger(trigger, prepared, state))
        try await history.identify(
            run,
            commit: plan.commit,
            treeID: prepared.rendered.treeID,
            step: prepared.step
        )
        await publishHead("sync began", of: run.number)
        let rewriting = rewriting(prepared)
        if let rewriting { try await history.record(message: rewriting, of: run) }
        try await history.record(prepared.rendered.notices, of: run)
        CrashPoint.reach(.afterBegin)
        if prepared.standing(approved: approved) == nil, let refusal = await leaseRefusal(run) {
            return try await failed(refusal, run: run, commit: plan.commit, duration: started.duration(to: .now))
        }
        CrashPoint.reach(.afterLease)
        let budget = HealthBudget(project.healthTimeout)
        let applier = Applier(
            client: preparer.cluster.client,
            store: preparer.store,
            journal: history.journal(for: run),
            limit: settings.concurrency,
            deadlines: settings.deadlines,
            readiness: Kstatus.readiness,
            health: { ids in await self.unhealthy(ids, in: prepared, within: budget) },
            users: { ids in await self.unreadyUsers(ids, in: prepared, within: budget) },
            guardBeforeWrite: {
                try await self.claimLease(run)
                try await self.obeySuspension()
            }
        )
        let commit = plan.commit
        await preparer.mirror?.beginWriting()
        let report = await untilSuperseded(every: project.interval, { await isSuperseded(commit) }) {
            await applier.apply(plan, inventory: prepared.inventory, approved: approved)
        }
        await preparer.mirror?.finishWriting(report, of: plan, parent: await preparer.store.parent)
        learn(from: report, of: plan, began: started)
        if plan.waves.contains(where: { $0.steps.contains { $0.id.groupKind == KindOrder.customResourceDefinition } }) {
            await preparer.cluster.forgetCatalog()
        }
        let objects = PassObjects.all(plan: plan, report: report)
        var done = PassOutcome(
            outcome: .degraded,
            run: nil,
            commit: plan.commit,
            objects: objects,
            notices: prepared.rendered.notices,
            rewriting: rewriting,
            prune: plan.prune,
            approved: approved,
            interruption: report.interruption,
            duration: started.duration(to: ContinuousClock().now)
        )
        done.isUnrecorded = report.isJournalLost
        do {
            try await history.record(objects.filter { $0.action != .unchanged && !$0.isRecorded }, of: run)
            try await settlePrune(prepared, approved: approved, report: report, run: run)
            CrashPoint.reach(.afterObjects)
            let health = await observe(prepared, report: report, within: budget, isSuperseded: isSuperseded)
            try await history.record(health, of: run)
            CrashPoint.reach(.afterHealth)
            try await history.save(marks: marks(prepared, report), of: project.name)
            CrashPoint.reach(.afterMarks)
            for remark in remarks(plan, report) { try await history.record(message: remark, of: run) }
            done.health = health
            if health.ending == .cancelled, let loss = lease?.loss {
                done.interruption = "stopped while waiting for health: \(loss)"
                try await history.record(message: done.interruption ?? loss, of: run)
            }
            done.outcome = ending(plan, objects: objects, health: health, report: report, approved: approved)
            if done.outcome == .succeeded || done.outcome == .held {
                try await history.setApplied(plan.commit, treeID: prepared.rendered.treeID, by: run)
            }
            CrashPoint.reach(.beforeFinish)
            let counts = PassOutcome.counts(of: objects)
            let row = try await history.finish(run, outcome: done.outcome, counts: counts, message: nil)
            CrashPoint.reach(.afterFinish)
            log(row, done)
            done.run = row
            await publishHead("sync recorded", of: row.id)
        } catch {
            // The cluster was changed; only the end could not be recorded. The next pass records a run in any case.
            done.isUnrecorded = true
            done.interruption = "the history could not be written: \(Redactor.shared.redact("\(error)"))"
            logger.error("the history cannot be written", metadata: ["sync.error": "\(error)"])
        }
        done.duration = started.duration(to: ContinuousClock().now)
        return done
    }

    /// What a person should find in the history beside the objects: why the pass ended early, and why members that git
    /// no longer declares were not deleted.
    private func remarks(_ plan: Plan, _ report: ApplyReport) -> [String] {
        var lines = report.interruption.map { [$0] } ?? []
        lines += plan.prune.leaving.prefix(50).map { "\($0.id) left the inventory: \($0.reason)" }
        lines += plan.prune.kept.prefix(50).map { "\($0.id) stays for now: \($0.reason)" }
        return lines
    }

    /// A poll that finds the applied commit but a changed cluster was started by drift.
    private func trigger(_ given: RunTrigger, _ prepared: PreparedPass, _ state: ProjectState) -> RunTrigger {
        guard given == .commit, state.applied?.id == prepared.plan.commit.id else { return given }
        if let approval = state.approval, approval.hash == prepared.plan.prune.approvalHash { return .approval }
        let steps = prepared.plan.waves.flatMap(\.steps)
        let drifted = steps.contains { $0.cause == .drift || $0.cause == .deleted }
        return drifted || !prepared.plan.reportedDrift.isEmpty ? .drift : .retry
    }

    private func settlePrune(
        _ prepared: PreparedPass,
        approved: String?,
        report: ApplyReport,
        run: RunID
    ) async throws {
        let plan = prepared.plan
        // A pass that could not judge the prune neither grants nor withdraws an approval.
        if case .blocked = plan.prune.verdict { return }
        guard case .held(let reasons, let hash) = plan.prune.verdict else {
            try await history.setHold(nil, by: run)
            if prepared.orders.speaks(ofOtherThan: nil) { try await publish(nil, by: run) }
            return
        }
        if approved == hash {
            let left = plan.prune.steps.filter { report.inventory.members[$0.id] != nil }
            let wasUsed = report.outcomes.contains { $0.action == .pruned } || left.count < plan.prune.steps.count
            if wasUsed { try await useUp(hash, by: run) }
            return
        }
        let objects = plan.prune.steps.map(\.id)
        try await history.setHold(
            PruneHold(hash: hash, commitID: plan.commit.id, reasons: reasons, objects: objects),
            by: run
        )
        let held = StandingOrders.HeldPrune(hash: hash, commitID: plan.commit.id, reasons: reasons, objects: objects)
        if prepared.orders.speaks(ofOtherThan: hash) { try await publish(held, by: run) }
    }

    /// Stores in the cluster which prune is held, so that a person may approve it from any data folder. An approval of
    /// another list ends with that list: after a return to its commit, approval is needed again.
    private func publish(_ held: StandingOrders.HeldPrune?, by run: RunID) async throws {
        let reason = held.map { "a prune waits for approval: \($0.hash)" } ?? "no prune waits any more"
        try await order(reason, by: run) { orders in
            guard orders.speaks(ofOtherThan: held?.hash) else { return false }
            if orders.approval.word?.text != held?.hash { orders.approve(nil) }
            orders.hold(held)
            return true
        }
    }

    /// Changes the orders in the cluster. A failure is recorded as a remark: the decision itself is in the history.
    private func order(
        _ reason: String,
        by run: RunID,
        _ edit: @escaping @Sendable (inout StandingOrders) -> Bool
    ) async throws {
        // A pass that had nothing else to write has not asked for the lease yet.
        if let refusal = await leaseRefusal(run) {
            try await history.record(
                message: "not written beside the inventory (\(reason)): \(refusal.message)",
                of: run
            )
            return
        }
        let store = OrderStore(client: preparer.cluster.client, applySet: project.applySet)
        do {
            try await store.change(journal: history.journal(for: run), reason: reason, edit)
        } catch let error as ApplyError {
            try await history.record(message: "not written beside the inventory (\(reason)): \(error)", of: run)
        }
    }

    /// Ends an approval in the history and in the cluster.
    private func useUp(_ hash: String, by run: RunID) async throws {
        if try await history.state(of: project.name).approval?.hash == hash {
            try await history.consumeApproval(hash: hash, by: run)
        } else {
            try await history.setHold(nil, by: run)
        }
        // If this fails, the approval allows nothing any more, because the objects of its list are gone.
        try await order("the approval was used", by: run) { orders in
            let wasGiven = orders.approval.word?.text == hash
            guard wasGiven || orders.held != nil else { return false }
            if wasGiven { orders.approve(nil) }
            orders.hold(nil)
            return true
        }
    }

    private func observe(
        _ prepared: PreparedPass,
        report: ApplyReport,
        within budget: HealthBudget,
        isSuperseded: @escaping @Sendable (CommitInfo) async -> Bool
    ) async -> HealthReport {
        guard settings.waitsForHealth, project.healthTimeout > .zero, report.interruption == nil else {
            return HealthReport(ending: .notAwaited, unhealthy: [], observed: 0)
        }
        let objects = AwaitedObject.all(in: prepared.plan, after: report)
        preparer.progress?(.awaitingHealth(objects: objects.count))
        let observer = HealthObserver(client: preparer.cluster.client, applySet: project.applySet)
        let (interval, commit) = (project.interval, prepared.plan.commit)
        // After a write, the orders that were read before it are out of date.
        let well = prepared.plan.isEmpty ? prepared.live.well : []
        return await untilSuperseded(every: interval, { await isSuperseded(commit) }) {
            await budget.spend { left in
                await observer.wait(for: objects, well: well, catalog: prepared.catalog, deadline: left)
            }
        }
    }
}
