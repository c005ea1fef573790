// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import Logging
import SyncLook
import SyncRecord
import Waiting

/// Rolls a project's workloads out when the tags of their images move, and takes back what fails.
///
/// Each round goes one way: read the cluster, ask the registries, decide, carry out, record. What it remembers between
/// two rounds only saves work and measures time; the state itself is in the cluster.
package actor ImageFollower {
    /// The intervals of its rounds.
    package struct Pace: Sendable {
        /// Between two rounds while rollouts are under way.
        package var watching: Duration
        /// How long a crash loop or an image that cannot be pulled may last.
        package var patience: Duration

        package init(watching: Duration = .seconds(2), patience: Duration = .seconds(20)) {
            self.watching = watching
            self.patience = patience
        }
    }

    private let project: FollowedProject
    private let reader: WorkloadReader
    private let secrets: PullSecrets
    private let poller: TagPoller
    private let decider: RolloutDecider
    private let doer: RolloutDoer
    let runs: RolloutRuns
    private let board: ImageBoard
    private let logger: Logger
    private let redactor: Redactor
    private let readOrders: OrderReading
    private let changes: ChangeWatching?
    private let reasonToStop: @Sendable () -> String?
    private let now: @Sendable () -> Date
    /// When it looks next.
    private var schedule: LookSchedule
    /// Rings when the next look may be due earlier than before.
    private let alarm = Alarm()

    /// Reads what people have ordered. An error means that nothing is known of it, so nothing is rolled out.
    package typealias OrderReading = @Sendable () async throws -> RolloutOrders

    /// Begins to watch the project's workloads: an element whenever some have changed.
    package typealias ChangeWatching = @Sendable () async -> AsyncStream<Void>

    /// - Parameters:
    ///   - project: Whose workloads.
    ///   - client: The cluster; sends no write while this process does not hold the project's lease.
    ///   - poller: Asks the registries; shared by all projects.
    ///   - history: Where rollouts are written down.
    ///   - board: Shows the state of the images.
    ///   - logger: Logs rollouts and what cannot be read.
    ///   - pace: The intervals of its rounds.
    ///   - orders: Reads what people ordered; called in each round.
    ///   - changes: Watches the project's workloads; nil where nothing does, so that an interval shows their changes.
    ///   - reasonToStop: Why this process may not write now; nil while it holds the lease.
    ///   - onRunEnded: Called when the end of a run of rollouts is in the history.
    ///   - now: The wall clock, for what is written down and for windows.
    package init(
        project: FollowedProject,
        client: KubeClient,
        poller: TagPoller,
        history: History,
        board: ImageBoard,
        logger: Logger,
        pace: Pace = Pace(),
        orders: @escaping OrderReading,
        changes: ChangeWatching? = nil,
        reasonToStop: @escaping @Sendable () -> String? = { nil },
        onRunEnded: @escaping @Sendable (RunID) async -> Void = { _ in },
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.project = project
        reader = WorkloadReader(client: client, applySet: project.applySet, policy: project.policy)
        secrets = PullSecrets(client: client)
        self.poller = poller
        self.board = board
        self.logger = logger
        redactor = client.redactor
        readOrders = orders
        self.changes = changes
        self.reasonToStop = reasonToStop
        self.now = now
        schedule = LookSchedule(interval: project.policy.interval, watching: pace.watching, now: .now)
        runs = RolloutRuns(history: history, project: project.name, onEnd: onRunEnded)
        decider = RolloutDecider(
            project: project,
            reader: reader,
            poller: poller,
            runs: runs,
            patience: pace.patience,
            logger: logger
        )
        doer = RolloutDoer(
            project: project,
            reader: reader,
            sender: RolloutSender(client: client, reader: reader, history: history, reasonToStop: reasonToStop),
            runs: runs,
            events: RolloutEvents(client: client, logger: logger),
            logger: logger
        )
    }

    /// Follows until the task is cancelled: looks when a deadline has come, soon after a new sighting, and after changes of
    /// the workloads.
    package func run() async {
        schedule.restart(at: .now)
        let sightings = await poller.sightings(for: project.name)
        let changes = await self.changes?()
        await withDiscardingTaskGroup { group in
            group.addTask { for await _ in sightings { await self.take(.sighting) } }
            if let changes { group.addTask { for await _ in changes { await self.take(.change) } } }
            await lookWhenDue()
            group.cancelAll()
        }
        await poller.want([], every: project.policy.interval, for: project.name)
        await runs.abandon(
            "rollouts under way were left to themselves: the operator stopped, or does not lead any more"
        )
    }

    private func take(_ news: LookSchedule.News) {
        schedule.take(news, at: .now)
        alarm.ring()
    }

    private func lookWhenDue() async {
        while !Task.isCancelled {
            if let due = schedule.due, due > .now {
                await alarm.sleep(until: due)
            } else if reasonToStop() != nil {
                schedule.postpone(at: .now)
            } else {
                schedule.begin()
                let ending = await look()
                schedule.end(ending, at: .now)
            }
        }
    }

    /// Makes one round: reads, decides, and carries out.
    ///
    /// - Returns: How it ended.
    func look() async -> LookSchedule.Ending {
        // Also where the cluster cannot be read, or holds no orders.
        do throws(RecordError) { try await runs.settle() } catch {
            logger.warning("ends of rollouts cannot be written yet", metadata: ["sync.error": "\(error)"])
        }
        do {
            guard case .given(let orders) = try await readOrders() else { return .quiet }
            let workloads = try await reader.workloads()
            let subjects = await secrets.subjects(of: workloads)
            await poller.want(subjects.all, every: project.policy.interval, for: project.name)
            let decisions = await decider.decide(on: workloads, subjects, orders, at: now())
            let done = await doer.carryOut(decisions.verdicts)
            await show(done.shown, subjects)
            if done.hasConcluded { return .concluded }
            return decisions.awaitsPolls || done.shown.contains(where: \.isUnderWay) ? .underWay : .quiet
        } catch {
            board.failed(project.name, redactor.line("\(error)"))
            if !Task.isCancelled {
                logger.warning(
                    "images cannot be followed",
                    metadata: ["sync.project": "\(project.name)", "sync.error": "\(error)"]
                )
            }
            return await runs.pending.isEmpty ? .quiet : .underWay
        }
    }

    private func show(_ verdicts: [WorkloadVerdict], _ subjects: PollSubjects) async {
        var rows: [ImageRow] = []
        for verdict in verdicts {
            for container in verdict.containers {
                // Without a subject no registry is asked; the verdict says why.
                var times: (checked: Date?, next: Date?)
                if let subject = (try? subjects[verdict.workload]?.get())?[container.container.reference] {
                    times = (await poller.sighting(of: subject)?.checkedAt, await poller.nextPoll(of: subject))
                }
                rows.append(
                    ImageRow(
                        project: project.name,
                        workload: verdict.workload,
                        verdict: container,
                        checkedAt: times.checked,
                        nextPollAt: times.next,
                        by: redactor
                    )
                )
            }
            rows += verdict.workload.unnamed.map {
                ImageRow(project: project.name, workload: verdict.workload, $0, by: redactor)
            }
        }
        board.show(rows, of: project.name, inventory: project.applySet.parent.namespace)
    }
}
