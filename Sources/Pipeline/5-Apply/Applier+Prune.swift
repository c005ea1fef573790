// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan
import SyncSource
import Waiting

/// Deleting what is no longer declared: only what the plan allows, only the planned incarnation, and in the plan's
/// order.
extension Applier {
    private static let maxContainersAtOnce = 20

    func prune(approved: String?, by approver: String?, _ run: inout ApplyRun) async {
        let steps = run.plan.prune.steps
        guard !steps.isEmpty, run.interruption == nil else { return }
        if let reason = run.reasonToKeepAll(approved: approved) {
            for step in steps { run.record(.skipped(step, because: reason), ofPrune: step, isGone: false) }
            return
        }
        if case .held = run.plan.prune.verdict, let approver { run.wasApproved(by: approver) }
        for batch in batches(of: steps) {
            await awaitUsers(of: batch, &run)
            await lookAtLaterOwners(of: batch, &run)
            guard run.interruption == nil else { return }
            await prune(batch, &run)
            await awaitCustomResources(of: batch, &run)
            if run.hasUnclearWrites { run.keepRest(because: "the API server was not heard clearly in this pass") }
        }
    }

    /// Neighbours of one kind, which may be deleted at the same time; few of those that are looked through before, so that not
    /// much time passes until then.
    private func batches(of steps: [PruneStep]) -> [[PruneStep]] {
        var result: [[PruneStep]] = []
        for step in steps {
            let isFull = step.id.isContainer && result.last?.count == Self.maxContainersAtOnce
            if let last = result.last?.last, last.id.groupKind == step.id.groupKind, !isFull {
                result[result.count - 1].append(step)
            } else {
                result.append([step])
            }
        }
        return result
    }

    private func prune(_ batch: [PruneStep], _ run: inout ApplyRun) async {
        var steps: [PruneStep] = []
        // What did not end in time is not waited for again.
        let end = ContinuousClock.now + (run.reasonToKeepRest == nil ? pruneLimit : .zero)
        let reader = LiveReader(client: client, applySet: store.applySet, limit: limit)
        let along = Dictionary(run.plan.prune.along.map { ($0.container, $0) }) { first, _ in first }
        let all = Set(run.plan.prune.steps.map(\.uid))
        await lookAtOwnedContainers(of: batch, with: reader, &run)
        for step in batch where run.pruned[step.id] == nil {
            if run.objection(to: step) == nil { await lookAtOwned(by: step, &run) }
            if let objection = run.objection(to: step) {
                let outcome = ObjectOutcome.skipped(
                    step,
                    because: objection.reason,
                    isRetryable: objection.isRetryable
                )
                run.record(outcome, ofPrune: step, isGone: objection.isGone)
            } else if let reason = await instancesLeft(of: step, until: end, run) {
                run.record(.skipped(step, because: reason, isRetryable: true), ofPrune: step, isGone: false)
            } else if let along = along[step.id], along.contents != nil {
                if let reason = await reasonToStop() { return run.interrupt(reason) }
                let intruder = await reader.intruders(in: [along], besides: all, gone: run.deletedFirst)[step.id]
                if let intruder { run.keep(step, untilNextPass: intruder) } else { steps.append(step) }
            } else {
                steps.append(step)
            }
        }
        // A later one of the batch may own an earlier one that has come to ask for something.
        await deleteAll(steps.filter { run.pruned[$0.id] == nil }, &run)
    }

    /// Deletes these at the same time.
    private func deleteAll(_ steps: [PruneStep], _ run: inout ApplyRun) async {
        guard !steps.isEmpty, run.interruption == nil else { return }
        if let reason = await reasonToStop() {
            run.interrupt(reason)
            return
        }
        let intents = steps.map { MutationIntent(id: $0.id, verb: .delete, reason: run.pruneReason) }
        let sent: (answers: [PruneResult?], loss: JournalFailure?)
        do throws(JournalFailure) {
            sent = try await JournaledWrite(intents, in: journal).sendAll { await results(of: steps) }
        } catch {
            run.loseJournal(error.description)
            return
        }
        for (step, answer) in zip(steps, sent.answers) {
            guard let answer else {
                let reason = await reasonToStop() ?? WriteFailure.cancelled
                run.interrupt(reason)
                continue
            }
            if let reason = answer.interruption { run.interrupt(reason) }
            run.record(answer.outcome, ofPrune: step, isGone: answer.isGone, isUnclear: answer.isUnclear)
        }
        if let loss = sent.loss { run.loseJournal(loss.description) }
    }

