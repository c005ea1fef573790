// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import Logging
import OCIRegistry
import SyncObserve
import SyncPlan
import SyncRecord

/// The decisions of a round: from what was read to what is to be done.
extension ImageFollower {
    /// Decides about every workload.
    func verdicts(
        on workloads: [FollowedWorkload],
        _ subjects: Subjects,
        _ orders: [ObjectID: ImageOrder],
        at date: Date
    ) async -> [WorkloadVerdict] {
        let planner = RolloutPlanner(policy: project.policy, now: date)
        var knowledge: [ObjectID: RolloutPlanner.Knowledge] = [:]
        for workload in workloads {
            var known = RolloutPlanner.Knowledge(order: orders[workload.id])
            switch subjects[workload.id] {
            case .success(let images):
                for (image, subject) in images { known.sightings[image] = await poller.sighting(of: subject) }
            case .failure(let error):
                let text = "its pull secrets cannot be read: \(error)"
                for container in workload.containers {
                    known.sightings[container.reference] = TagSighting(
                        .failure(RegistryError(reason: .denied, message: text)),
                        at: date
                    )
                }
            case nil: break
            }
            knowledge[workload.id] = known
        }
        let pods = await reader.pods(of: workloads.filter { needsPods($0, knowledge[$0.id]) })
        var verdicts: [WorkloadVerdict] = []
        var seen: [String: ContinuousClock.Instant] = [:]
        for workload in workloads {
            var known = knowledge[workload.id] ?? .init()
            switch pods[workload.id] {
            case .success(let list):
                known.pods = list
                if workload.state.phase != nil {
                    known.progress = watch.look(at: workload, pods: list, now: .now)
                    known.isChanged = await runs.isChanged(workload)
                }
            case .failure(let error):
                logger.warning(
                    "pods cannot be read",
                    metadata: ["sync.project": "\(project.name)", "sync.error": "\(error)"]
                )
            // They were not read, because nothing has changed since they were last seen.
            case nil: known.seen = proofs[workload.object.uid ?? ""]?.running
            }
            var verdict = planner.verdict(on: workload, known)
            if case .undo(let changes, _, _) = verdict.action {
                known.gone = await gone(changes, subjects[workload.id])
                if !known.gone.isEmpty { verdict = planner.verdict(on: workload, known) }
            }
            verdict = await withoutEquivalents(verdict, subjects[workload.id])
            verdict = await withoutHaste(verdict, subjects[workload.id], seen: known.sightings)
            if let uid = workload.object.uid, let since = strangers[uid] { seen[uid] = since }
            remember(verdict, known.pods != nil)
            verdicts.append(verdict)
        }
        strangers = seen
        return verdicts
    }

    /// Whether the decision needs to know what the pods run: a rollout is under way, or the tag points to a digest that
    /// was not rolled out here and the pods were not read since.
    private func needsPods(_ workload: FollowedWorkload, _ knowledge: RolloutPlanner.Knowledge?) -> Bool {
        if workload.state.phase != nil { return true }
        let proof = proofs[workload.object.uid ?? ""]
        return workload.containers.contains { container in
            if container.pin != nil { return proof?.generation != workload.object.generation }
            guard let reading = try? knowledge?.sightings[container.reference]?.result.get() else { return false }
            if let recorded = container.recorded, reading.digests.contains(recorded), proof != nil { return false }
            return proof?.generation != workload.object.generation || proof?.digests[container.name] != reading.digest
        }
    }

    private func remember(_ verdict: WorkloadVerdict, _ hasPods: Bool) {
        guard let uid = verdict.workload.object.uid else { return }
        guard verdict.action == nil, hasPods, verdict.workload.state.phase == nil,
            verdict.containers.allSatisfy({ [.current, .pinned, .held, .quarantined].contains($0.state) })
        else {
            if hasPods { proofs[uid] = nil }
            return
        }
        if proofs.count > 20_000 { proofs = [:] }
        var digests: [String: ImageDigest] = [:]
        var running: [String: [ImageDigest]] = [:]
        for container in verdict.containers {
            digests[container.container.name] = container.registry
            running[container.container.name] = container.running
        }
        proofs[uid] = Proof(
            generation: verdict.workload.object.generation ?? 0,
            digests: digests,
            running: running
        )
    }

