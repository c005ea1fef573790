// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Logging
import OCIRegistry
import SyncPlan
import SyncRecord

/// The single steps: each write, and what is told of it in the history, in the log and in the cluster.
extension RolloutDoer {
    /// Starts a rollout; nil when it could not be sent.
    func begin(
        _ verdict: WorkloadVerdict,
        _ changes: [ImageChange],
        sharing shared: RunID?
    ) async throws(RolloutSender.Failure) -> RunID? {
        guard let action = verdict.action else { return nil }
        let workload = verdict.workload
        let text = changes.map(\.text).joined(separator: ", ")
        let run = try await recording { () async throws(RecordError) in
            try await self.runs.run(for: workload.id, sharing: shared)
        }
        do throws(RolloutSender.Failure) {
            let object = try await send(action, to: workload, in: run, because: text)
            await runs.began(workload, changes, after: object)
        } catch {
            guard case .notDone(let reason) = error else { throw error }
            try await end(
                verdict,
                changes,
                story: "\(workload.id): \(text)",
                error: "the rollout was not sent: \(reason)"
            )
            return nil
        }
        log(.info, "rolling out", workload, text)
        await events.tell(.started, text, about: workload.object)
        return run
    }

    /// Takes a rollout back.
    func undo(
        _ verdict: WorkloadVerdict,
        _ changes: [ImageChange],
        _ reason: String
    ) async throws(RolloutSender.Failure) {
        guard let action = verdict.action else { return }
        let workload = verdict.workload
        let text = "undone, back to \(changes.map { $0.to.shortText }.joined(separator: ", ")): \(reason)"
        let run = try await recording { () async throws(RecordError) in try await self.runs.run(for: workload.id) }
        try await recording { () async throws(RecordError) in
            try await self.runs.note("\(workload.id): \(text)", of: workload.id)
        }
        do throws(RolloutSender.Failure) {
            _ = try await send(action, to: workload, in: run, because: text)
        } catch {
            // The next round finds the same state and tries again.
            guard case .notDone(let cause) = error else { throw error }
            log(.warning, "not undone yet", workload, cause)
            return
        }
        log(.warning, "rollout undone", workload, text)
        await events.tell(.undone, "\(changes.map(\.text).joined(separator: ", ")): \(reason)", about: workload.object)
        if case .undo(_, let state, _) = action { try await free(workload, of: state) }
    }

    /// Deletes the pods of a StatefulSet that keep its undo from finishing. Done in each round: the process may have
    /// died before it came to that, or a controller that had not seen the undo yet may have made the same pod again.
    func free(_ workload: FollowedWorkload, of state: RolloutState) async throws(RolloutSender.Failure) {
        guard workload.object.gvk.kind == "StatefulSet" else { return }
        // That pods cannot be read was logged by this round's own reading; the next round tries again.
        let pods = (try? await reader.pods(of: [workload])[workload.id]?.get()) ?? []
        let stuck = pods.filter { pod in
            !pod.isReady && !pod.isTerminating
                && pod.rolled.contains { state.containers[$0.key]?.bad.contains($0.value) == true }
        }
        guard !stuck.isEmpty else { return }
        let run = try await recording { () async throws(RecordError) in try await self.runs.run(for: workload.id) }
        try await sender.delete(stuck: stuck, of: workload, in: run)
    }

    /// Writes down that a rollout has ended.
    ///
    /// - Returns: Whether that succeeded; otherwise the next round tries again.
    func conclude(
        _ verdict: WorkloadVerdict,
        _ ending: RolloutEnding
    ) async throws(RolloutSender.Failure) -> Bool {
        guard let action = verdict.action else { return false }
        let workload = verdict.workload
        let run = try await recording { () async throws(RecordError) in try await self.runs.run(for: workload.id) }
        let now: KubeObject
        do throws(RolloutSender.Failure) {
            now = try await send(action, to: workload, in: run, because: ending.text)
        } catch {
            guard case .notDone(let cause) = error else { throw error }
            log(.warning, "a rollout's end is not noted yet", workload, cause)
            return false
        }
        let story = "\(workload.shortName): \(ending.story)"
        let error = ending.isGood ? nil : ending.text
        // Told first: where the history has no room now, no later round would tell it.
        log(ending.isGood ? .info : .warning, "rollout ended", workload, ending.text)
        await events.tell(ending.isGood ? .completed : .failed, ending.text, about: workload.object)
        try await end(verdict, ending.changes, story: story, error: error, now: ending.isUndo ? now : nil)
        return true
    }

    /// Forgets a pin that git has ended.
    func tidy(_ verdict: WorkloadVerdict) async throws(RolloutSender.Failure) {
        guard let action = verdict.action else { return }
        let workload = verdict.workload
        let text = "git names another image: the pin is over"
        let run = try await recording { () async throws(RecordError) in try await self.runs.run(for: workload.id) }
        var failure: String?
        do throws(RolloutSender.Failure) {
            _ = try await send(action, to: workload, in: run, because: text)
        } catch {
            guard case .notDone(let cause) = error else { throw error }
            failure = cause
        }
        try await end(verdict, [], story: "\(workload.id): \(text)", error: failure)
    }

    /// A workload that was rolling is gone, or is not followed any more.
    func lose(_ workload: ObjectID) async throws(RolloutSender.Failure) {
        let text = "the workload is gone, or its images are not followed any more"
        _ = try await recording { () async throws(RecordError) in
            try await self.runs.ended(workload, apiVersion: "", [], story: "\(workload): \(text)", error: text)
        }
    }

    private func end(
        _ verdict: WorkloadVerdict,
        _ changes: [ImageChange],
        story: String,
        error: String?,
        now: KubeObject? = nil
    ) async throws(RolloutSender.Failure) {
        let workload = verdict.workload
        let took = try await recording { () async throws(RecordError) in
            try await self.runs.ended(
                workload.id,
                apiVersion: workload.object.gvk.apiVersion,
                changes,
                story: story,
                error: error,
                now: now
            )
        }
        if let took { logger.debug("rollout took", metadata: ["sync.duration": "\(took)"]) }
    }

    func recording<Value>(
        _ body: () async throws(RecordError) -> Value
    ) async throws(RolloutSender.Failure) -> Value {
        do throws(RecordError) { return try await body() } catch {
            throw .mustStop("the history cannot be written, so nothing is rolled out: \(error)")
        }
    }
}

extension FollowedWorkload {
    /// `posts/web`.
    fileprivate var shortName: String { "\(id.namespace)/\(id.name)" }

    /// Whether its rollout counts among those at the same time: a CronJob's starts no pod, and ends with its next run.
    var takesTurn: Bool { object.gvk.kind != "CronJob" }
}
