// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Logging
import SyncApply
import SyncLook
import SyncObserve
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource

/// One pass that has a plan: carries it out, waits for health, and records all of it as one run.
struct PassCarryOut: Sendable {
    /// How it ended, with what the next pass needs of it.
    enum Ending: Sendable {
        /// It may not write, and has not.
        case refused(PassFailure, PassOutcome)
        /// It was carried out: how the steps ended, and the outcome.
        case carriedOut(ApplyReport, at: ContinuousClock.Instant, PassOutcome)
    }

    let preparer: PassPreparer
    let record: PassRecord
    let health: PassHealth
    /// Must be held to write; nil when no other process can sync the project.
    let lease: ProjectLease?
    let settings: ProjectReconciler.Settings
    let prepared: PreparedPass
    /// What people have ordered.
    let state: ProjectState
    let trigger: RunTrigger
    let started: ContinuousClock.Instant
    /// The time for all of its waits.
    let budget: HealthBudget
    /// Whether a newer commit has come.
    let isSuperseded: @Sendable (CommitInfo) async -> Bool
    /// Which of these workloads may run pods of an older revision, and why; waits for them.
    let users: Applier.HealthQuestion

    var project: Project { preparer.project }
    var history: History { record.history }
    /// The hash of the prune that a person approved; nil when there is no approval.
    var approved: String? { state.approval?.hash }

    /// Carries the plan out.
    ///
    /// - Returns: How that ended. From the first write on, a history that cannot be written is part of the outcome.
    /// - Throws: When the run cannot be begun; nothing was changed then.
    func run() async throws -> Ending {
        let plan = prepared.plan
        CrashPoint.reach(.afterPlan)
        let begun = try await record.begin(
            prepared,
            trigger: PassRecord.trigger(trigger, plan, state),
            after: started.duration(to: .now)
        )
        let run = begun.run
        CrashPoint.reach(.afterBegin)
        if prepared.standing(approved: approved) == nil, let refusal = await leaseRefusal(run) {
            return .refused(refusal, try await refused(refusal, run))
        }
        CrashPoint.reach(.afterLease)
        let report = await apply(run)
        let ended = ContinuousClock.now
        if plan.waves.contains(where: { $0.steps.contains { $0.id.groupKind == GroupKind.customResourceDefinition } }) {
            await preparer.cluster.forgetCatalog()
        }
        let outcome = await finished(run, report, rewriting: begun.rewriting)
        return .carriedOut(report, at: ended, outcome)
    }

    /// Ends the run of a pass that may not write: as interrupted when that is only because it was to stop.
    private func refused(_ refusal: PassFailure, _ run: RunID) async throws -> PassOutcome {
        let ending: PassOutcome.Ending
        if Task.isCancelled && lease?.loss == nil {
            ending = .stopped(run: try await record.stopped(run))
        } else {
            ending = .refused(refusal, run: try await record.refused(refusal, run))
        }
        return PassOutcome(ending, commit: prepared.plan.commit, duration: started.duration(to: .now))
    }

    private func apply(_ run: RunID) async -> ApplyReport {
        let plan = prepared.plan
        let applier = Applier(
            client: preparer.cluster.client,
            store: preparer.store,
            journal: history.journal(for: run),
            limit: settings.concurrency,
            deadlines: settings.deadlines,
            budget: budget,
            readiness: Kstatus.readiness,
            health: { ids in await self.health.unhealthy(ids, in: prepared, within: budget) },
            users: users,
            guardBeforeWrite: {
                try await self.claimLease(run)
                try await self.obeySuspension()
            }
        )
        await preparer.mirror?.beginWriting()
        let report = await untilSuperseded(every: project.interval, { await isSuperseded(plan.commit) }) {
            await applier.apply(
                plan,
                inventory: prepared.inventory,
                approved: approved,
                approver: state.approval?.person
            )
        }
        await preparer.mirror?.finishWriting(report, of: plan, parent: await preparer.store.stored)
        return report
    }

    /// The end of the run, as far as it is known.
    private struct RunEnd {
        let result: PassOutcome.PlanResult
        var outcome = RunOutcome.degraded
        var row: SyncRun?
        var health: HealthReport?
        var interruption: PassOutcome.Interruption?
        /// Whether what was seen of the objects found no room.
        var owesMarks = false
        /// Why something of it could not be written; the first reason stays.
        private(set) var loss: String?

        /// Writes a part of it. One that cannot be written does not keep the others from being written.
        mutating func write(_ part: () async throws -> Void) async {
            do { try await part() } catch { lose(error) }
        }

