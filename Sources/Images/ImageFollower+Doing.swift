// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Logging
import OCIRegistry
import SyncPlan
import SyncRecord

/// Carrying out the decisions of a round.
extension ImageFollower {
    /// Does what the verdicts say: first what ends, then what begins, no more at a time than the project allows.
    ///
    /// - Returns: The verdicts as they are shown: rollouts that wait for their turn among them.
    func carryOut(_ verdicts: [WorkloadVerdict], _ subjects: Subjects) async -> [WorkloadVerdict] {
        var shown: [ObjectID: WorkloadVerdict] = [:]
        for verdict in verdicts { shown[verdict.workload.id] = verdict }
        var rolling = verdicts.filter { $0.workload.state.phase != nil && $0.workload.takesTurn }.count
        let now = ContinuousClock.now
        pause.keep(only: Set(verdicts.map(\.workload.id)))
        do throws(RolloutSender.Failure) {
            for verdict in verdicts where !pause.holds(verdict.workload.id, at: now) {
                switch verdict.action {
                case .conclude(_, let ending):
                    guard try await conclude(verdict, ending) else { continue }
                    if verdict.workload.takesTurn { rolling -= 1 }
                    hasConcluded = true
                case .undo(let changes, _, let reason): try await undo(verdict, changes, reason)
                case .tidy: try await tidy(verdict)
                case nil where verdict.workload.state.phase == .undoing:
                    try await free(verdict.workload, of: verdict.workload.state)
                case .restart, nil: continue
                }
            }
            for lost in await runs.pending.subtracting(verdicts.map(\.workload.id)) { try await lose(lost) }
            var shared: RunID?
            for verdict in verdicts {
                guard case .restart(let changes, _) = verdict.action else { continue }
                guard !pause.holds(verdict.workload.id, at: now) else {
                    shown[verdict.workload.id] = verdict.waiting("the last try was refused; it is made again later")
                    continue
                }
                guard rolling < project.policy.maxConcurrent || !verdict.workload.takesTurn else {
                    shown[verdict.workload.id] = verdict.waiting("waits for its turn: \(rolling) workloads are rolling")
                    continue
                }
                let run = try await begin(verdict, changes, sharing: shared)
                shared = run ?? shared
                if run != nil {
                    if verdict.workload.takesTurn { rolling += 1 }
                    shown[verdict.workload.id] = verdict.rolling(changes)
                }
            }
        } catch {
            if case .mustStop(let reason) = error {
                logger.warning(
                    "rollouts stop",
                    metadata: ["sync.project": "\(project.name)", "sync.reason": "\(reason)"]
                )
            }
        }
        return verdicts.compactMap { shown[$0.workload.id] }
    }

    /// Sends an action, and remembers whether it was accepted.
    private func send(
        _ action: RolloutAction,
        to workload: FollowedWorkload,
        in run: RunID,
        because reason: String
    ) async throws(RolloutSender.Failure) -> KubeObject {
        do throws(RolloutSender.Failure) {
            let object = try await sender.send(action, to: workload, in: run, because: reason)
            pause.taken(workload.id)
            return object
        } catch {
            if case .notDone = error { pause.refused(workload.id, at: .now) }
            throw error
        }
    }