    /// Which of the digests that an undo would bring back the registry no longer has.
    private func gone(
        _ changes: [ImageChange],
        _ subjects: Result<[ImageReference: TagPoller.Subject], KubeError>?
    ) async -> Set<ImageDigest> {
        guard case .success(let images) = subjects else { return [] }
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

    /// The verdict without rollouts that would bring the same software under another name: an index whose attestations
    /// alone have changed.
    private func withoutEquivalents(
        _ verdict: WorkloadVerdict,
        _ subjects: Result<[ImageReference: TagPoller.Subject], KubeError>?
    ) async -> WorkloadVerdict {
        guard case .restart(let changes, _) = verdict.action, case .success(let images) = subjects else {
            return verdict
        }
        for change in changes {
            guard verdict.workload.containers.first(where: { $0.name == change.container })?.pin == nil,
                let from = change.from, let subject = images[change.reference],
                await isSame(from, change.to, subject)
            else { return verdict }
        }
        return WorkloadVerdict(
            workload: verdict.workload,
            containers: verdict.containers.map { container in
                changes.contains { $0.container == container.container.name }
                    ? container.with(.current, "the tag's index is another one, and holds the same images") : container
            },
            action: nil
        )
    }

    /// The verdict without a rollout that a second one would follow: images of one workload that were pushed together are
    /// not polled at the same moment, so the others are asked first. What polls have told since the verdict was made counts
    /// as not asked yet: the next look decides with it.
    private func withoutHaste(
        _ verdict: WorkloadVerdict,
        _ subjects: Result<[ImageReference: TagPoller.Subject], KubeError>?,
        seen: [ImageReference: TagSighting]
    ) async -> WorkloadVerdict {
        guard case .restart(let changes, _) = verdict.action, case .success(let images) = subjects else {
            strangers[verdict.workload.object.uid ?? ""] = nil
            return verdict
        }
        let moved = Set(changes.compactMap { images[$0.reference] })
        let others = await poller.late(Set(images.values).subtracting(moved), behind: moved)
        let hasNews = await poller.hasNews(images, since: seen)
        if !others.isEmpty || hasNews {
            isWaitingForPolls = true
            return verdict.waiting(
                others.isEmpty
                    ? "an image of the workload has moved once more since it was looked at; it is looked at again first"
                    : "the workload's other images are asked first, because they may have moved, too"
            )
        }
        return await withoutStrangers(verdict, changes, images)
    }

    /// The verdict without a rollout of pods that may be newer than the last poll: they run what no poll has seen. The tag is
    /// asked once more before that is believed to be old.
    private func withoutStrangers(
        _ verdict: WorkloadVerdict,
        _ changes: [ImageChange],
        _ images: [ImageReference: TagPoller.Subject]
    ) async -> WorkloadVerdict {
        let uid = verdict.workload.object.uid ?? ""
        var asked: Set<TagPoller.Subject> = []
        for change in changes {
            guard let subject = images[change.reference], let sighting = await poller.sighting(of: subject),
                let container = verdict.containers.first(where: { $0.container.name == change.container })
            else { continue }
            let known = sighting.earlier.reduce(into: Set(container.container.recorded.map { [$0] } ?? [])) {
                $0.formUnion($1.digests.union($1.configDigests))
            }
            if !known.isSuperset(of: container.running) { asked.insert(subject) }
        }
        guard !asked.isEmpty else {
            strangers[uid] = nil
            return verdict
        }
        let since = strangers[uid] ?? .now
        strangers[uid] = since
        guard !(await poller.late(asked, since: since)).isEmpty else { return verdict }
        isWaitingForPolls = true
        return verdict.waiting("the pods run what no poll has seen; the tag is asked once more")
    }

    private func isSame(_ old: ImageDigest, _ new: ImageDigest, _ subject: TagPoller.Subject) async -> Bool {
        let key = "\(subject.image.name) \(old) \(new)"
        if let known = equivalents[key] { return known }
        guard let sighting = await poller.sighting(of: subject), let reading = try? sighting.result.get(),
            reading.digest == new, reading.isIndex
        else { return false }
        var before = sighting.earlier.last { $0.digest == old }
        if before == nil { before = try? await poller.reading(of: old, subject).get() }
        guard let before else { return false }
        let isSame = before.platformDigests == reading.platformDigests && !reading.platformDigests.isEmpty
        if equivalents.count > 10_000 { equivalents = [:] }
        equivalents[key] = isSame
        return isSame
    }
}

extension ContainerVerdict {
    /// The same container in another state.
    func with(_ state: ImageState, _ detail: String) -> ContainerVerdict {
        ContainerVerdict(container: container, state: state, detail: detail, running: running, registry: registry)
    }
}
