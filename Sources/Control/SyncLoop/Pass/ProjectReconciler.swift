// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Logging
import SyncApply
import SyncLook
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource

/// Brings one project's cluster to what its repository says, one pass at a time, and writes down why.
package actor ProjectReconciler {
    /// How passes are made.
    package struct Settings: Sendable {
        /// Whether a pass with nothing to do is recorded too: not in the loop, but in the command `sync`.
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
    private let lease: ProjectLease?
    let settings: Settings
    private let record: PassRecord
    let health: PassHealth
    /// What later passes of this process use from earlier ones.
    var memory: PassMemory

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
        self.lease = lease
        self.settings = settings
        record = PassRecord(
            history: history,
            project: preparer.project,
            redactor: preparer.cluster.client.redactor,
            logger: logger
        )
        health = PassHealth(preparer: preparer, settings: settings)
        memory = PassMemory(interval: preparer.project.interval)
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
        let started = ContinuousClock.now
        do {
            return try await attempt(trigger, started: started, isSuperseded: isSuperseded)
        } catch  where Task.isCancelled && ProjectReconciler.endsWithTheTask(error) {
            // A shutdown is not a failure of the project, and nothing was changed: no run is recorded.
            return PassOutcome(.stopped(run: nil), commit: nil, duration: started.duration(to: .now))
        } catch let failure as RenderFailure {
            return await failed(render: failure, trigger: trigger, duration: started.duration(to: .now))
        } catch let failure as PassFailure {
            return await failed(failure, trigger: trigger, duration: started.duration(to: .now))
        } catch {
            let failure = PassFailure(
                stage: .history,
                message: "\(error)",
                isRetryable: true
            )
            return await failed(failure, trigger: trigger, duration: started.duration(to: .now))
        }
    }

    /// Whether what a cancelled pass threw may be its cancellation: a commit that does not render and a history that cannot
    /// be written are told in any case.
    private static func endsWithTheTask(_ error: any Error) -> Bool {
        switch error {
        case is RenderFailure, is RecordError: false
        case let failure as PassFailure: failure.stage != .history
        default: true
        }
    }

    private func attempt(
        _ trigger: RunTrigger,
        started: ContinuousClock.Instant,
        isSuperseded: @escaping @Sendable (CommitInfo) async -> Bool
    ) async throws -> PassOutcome {
        let known = try await history.state(of: project.name)
        let previous = try await preparer.followed() ?? known.attempted
        let tip = try await preparer.poll(after: previous)
        if let outcome = await stillResting(at: tip, state: known, since: started) { return outcome }
        memory.beganLooking()
        let prepared = try await prepare(tip, previous: previous, started: started)
        let state = known.obeying(prepared.orders, held: prepared.plan.prune.approvalHash)
        if let suspension = state.suspension { throw PassFailure(suspended: project.name, by: suspension) }
        var earlier: RunOutcome?
        if memory.last == .unknown { earlier = try await history.lastPass(of: project.name)?.outcome }
        memory.planned(earlier: earlier)
        if let standing = prepared.standing(approved: state.approval?.hash),
            await isNothingNew(prepared, standing: standing, applied: state.applied?.id)
        {
            memory.comeToRest(at: prepared, state: known, standing: standing)
            return quietOutcome(
                prepared,
                approved: state.approval?.hash,
                duration: started.duration(to: .now)
            )
        }
        return try await carryOut(
            prepared,
            state: state,
            trigger: trigger,
            started: started,
            isSuperseded: isSuperseded
        )
    }

    /// Reads the repository and the cluster, and makes the plan, with what earlier passes have learnt. A `sync` by a
    /// person tries everything again.
    private func prepare(
        _ tip: SourceTip,
        previous: CommitInfo?,
        started: ContinuousClock.Instant
    ) async throws -> PreparedPass {
        let marks = try await history.marks(of: project.name)
        let policy = memory.policy(
            project.policy,
            at: started,
            commit: tip.commitID,
            triesEverything: settings.recordsQuietPasses
        )
        let (prepared, draft) = try await preparer.prepare(
            tip,
            marks: marks,
            residualKey: history.residualKey,
            previous: previous,
            policy: policy
        )
        return await keepingUsersBack(await keepingGateClosed(prepared, draft), draft)
    }

    private func carryOut(
        _ prepared: PreparedPass,
        state: ProjectState,
        trigger: RunTrigger,
        started: ContinuousClock.Instant,
        isSuperseded: @escaping @Sendable (CommitInfo) async -> Bool
    ) async throws -> PassOutcome {
        let budget = HealthBudget(project.healthTimeout)
        let ending = try await PassCarryOut(
            preparer: preparer,
            record: record,
            health: health,
            lease: lease,
            settings: settings,
            prepared: prepared,
            state: state,
            trigger: trigger,
            started: started,
            budget: budget,
            isSuperseded: isSuperseded,
            users: { ids in await self.unreadyUsers(ids, in: prepared, within: budget) }
        ).run()
        memory.take(ending, of: prepared, began: started)
        switch ending {
        case .refused(_, let outcome), .carriedOut(_, _, let outcome): return outcome
        }
    }
}

/// Passes that do not come to a plan.
extension ProjectReconciler {
    /// Records a pass that could not plan. The same failure again is logged but not recorded twice.
    private func failed(_ failure: PassFailure, trigger: RunTrigger, duration: Duration) async -> PassOutcome {
        let isNews = memory.isNews(failure) || settings.recordsQuietPasses
        memory.failed(failure)
        let row = await record.failed(failure, trigger: trigger, after: duration, isNews: isNews)
        if row.loss != nil { memory.lostFailure() }
        return PassOutcome(.unplanned(failure, run: row.run), commit: nil, duration: duration, loss: row.loss)
    }

    /// Records a commit that does not render: every problem of it.
    private func failed(
        render failure: RenderFailure,
        trigger: RunTrigger,
        duration: Duration
    ) async -> PassOutcome {
        let pass = PassFailure(failure)
        let isNews = memory.isNews(pass) || settings.recordsQuietPasses
        memory.failed(pass)
        let row = await record.failed(failure, as: pass, trigger: trigger, after: duration, isNews: isNews)
        if row.loss != nil { memory.lostFailure() }
        return PassOutcome(
            .unrendered(failure, run: row.run),
            commit: failure.commit,
            duration: duration,
            loss: row.loss
        )
    }
}