    /// Starts a rollout; nil when it could not be sent.
    private func begin(
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
    private func undo(
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
    private func free(_ workload: FollowedWorkload, of state: RolloutState) async throws(RolloutSender.Failure) {
        guard workload.object.gvk.kind == "StatefulSet" else { return }
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
    private func conclude(
        _ verdict: WorkloadVerdict,
        _ ending: RolloutEnding
    ) async throws(RolloutSender.Failure) -> Bool {
        guard let action = verdict.action else { return false }
        let workload = verdict.workload
        let run = try await recording { () async throws(RecordError) in try await self.runs.run(for: workload.id) }
        do throws(RolloutSender.Failure) {
            _ = try await send(action, to: workload, in: run, because: ending.text)
        } catch {
            guard case .notDone(let cause) = error else { throw error }
            log(.warning, "a rollout's end is not noted yet", workload, cause)
            return false
        }
        let story = "\(workload.shortName): \(ending.story)"
        try await end(verdict, ending.changes, story: story, error: ending.isGood ? nil : ending.text)
        log(ending.isGood ? .info : .warning, "rollout ended", workload, ending.text)
        await events.tell(ending.isGood ? .completed : .failed, ending.text, about: workload.object)
        return true
    }

    /// Forgets a pin that git has ended.
    private func tidy(_ verdict: WorkloadVerdict) async throws(RolloutSender.Failure) {
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
    private func lose(_ workload: ObjectID) async throws(RolloutSender.Failure) {
        let text = "the workload is gone, or its images are not followed any more"
        _ = try await recording { () async throws(RecordError) in
            try await self.runs.ended(workload, apiVersion: "", [], story: "\(workload): \(text)", error: text)
        }
    }

    private func end(
        _ verdict: WorkloadVerdict,
        _ changes: [ImageChange],
        story: String,
        error: String?
    ) async throws(RolloutSender.Failure) {
        let workload = verdict.workload
        let took = try await recording { () async throws(RecordError) in
            try await self.runs.ended(
                workload.id,
                apiVersion: workload.object.gvk.apiVersion,
                changes,
                story: story,
                error: error
            )
        }
        if let took { logger.debug("rollout took", metadata: ["sync.duration": "\(took)"]) }
    }

    private func recording<Value>(
        _ body: () async throws(RecordError) -> Value
    ) async throws(RolloutSender.Failure) -> Value {
        do throws(RecordError) { return try await body() } catch {
            throw .mustStop("the history cannot be written, so nothing is rolled out: \(error)")
        }
    }

    private func log(_ level: Logger.Level, _ message: Logger.Message, _ workload: FollowedWorkload, _ text: String) {
        logger.log(
            level: level,
            message,
            metadata: [
                "sync.project": "\(project.name)", "sync.object": "\(workload.id)", "sync.reason": "\(text)",
            ]
        )
    }
}

extension RolloutEnding {
    /// One line for display.
    var text: String {
        switch self {
        case .completed(let changes): changes.map(\.text).joined(separator: ", ")
        case .undone(let changes):
            changes.map { change in
                let bad = change.from.map { " \($0.shortText) has failed and is in quarantine;" } ?? ":"
                return "\(change.container): \(change.image)\(bad) \(change.to.shortText) runs again"
            }.joined(separator: ", ")
        case .failed(let changes, let reason): "\(changes.map(\.text).joined(separator: ", ")) has failed: \(reason)"
        case .overtaken: "git names another image"
        }
    }

    /// The same in a few words, for lists.
    fileprivate var story: String {
        func names(_ changes: [ImageChange], _ word: (ImageChange) -> String) -> String {
            changes.map { "\($0.image.split(separator: "/").last ?? "") \(word($0))" }.joined(separator: ", ")
        }
        switch self {
        case .completed(let changes): return names(changes) { "\($0.from?.shortText ?? "?") → \($0.to.shortText)" }
        case .undone(let changes):
            return names(changes) { change in
                (change.from.map { "\($0.shortText) failed, " } ?? "") + "back at \(change.to.shortText)"
            }
        case .failed(let changes, _): return names(changes) { "\($0.to.shortText) failed" }
        case .overtaken: return text
        }
    }

    var changes: [ImageChange] {
        switch self {
        case .completed(let changes), .undone(let changes), .failed(let changes, _): changes
        case .overtaken: []
        }
    }

    var isGood: Bool {
        switch self {
        case .completed, .overtaken: true
        case .undone, .failed: false
        }
    }
}

extension FollowedWorkload {
    /// `posts/web`.
    fileprivate var shortName: String { "\(id.namespace)/\(id.name)" }

    /// Whether its rollout counts among those at the same time: a CronJob's starts no pod, and ends with its next run.
    fileprivate var takesTurn: Bool { object.gvk.kind != "CronJob" }
}

extension WorkloadVerdict {
    /// Whether a rollout is under way, or was just begun or taken back.
    var isUnderWay: Bool {
        switch action {
        case .conclude: return false
        case .undo, .restart: return true
        case .tidy, nil: return workload.state.phase != nil || containers.contains { $0.state == .rolling }
        }
    }

    func waiting(_ text: String) -> WorkloadVerdict {
        let containers = containers.map { $0.state == .waiting ? $0.with(.waiting, text) : $0 }
        return WorkloadVerdict(workload: workload, containers: containers, action: nil)
    }

    fileprivate func rolling(_ changes: [ImageChange]) -> WorkloadVerdict {
        let containers = containers.map { verdict in
            changes.contains { $0.container == verdict.container.name } ? verdict.with(.rolling, "just begun") : verdict
        }
        return WorkloadVerdict(workload: workload, containers: containers, action: nil)
    }
}
