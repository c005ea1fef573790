// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import Logging
import OCIRegistry
import SyncRecord

/// The decisions of a round: gathers what is known of each workload, lets ``RolloutPlanner`` decide, and checks what would start
/// pods once more. What it remembers between two rounds only saves requests and measures time.
actor RolloutDecider {
    /// What was decided in one round.
    struct Decisions: Sendable {
        /// In the order of the workloads.
        var verdicts: [WorkloadVerdict] = []
        /// Whether one of them waits for polls that are about to happen.
        var awaitsPolls = false
    }

    private let project: FollowedProject
    private let reader: WorkloadReader
    private let poller: TagPoller
    private let runs: RolloutRuns
    private let logger: Logger
    private let check: RestartCheck
    private var watch: RolloutWatch
    private var memory = PodMemory()

    /// - Parameters:
    ///   - project: Whose workloads.
    ///   - reader: Reads their pods.
    ///   - poller: Knows what the tags point to.
    ///   - runs: Knows which rollouts have begun here.
    ///   - patience: How long a crash loop or an image that cannot be pulled may last.
    ///   - logger: Logs what cannot be read.
    init(
        project: FollowedProject,
        reader: WorkloadReader,
        poller: TagPoller,
        runs: RolloutRuns,
        patience: Duration,
        logger: Logger
    ) {
        self.project = project
        self.reader = reader
        self.poller = poller
        self.runs = runs
        self.logger = logger
        check = RestartCheck(poller: poller)
        watch = RolloutWatch(patience: patience, deadline: project.deadline)
    }

    /// Decides about every workload.
    ///
    /// - Parameters:
    ///   - workloads: All that are followed.
    ///   - subjects: By workload and image, the question for the registry.
    ///   - orders: What people have ordered.
    ///   - date: The wall clock, for windows and for what is written down.
    /// - Returns: A verdict on each.
    func decide(
        on workloads: [FollowedWorkload],
        _ subjects: PollSubjects,
        _ orders: [ObjectID: ImageOrder],
        at date: Date
    ) async -> Decisions {
        watch.keep(only: workloads)
        await check.keep(only: workloads)
        let planner = RolloutPlanner(policy: project.policy, now: date)
        var knowledge: [ObjectID: RolloutPlanner.Knowledge] = [:]
        for workload in workloads {
            let polled = await sightings(of: workload, subjects[workload], at: date)
            knowledge[workload.id] = RolloutPlanner.Knowledge(sightings: polled, order: orders[workload.id])
        }
        let pods = await reader.pods(
            of: workloads.filter { memory.needsPods($0, knowledge[$0.id]?.sightings ?? [:]) }
        )
        var decisions = Decisions()
        for workload in workloads {
            var known = knowledge[workload.id] ?? .init()
            await see(pods[workload.id], of: workload, &known)
            let outcome = await verdict(on: workload, known, subjects[workload], planner)
            memory.remember(outcome.verdict, hasPods: known.pods != nil)
            if case .awaitingPolls = outcome { decisions.awaitsPolls = true }
            decisions.verdicts.append(outcome.verdict)
        }
        return decisions
    }

    /// By image, what the last polls said.
    private func sightings(
        of workload: FollowedWorkload,
        _ subjects: PollSubjects.OfWorkload?,
        at date: Date
    ) async -> [ImageReference: TagSighting] {
        var sightings: [ImageReference: TagSighting] = [:]
        switch subjects {
        case .success(let images):
            for (image, subject) in images { sightings[image] = await poller.sighting(of: subject) }
        case .failure(let error):
            let problem = RegistryError(reason: .denied, message: "its pull secrets cannot be read: \(error)")
            for container in workload.containers {
                sightings[container.reference] = TagSighting(.failure(problem), at: date)
            }
        case nil: break
        }
        return sightings
    }

    /// Adds what the pods of a workload tell.
    private func see(
        _ pods: Result<[PodImages], KubeError>?,
        of workload: FollowedWorkload,
        _ known: inout RolloutPlanner.Knowledge
    ) async {
        switch pods {
        case .success(let list):
            known.pods = list
            guard workload.state.phase != nil else { return }
            known.progress = watch.look(at: workload, pods: list, now: .now)
            known.isChanged = await runs.isChanged(workload)
        case .failure(let error):
            logger.warning(
                "pods cannot be read",
                metadata: ["sync.project": "\(project.name)", "sync.error": "\(error)"]
            )
        // They were not read, because nothing has changed since they were last seen.
        case nil: known.seen = memory.running(of: workload)
        }
    }

    private func verdict(
        on workload: FollowedWorkload,
        _ knowledge: RolloutPlanner.Knowledge,
        _ subjects: PollSubjects.OfWorkload?,
        _ planner: RolloutPlanner
    ) async -> RestartCheck.Outcome {
        var known = knowledge
        // The verdict on a workload without subjects says why there are none.
        let images = try? subjects?.get()
        var verdict = planner.verdict(on: workload, known)
        if case .undo(let changes, _, _) = verdict.action {
            known.gone = await gone(changes, images ?? [:])
            if !known.gone.isEmpty { verdict = planner.verdict(on: workload, known) }
        }
        return await check.checked(verdict, images, seen: known.sightings)
    }

    /// Which of the digests that an undo would bring back the registry no longer has.
    private func gone(_ changes: [ImageChange], _ images: RestartCheck.Images) async -> Set<ImageDigest> {
        var gone: Set<ImageDigest> = []
        for change in changes {
            guard let subject = images[change.reference] else { continue }
            if case .failure(let error) = await poller.reading(of: change.to, subject),
                [.tagMissing, .repositoryMissing].contains(error.reason)
            {
                gone.insert(change.to)
            }
        }
        return gone
    }
}
