// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Logging
import OCIRegistry
import PlainText
import SyncPlan
import SyncRecord

/// Carries the decisions of a round out. It remembers which patches were refused, and nothing else: what is under way stands
/// in the cluster.
actor RolloutDoer {
    /// What came of a round.
    struct Done: Sendable {
        /// The verdicts as they are shown: rollouts that wait for their turn among them.
        let shown: [WorkloadVerdict]
        /// Whether a rollout has ended.
        let hasConcluded: Bool
    }

    /// A round under way.
    private struct Round {
        let now = ContinuousClock.now
        var shown: [ObjectID: WorkloadVerdict] = [:]
        /// How many workloads roll; CronJobs do not count.
        var rolling: Int
        var hasConcluded = false
        /// The run of the rollouts that begin in this round; nil before the first.
        var run: RunID?

        init(_ verdicts: [WorkloadVerdict]) {
            for verdict in verdicts { shown[verdict.workload.id] = verdict }
            rolling = verdicts.count { $0.workload.state.phase != nil && $0.workload.takesTurn }
        }
    }

    let reader: WorkloadReader
    let sender: RolloutSender
    let runs: RolloutRuns
    let events: RolloutEvents
    private let project: FollowedProject
    let logger: Logger
    /// Workloads that get no patch for a while, because one was refused.
    private var pause = RolloutPause()

    /// - Parameters:
    ///   - project: Whose workloads.
    ///   - reader: Reads their pods.
    ///   - sender: Sends the writes.
    ///   - runs: Where the rollouts are written down.
    ///   - events: Tells of them in the cluster.
    ///   - logger: Logs them.
    init(
        project: FollowedProject,
        reader: WorkloadReader,
        sender: RolloutSender,
        runs: RolloutRuns,
        events: RolloutEvents,
        logger: Logger
    ) {
        self.project = project
        self.reader = reader
        self.sender = sender
        self.runs = runs
        self.events = events
        self.logger = logger
    }

    /// Does what the verdicts say: first what ends, then what begins, no more at a time than the project allows.
    func carryOut(_ verdicts: [WorkloadVerdict]) async -> Done {
        var round = Round(verdicts)
        let all = Set(verdicts.map(\.workload.id))
        pause.keep(only: all)
        do throws(RolloutSender.Failure) {
            try await recording { () async throws(RecordError) in try await self.runs.settle() }
            for verdict in verdicts where !pause.holds(verdict.workload.id, at: round.now) {
                try await goOn(with: verdict, &round)
            }
            for lost in await runs.pending.subtracting(all) { try await lose(lost) }
            for verdict in verdicts { try await beginIfAllowed(verdict, &round) }
        } catch {
            if case .mustStop(let reason) = error {
                logger.warning(
                    "rollouts stop",
                    metadata: ["sync.project": "\(project.name)", "sync.reason": "\(reason)"]
                )
            }
        }
        return Done(shown: verdicts.compactMap { round.shown[$0.workload.id] }, hasConcluded: round.hasConcluded)
    }

    /// Ends a rollout, takes it back, or keeps its undoing going.
    private func goOn(with verdict: WorkloadVerdict, _ round: inout Round) async throws(RolloutSender.Failure) {
        switch verdict.action {
        case .conclude(_, let ending):
            guard try await conclude(verdict, ending) else { return }
            if verdict.workload.takesTurn { round.rolling -= 1 }
            round.hasConcluded = true
        case .undo(let changes, _, let reason): try await undo(verdict, changes, reason)
        case .tidy: try await tidy(verdict)
        case nil where verdict.workload.state.phase == .undoing:
            try await free(verdict.workload, of: verdict.workload.state)
        case .restart, nil: return
        }
    }

    /// Begins a rollout, unless it has to wait.
    private func beginIfAllowed(_ verdict: WorkloadVerdict, _ round: inout Round) async throws(RolloutSender.Failure) {
        guard case .restart(let changes, _) = verdict.action else { return }
        let workload = verdict.workload
        guard !pause.holds(workload.id, at: round.now) else {
            round.shown[workload.id] = verdict.waiting("the last try was refused; it is made again later")
            return
        }
        guard round.rolling < project.policy.maxConcurrent || !workload.takesTurn else {
            let text = "waits for its turn: \(round.rolling.counted("workload is", "workloads are")) rolling"
            round.shown[workload.id] = verdict.waiting(text)
            return
        }
        guard let run = try await begin(verdict, changes, sharing: round.run) else { return }
        round.run = run
        if workload.takesTurn { round.rolling += 1 }
        round.shown[workload.id] = verdict.rolling(changes)
    }

    /// Sends an action, and remembers whether it was accepted.
    func send(
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

    /// Logs what has become of a workload's rollout.
    func log(_ level: Logger.Level, _ message: Logger.Message, _ workload: FollowedWorkload, _ text: String) {
        logger.log(
            level: level,
            message,
            metadata: [
                "sync.project": "\(project.name)", "sync.object": "\(workload.id)", "sync.reason": "\(text)",
            ]
        )
    }
}