        /// Notes why; an error of the cluster is told as what it is.
        mutating func lose(_ error: any Error) {
            if loss == nil { loss = error is RecordError ? "the history could not be written: \(error)" : "\(error)" }
        }

        /// Whether all was done as planned, and is written down so far.
        var isComplete: Bool { loss == nil && (outcome == .succeeded || outcome == .held) }
    }

    /// Waits for health and ends the run. Never throws: the cluster was changed, and at most the end is missing in the
    /// history.
    private func finished(_ run: RunID, _ report: ApplyReport, rewriting: String?) async -> PassOutcome {
        let plan = prepared.plan
        let objects = PassObjects.all(plan: plan, report: report)
        var end = RunEnd(
            result: PassOutcome.PlanResult(prepared, objects: objects, approved: approved),
            interruption: PassOutcome.Interruption(report)
        )
        await finish(run, report, &end)
        if let loss = end.loss {
            // The next pass records a run in any case.
            end.interruption = .unrecorded(loss)
            record.logger.error("the pass is not recorded in full", metadata: ["sync.error": "\(loss)"])
        }
        let done = PassOutcome.CarriedOut(
            outcome: end.outcome,
            run: end.row,
            result: end.result,
            rewriting: rewriting,
            lostInventory: prepared.lostInventory,
            health: end.health,
            interruption: end.interruption,
            owesMarks: end.owesMarks
        )
        return PassOutcome(.carriedOut(done), commit: plan.commit, duration: started.duration(to: .now))
    }

    /// Writes the end of the run, part by part. The last part says what the pass has done: it is made of the report, and
    /// not of the rows that could be written.
    private func finish(_ run: RunID, _ report: ApplyReport, _ end: inout RunEnd) async {
        let plan = prepared.plan
        let objects = end.result.objects
        let untold = objects.filter { $0.action != .unchanged && !$0.isRecorded }
        await end.write { try await history.record(untold, of: run) }
        await end.write { try await settlePrune(report, by: run) }
        CrashPoint.reach(.afterObjects)
        let health = await health.report(of: prepared, after: report, within: budget, isSuperseded: isSuperseded)
        await end.write { try await history.record(health, of: run) }
        CrashPoint.reach(.afterHealth)
        let marks = PassRecord.marks(plan, report, known: prepared.inventory.marks)
        var isRemembered = true
        await end.write { isRemembered = try await isSaved(marks) }
        end.owesMarks = !isRemembered
        CrashPoint.reach(.afterMarks)
        for remark in PassRecord.remarks(plan, report) {
            await end.write { try await history.record(message: remark, of: run) }
        }
        end.health = health
        if health.ending == .cancelled, let loss = lease?.loss {
            let text = "stopped while waiting for health: \(loss)"
            end.interruption = .stopped(text)
            await end.write { try await history.record(message: text, of: run) }
        }
        end.outcome = PassRecord.outcome(plan, objects: objects, health: health, report: report, approved: approved)
        if end.isComplete {
            await end.write { try await history.setApplied(plan.commit, treeID: prepared.rendered.treeID, by: run) }
            if !end.isComplete { end.outcome = .degraded }
        } else if end.loss != nil, end.outcome != .interrupted {
            end.outcome = .degraded
        }
        if let loss = end.loss, !history.hasLostRows(of: run) {
            await end.write { try await history.record(message: "not all of it is recorded: \(loss)", of: run) }
        }
        CrashPoint.reach(.beforeFinish)
        await conclude(run, health, &end)
    }

    /// Saves what was seen of the objects; false when a full disk does not take it. Then nothing of the pass is lost, and a
    /// later one saves it.
    private func isSaved(_ marks: [ObjectID: Inventory.AppliedMark]) async throws(RecordError) -> Bool {
        do throws(RecordError) {
            try await history.save(marks: marks, of: project.name)
            return true
        } catch {
            guard error.reason == .diskFull else { throw error }
            record.logger.warning(
                "what was seen is not remembered: the disk is full, and the next pass compares more",
                metadata: ["sync.project": "\(project.name)"]
            )
            return false
        }
    }

    private func conclude(_ run: RunID, _ health: HealthReport, _ end: inout RunEnd) async {
        let counts = PassOutcome.counts(of: end.result.objects)
        do throws(RecordError) {
            let row = try await history.finish(run, outcome: end.outcome, counts: counts, message: nil)
            CrashPoint.reach(.afterFinish)
            record.log(row, end.result, health)
            end.row = row
            await record.publishHead("sync recorded", of: row.id)
        } catch {
            end.lose(error)
        }
    }
}
