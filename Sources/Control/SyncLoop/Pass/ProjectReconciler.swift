// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Logging
import SyncApply
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource

/// Brings one project's cluster to what its repository says, one pass at a time, and writes down why.
package actor ProjectReconciler {
    /// How passes are made.
    package struct Settings: Sendable {
        /// Whether a pass with nothing to do is written down too; the loop says no, a person's `sync` says yes.
        package var recordsQuietPasses: Bool
        /// Requests in flight while applying.
        package var concurrency: Int
        /// Whether the pass waits until its objects are healthy.
        package var waitsForHealth: Bool
        /// How long the waits of one apply may last.
        package var deadlines: Applier.Deadlines

        package init(
            recordsQuietPasses: Bool,
            concurrency: Int = 8,
            waitsForHealth: Bool = true,
            deadlines: Applier.Deadlines = .init()
        ) {
            self.recordsQuietPasses = recordsQuietPasses
            self.concurrency = concurrency
            self.waitsForHealth = waitsForHealth
            self.deadlines = deadlines
        }
    }

    package nonisolated let project: Project
    package nonisolated let preparer: PassPreparer
    nonisolated let history: History
    /// Must be held to write; nil when no other process can sync the project.
    let lease: ProjectLease?
    let settings: Settings
    let logger: Logger
    /// The last failure that was recorded: the same one is not recorded again at every poll.
    var lastFailure: PassFailure?
    /// The obstacles of the last pass that was recorded.
    var lastStanding: [String] = []
    /// The commit of the last pass that this process recorded.
    var lastCommitID: String?
    /// How that pass ended.
    var lastOutcome: RunOutcome?
    /// The inputs of the last pass that had nothing to do, if watches cover all of them.
    var lastRest: RestingPlace?
    /// Objects over whose fields another writer fights.
    var fights: FightWatch
    /// Which writes failed, and when each is tried again.
    var backoff: StepBackoff
    /// The commit and the wave number that was not healthy in time; the next pass checks it, and does not wait.
    var vainWait: (commitID: String, gate: ClosedGate)?

    /// The commit for which older pods did not end in time; as above.
    var vainUsersCommit: String?

    package init(
        preparer: PassPreparer,
        history: History,
        lease: ProjectLease? = nil,
        settings: Settings,
        logger: Logger
    ) {
        project = preparer.project
        self.preparer = preparer
        self.history = history
        fights = FightWatch(interval: preparer.project.interval)
        backoff = StepBackoff(interval: preparer.project.interval)
        self.lease = lease
        self.settings = settings
        self.logger = logger
    }

    /// Where the project's ref points now; the loop asks while it waits to try again.
    package nonisolated func poll() async throws(SourceError) -> SourceTip { try await preparer.source.poll() }

    /// Whether the ref names another commit by now; the loop asks while a pass writes or waits, so that the newer
    /// commit can replace it. A branch that went back counts only after further polls, because a replica of the server
    /// may lag.
    package nonisolated func isSuperseded(_ commit: CommitInfo) async -> Bool {
        // A source that cannot be read now is no newer commit; the next pass reports it.
        guard let tip = try? await preparer.source.poll(after: commit) else { return false }
        return tip.commitID != commit.id
    }

    /// What is known of the project now, the orders in the cluster included; those are left out while the cluster cannot be
    /// read, when no pass changes anything either.
    nonisolated func state() async throws(RecordError) -> ProjectState {
        let known = try await history.state(of: project.name)
        guard let orders = try? await preparer.orders() else { return known }
        return known.obeying(orders)
    }

    /// Ends a pass that is under way once the project is suspended in the cluster, as far as a watch shows it.
    func obeySuspension() async throws {
        guard let parent = await preparer.mirror?.parentLastSeen() else { return }
        guard let word = try StandingOrders(parent: parent).suspension.word else { return }
        throw refusal(ProjectState.Suspension(word))
    }

    private func refusal(_ suspension: ProjectState.Suspension) -> PassFailure {
        PassFailure(
            stage: .suspended,
            message: "\(project.name) is \(suspension.text); sternpost resume \(project.name) ends that",
            isRetryable: true
        )
    }

    /// Makes one pass.
    ///
    /// Never throws: whatever goes wrong is in the outcome, and in the history as far as that can be written.
    ///
    /// - Parameters:
    ///   - trigger: Why the pass is made.
    ///   - isSuperseded: Asked while waiting for health; true ends the wait because a newer commit is there.
    /// - Returns: How the pass ended.
    package func pass(
        _ trigger: RunTrigger,
        isSuperseded: @escaping @Sendable (CommitInfo) async -> Bool = { _ in false }
    ) async -> PassOutcome {
        let clock = ContinuousClock()
        let started = clock.now
        do {
            let known = try await history.state(of: project.name)
            let previous = try await preparer.followed() ?? known.attempted
            let tip = try await preparer.poll(after: previous)
            if let outcome = await stillResting(at: tip, state: known, since: started) { return outcome }
            lastRest = nil
            let marks = try await history.marks(of: project.name)
            let prepared = await keepingWaits(
                try await preparer.prepare(
                    tip,
                    marks: marks,
                    residualKey: history.residualKey,
                    previous: previous,
                    policy: policy(at: started, commit: tip.commitID)
                )
            )
            let state = known.obeying(prepared.orders, held: prepared.plan.prune.approvalHash)
            if let suspension = state.suspension { throw refusal(suspension) }
            let standing = prepared.standing(approved: state.approval?.hash)
            if lastFailure != nil { lastOutcome = .failed }
            if lastOutcome == nil {
                lastOutcome = try await history.lastPass(of: project.name)?.outcome
            }
            lastFailure = nil
            let isKnown = prepared.plan.commit.id == (lastCommitID ?? state.applied?.id)
            if let standing, standing == lastStanding, isKnown, !settings.recordsQuietPasses, !prepared.hasStaleOrders,
                await isNothingNew(prepared, standing: standing)
            {
                rest(at: prepared, state: known, standing: standing)
                return quietOutcome(
                    prepared,
                    approved: state.approval?.hash,
                    duration: started.duration(to: clock.now)
                )
            }
            let outcome = try await carryOut(
                prepared,
                state: state,
                trigger: trigger,
                started: started,
                isSuperseded: isSuperseded
            )
            if outcome.run != nil {
                lastStanding = standingAfter(prepared)
                lastCommitID = prepared.plan.commit.id
                lastOutcome = outcome.outcome
            }
            return outcome
        } catch let failure as PassFailure where Task.isCancelled && failure.stage != .history {
            // A shutdown is not a failure of the project, and nothing was changed: no run is recorded.
            return PassOutcome(
                outcome: .interrupted,
                run: nil,
                commit: nil,
                interruption: "stopped before anything was changed",
                duration: started.duration(to: clock.now)
            )
        } catch let failure as RenderFailure {
            return await failed(render: failure, trigger: trigger, duration: started.duration(to: clock.now))
        } catch let failure as PassFailure {
            return await failed(failure, trigger: trigger, duration: started.duration(to: clock.now))
        } catch {
            let failure = PassFailure(
                stage: .history,
                message: Redactor.shared.redact("\(error)"),
                isRetryable: true
            )
            return await failed(failure, trigger: trigger, duration: started.duration(to: clock.now))
        }
    }

    /// Whether a pass that writes nothing would also report nothing new: the last one succeeded, or it did not for the
    /// same obstacles as this one.
    private func isNothingNew(_ prepared: PreparedPass, standing: [String]) async -> Bool {
        switch lastOutcome {
        case nil, .succeeded, .held: true
        case .degraded where !standing.isEmpty: true
        case .degraded: await isStillUnwell(prepared)
        default: false
        }
    }
}
