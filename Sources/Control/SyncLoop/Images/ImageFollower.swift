// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import Logging
import OCIRegistry
import SyncApply
import SyncPlan
import SyncRecord

/// Rolls a project's workloads out when the tags of their images move, and takes back what fails.
///
/// Each look goes one way: what the cluster has, what the registries say, what is to be done, doing it, writing it down.
/// What it remembers between two looks is only to save work and to measure time; the truth is in the cluster.
package actor ImageFollower {
    /// How patiently to look.
    package struct Pace: Sendable {
        /// Between two looks while rollouts are under way.
        package var watching: Duration
        /// How long a crash loop or an image that cannot be pulled may last.
        package var patience: Duration

        package init(watching: Duration = .seconds(2), patience: Duration = .seconds(20)) {
            self.watching = watching
            self.patience = patience
        }
    }

    /// How often it is looked whether there is a reason to look.
    private static let tick: Duration = .milliseconds(250)

    let project: Project
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
    private let reasonToStop: @Sendable () -> String?
    private let now: @Sendable () -> Date
    var watch: RolloutWatch
    let runs: RolloutRuns
    /// What the pods of a workload were seen to run, so that they are not read again while nothing changes.
    var proofs: [String: Proof] = [:]
    /// Since when pods of a workload are known to run what no poll has seen, by the workload's uid.
    var strangers: [String: ContinuousClock.Instant] = [:]
    /// Whether the last look has left something for the polls of a moment later.
    var isWaitingForPolls = false
    /// Which workloads are left alone for a while, because their patches were refused.
    var pause = RolloutPause()
    /// Whether the last look has brought a rollout to its end.
    var hasConcluded = false
    /// Pairs of digests of which it is known whether they are the same software, by image.
    var equivalents: [String: Bool] = [:]

    /// The last look at a workload's pods that found nothing to do.
    struct Proof: Sendable, Hashable {
        let generation: Int64
        let digests: [String: ImageDigest]
        let running: [String: [ImageDigest]]
    }

    /// Reads what people ordered about the project as the cluster has it; nil when it has no inventory.
    package typealias OrderReading = @Sendable () async throws -> StandingOrders?

    /// - Parameters:
    ///   - project: Whose workloads.
    ///   - client: The cluster, as the one who leads the project: no write leaves when he does not.
    ///   - poller: Asks the registries; shared by all projects.
    ///   - history: Where rollouts are written down.
    ///   - board: Where people see how the images stand.
    ///   - logger: Hears of rollouts and of what cannot be read.
    ///   - pace: How patiently to look.
    ///   - orders: Reads what people ordered; nil asks the API server at each look.
    ///   - reasonToStop: Why nothing may be written now; nil while this process leads.
    ///   - now: The wall clock, for what is written down and for windows.
    package init(
        project: Project,
        client: KubeClient,
        poller: TagPoller,
        history: History,
        board: ImageBoard,
        logger: Logger,
        pace: Pace = Pace(),
        orders: OrderReading? = nil,
        reasonToStop: @escaping @Sendable () -> String? = { nil },
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.project = project
        reader = WorkloadReader(client: client, applySet: project.applySet, policy: project.images)
        secrets = PullSecrets(client: client)
        self.poller = poller
        self.history = history
        self.board = board
        self.logger = logger
        self.pace = pace
        let store = OrderStore(client: client, applySet: project.applySet)
        readOrders = orders ?? { try await store.read() }
        self.reasonToStop = reasonToStop
        self.now = now
        sender = RolloutSender(client: client, reader: reader, history: history, reasonToStop: reasonToStop)
        events = RolloutEvents(client: client, logger: logger)
        let deadline = project.healthTimeout > .zero ? project.healthTimeout : .seconds(300)
        watch = RolloutWatch(patience: pace.patience, deadline: deadline)
        runs = RolloutRuns(history: history, project: project.name, logger: logger)
    }

    /// Follows until the task is cancelled.
    package func run() async {
        var seen: Int?
        var lastLook: ContinuousClock.Instant?
        var isBusy = false
        while !Task.isCancelled {
            let generation = await poller.generation
            let wait = isBusy ? pace.watching : project.images.interval
            let isDue = lastLook.map { $0.duration(to: .now) >= wait } ?? true
            if isDue || seen != generation, reasonToStop() == nil {
                seen = generation
                isBusy = await look()
                // What has just ended is shown as ended, and what waited for its turn begins.
                lastLook = hasConcluded ? nil : .now
            }
            do { try await Task.sleep(for: ImageFollower.tick) } catch { break }
        }
        await poller.want([], every: project.images.interval, for: project.name)
        await runs.abandon(
            "rollouts under way were left to themselves: the operator stopped, or does not lead any more"
        )
    }

    /// Looks once, and does what is to be done.
    ///
    /// - Returns: Whether rollouts are under way.
    func look() async -> Bool {
        hasConcluded = false
        isWaitingForPolls = false
        do {
            if project.isSuspended { return false }
            // Orders that cannot be read may say that nothing is to be rolled out: then nothing is.
            let orders = try await readOrders() ?? StandingOrders()
            if try await history.state(of: project.name).obeying(orders).suspension != nil { return false }
            let workloads = try await reader.workloads()
            watch.keep(only: workloads)
            let subjects = await subjects(of: workloads)
            let wanted = Set(subjects.values.flatMap { (try? $0.get())?.values.map { $0 } ?? [] })
            await poller.want(wanted, every: project.images.interval, for: project.name)
            let imageOrders = ImageOrder.obeying(orders, before: try await history.imageOrders(of: project.name))
            let verdicts = await verdicts(on: workloads, subjects, imageOrders, at: now())
            let shown = await carryOut(verdicts, subjects)
            await show(shown, subjects)
            board.failed(project.name, nil)
            return isWaitingForPolls || shown.contains { $0.isUnderWay }
        } catch {
            let text = Redactor.shared.redact("\(error)".singleLine)
            board.failed(project.name, text)
            if !Task.isCancelled {
                logger.warning(
                    "images cannot be followed",
                    metadata: ["sync.project": "\(project.name)", "sync.error": "\(text)"]
                )
            }
            return await !runs.pending.isEmpty
        }
    }

    /// By workload and image, what is asked of the registry, or why it cannot be.
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
