// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import Logging
import OCIRegistry
import SyncApply
import SyncPlan
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

    let project: FollowedProject
    let reader: WorkloadReader
    let secrets: PullSecrets
    let poller: TagPoller
    let history: History
    let board: ImageBoard
    let sender: RolloutSender
    let events: RolloutEvents
    let logger: Logger
    private let pace: Pace
    private let readOrders: OrderReading
    private let changes: ChangeWatching?
    private let reasonToStop: @Sendable () -> String?
    private let now: @Sendable () -> Date
    /// When it looks next.
    private var schedule: LookSchedule
    /// Rings when the next look may be due earlier than before.
    private let alarm = Alarm()
    var watch: RolloutWatch
    let runs: RolloutRuns
    /// What the pods of a workload were seen to run, so that they are not read again while nothing changes.
    var proofs: [String: Proof] = [:]
    /// Since when pods of a workload are known to run what no poll has seen, by the workload's uid.
    var strangers: [String: ContinuousClock.Instant] = [:]
    /// Whether the last round waits for polls that are about to happen.
    var isWaitingForPolls = false
    /// Workloads that get no patch for a while, because one was refused.
    var pause = RolloutPause()
    /// Whether a rollout ended in the last round.
    var hasConcluded = false
    /// By image, the pairs of digests that were compared, and whether they are the same software.
    var equivalents: [String: Bool] = [:]

    /// The last reading of a workload's pods that found nothing to do.
    struct Proof: Sendable, Hashable {
        let generation: Int64
        let digests: [String: ImageDigest]
        let running: [String: [ImageDigest]]
    }

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
        self.history = history
        self.board = board
        self.logger = logger
        self.pace = pace
        readOrders = orders
        self.changes = changes
        self.reasonToStop = reasonToStop
        self.now = now
        sender = RolloutSender(client: client, reader: reader, history: history, reasonToStop: reasonToStop)
        events = RolloutEvents(client: client, logger: logger)
        schedule = LookSchedule(interval: project.policy.interval, watching: pace.watching, now: .now)
        watch = RolloutWatch(patience: pace.patience, deadline: project.deadline)
        runs = RolloutRuns(history: history, project: project.name, onEnd: onRunEnded)
    }

    /// Follows until the task is cancelled: looks when a deadline has come, soon after a new sighting, and after changes of
    /// the workloads.
    package func run() async {
        schedule = LookSchedule(interval: project.policy.interval, watching: pace.watching, now: .now)
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
        hasConcluded = false
        isWaitingForPolls = false
        do {
            guard case .given(let orders) = try await readOrders() else { return .quiet }
            let workloads = try await reader.workloads()
            watch.keep(only: workloads)
            let subjects = await subjects(of: workloads)
            let wanted = Set(subjects.values.flatMap { (try? $0.get())?.values.map { $0 } ?? [] })
            await poller.want(wanted, every: project.policy.interval, for: project.name)
            let verdicts = await verdicts(on: workloads, subjects, orders, at: now())
            let shown = await carryOut(verdicts, subjects)
            await show(shown, subjects)
            board.failed(project.name, nil)
            if hasConcluded { return .concluded }
            return isWaitingForPolls || shown.contains { $0.isUnderWay } ? .underWay : .quiet
        } catch {
            let text = Redactor.shared.redact("\(error)".singleLine)
            board.failed(project.name, text)
            if !Task.isCancelled {
                logger.warning(
                    "images cannot be followed",
                    metadata: ["sync.project": "\(project.name)", "sync.error": "\(text)"]
                )
            }
            return await runs.pending.isEmpty ? .quiet : .underWay
        }
    }

    /// By workload and image, the question for the registry, or why there is none.
    typealias Subjects = [ObjectID: Result<[ImageReference: TagPoller.Subject], KubeError>]

    private func subjects(of workloads: [FollowedWorkload]) async -> Subjects {
        var result: Subjects = [:]
        for workload in workloads {
            do throws(KubeError) {
                let keyring = try await secrets.keyring(for: workload)
                var images: [ImageReference: TagPoller.Subject] = [:]
                for container in workload.containers {
                    images[container.reference] = TagPoller.Subject(image: container.reference, keyring: keyring)
                }
                result[workload.id] = .success(images)
            } catch {
                result[workload.id] = .failure(error)
            }
        }
        return result
    }

    private func show(_ verdicts: [WorkloadVerdict], _ subjects: Subjects) async {
        var rows: [ImageRow] = []
        for verdict in verdicts {
            for container in verdict.containers {
                var times: (checked: Date?, next: Date?)
                if let subject = (try? subjects[verdict.workload.id]?.get())?[container.container.reference] {
                    times = (await poller.sighting(of: subject)?.checkedAt, await poller.nextPoll(of: subject))
                }
                rows.append(
                    ImageRow(
                        project: project.name,
                        workload: verdict.workload,
                        verdict: container,
                        checkedAt: times.checked,
                        nextPollAt: times.next
                    )
                )
            }
            rows += verdict.workload.unnamed.map {
                ImageRow(project: project.name, workload: verdict.workload, $0)
            }
        }
        board.show(rows, of: project.name, inventory: project.applySet.parent.namespace)
    }
}