    /// Deletes each, once its intent is durable. Nil for those that were not begun because the task was cancelled.
    private func results(of steps: [PruneStep]) async -> (answers: [PruneResult?], results: [MutationResult]) {
        CrashPoint.reach(.afterPruneIntent)
        let answers = await concurrently(steps, limit: limit) { step in
            let result = await delete(step)
            CrashPoint.reach(.afterPrune)
            return result
        }
        CrashPoint.reach(.beforePruneOutcome)
        var results: [MutationResult] = []
        for answer in answers {
            if let answer {
                results.append(answer.journalResult)
            } else {
                let reason = await reasonToStop() ?? WriteFailure.cancelled
                results.append(.failed("not sent: \(reason)"))
            }
        }
        return (answers, results)
    }

    /// A CustomResourceDefinition takes all its objects along: those that this pass deletes on their own must be gone
    /// first, finalizers and all. Gives the reason when some are not; nil for every other kind.
    private func instancesLeft(
        of step: PruneStep,
        until end: ContinuousClock.Instant,
        _ run: ApplyRun
    ) async -> String? {
        guard let kind = step.live.definedKind else { return nil }
        for instance in run.plan.prune.steps where instance.id.groupKind == kind && run.isStillThere(instance.id) {
            if let trace = await trace(of: instance, until: end) {
                return "not deleted: its object \(instance.id) \(trace.text)"
            }
        }
        return nil
    }

    private func waiting(for finalizers: [String]) -> String {
        finalizers.isEmpty ? "" : "; waits for the finalizers \(finalizers.joined(separator: ", "))"
    }
}

/// The result of the check just before a delete.
private enum LastLook: Sendable {
    case deleted(DeleteAnswer)
    case stays(String)
}

/// How a delete ended.
private struct PruneResult: Sendable {
    let outcome: ObjectOutcome
    let journalResult: MutationResult
    /// Whether the object leaves the inventory.
    let isGone: Bool
    var interruption: String?
    /// Whether the cluster's state is not clear now.
    var isUnclear = false
}

extension Applier {
    /// Deletes one incarnation. The client repeats a delete whose answer was lost: with a uid, a second delete does no
    /// harm.
    private func delete(_ step: PruneStep) async -> PruneResult {
        let start = ContinuousClock.now
        do throws(WriteFailure) {
            let look = try await write { client async throws(KubeError) -> LastLook in
                // Read once more: since the plan was made, an annotation may ask for it to be kept.
                let now = try await client.get(step.resource, namespace: step.id.namespace, name: step.id.name)
                guard let now else { return .deleted(.alreadyGone) }
                guard now.uid == step.uid else { return .stays("another object has this name") }
                if let reason = step.reasonToStay(now, for: store.applySet) { return .stays("it \(reason)") }
                return .deleted(
                    try await client.delete(
                        step.resource,
                        namespace: step.id.namespace,
                        name: step.id.name,
                        uid: step.uid,
                        propagation: .background
                    )
                )
            }
            switch look {
            case .deleted(let answer): return pruned(step, answer, after: start.duration(to: .now))
            case .stays(let reason): return changed(step, reason)
            }
        } catch {
            guard case .refused(let refusal) = error, refusal.reason == .conflict else {
                return failed(step, StepFailure(error, of: step), after: start.duration(to: .now))
            }
            return changed(step, "another object has this name, as the API server says: \(refusal.message)")
        }
    }

    private func changed(_ step: PruneStep, _ why: String) -> PruneResult {
        let reason = "not deleted: since the plan was made, \(why)"
        return PruneResult(
            outcome: .skipped(step, because: reason, isRetryable: true),
            journalResult: .failed(reason),
            isGone: false
        )
    }

    private func pruned(_ step: PruneStep, _ answer: DeleteAnswer, after duration: Duration) -> PruneResult {
        var remarks: [String] = []
        var isGone = true
        switch answer {
        case .deleted: break
        case .alreadyGone: remarks = ["it was gone already"]
        case .pending(let finalizers):
            isGone = finalizers.isEmpty
            if !isGone { remarks = ["is being deleted\(waiting(for: finalizers)); stays in the inventory until then"] }
        }
        let outcome = ObjectOutcome(
            id: step.id,
            apiVersion: step.resource.gvk.apiVersion,
            action: .pruned,
            origin: nil,
            before: step.live,
            warnings: remarks,
            duration: duration
        )
        return PruneResult(outcome: outcome, journalResult: .done, isGone: isGone)
    }

    private func failed(_ step: PruneStep, _ failure: StepFailure, after duration: Duration) -> PruneResult {
        let outcome = ObjectOutcome(
            id: step.id,
            apiVersion: step.resource.gvk.apiVersion,
            action: failure.interruption == nil ? .failed : .skipped,
            origin: nil,
            error: failure.line,
            cause: failure.cause,
            isRetryable: failure.isRetryable,
            before: step.live,
            duration: duration
        )
        return PruneResult(
            outcome: outcome,
            journalResult: MutationResult(failure),
            isGone: false,
            interruption: failure.interruption,
            isUnclear: failure.isUnclear
        )
    }
}
