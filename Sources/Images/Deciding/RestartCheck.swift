// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import OCIRegistry

/// The second thoughts before a restart: whether it would bring anything new, whether a second one would follow it, and whether
/// the pods are newer than the last poll. What it remembers saves requests and measures time.
actor RestartCheck {
    /// By image of one workload, the question for the registry.
    typealias Images = [ImageReference: TagPoller.Subject]

    /// A verdict after the check.
    enum Outcome: Sendable {
        /// It may be carried out.
        case ready(WorkloadVerdict)
        /// It waits for polls that are about to happen.
        case awaitingPolls(WorkloadVerdict)

        var verdict: WorkloadVerdict {
            switch self {
            case .ready(let verdict), .awaitingPolls(let verdict): verdict
            }
        }
    }

    private static let maxEquivalents = 10_000

    private let poller: TagPoller
    /// Since when pods of a workload are known to run what no poll has seen, by the workload's uid.
    private var strangers: [String: ContinuousClock.Instant] = [:]
    /// By image, the pairs of digests that were compared, and whether they are the same software.
    private var equivalents: [String: Bool] = [:]

    init(poller: TagPoller) { self.poller = poller }

    /// Checks a verdict; one that starts no pods passes.
    ///
    /// - Parameters:
    ///   - verdict: As the planner has it.
    ///   - images: The images of its workload; nil when its pull secrets could not be read.
    ///   - seen: By image, what the verdict was made of.
    /// - Returns: The verdict, or one that waits.
    func checked(
        _ verdict: WorkloadVerdict,
        _ images: Images?,
        seen: [ImageReference: TagSighting]
    ) async -> Outcome {
        let uid = verdict.workload.object.uid ?? ""
        guard case .restart(let changes, _) = verdict.action, let images else {
            strangers[uid] = nil
            return .ready(verdict)
        }
        if await isNothingNew(changes, of: verdict.workload, images) {
            strangers[uid] = nil
            return .ready(verdict.equivalent(changes))
        }
        if let reason = await haste(changes, images, seen) { return .awaitingPolls(verdict.waiting(reason)) }
        return await withoutStrangers(verdict, changes, images)
    }

    /// Forgets the workloads that are not there any more.
    func keep(only workloads: [FollowedWorkload]) {
        let uids = Set(workloads.compactMap(\.object.uid))
        strangers = strangers.filter { uids.contains($0.key) }
    }

    /// Whether the changes would bring the same software under another name: an index whose attestations alone have changed.
    private func isNothingNew(_ changes: [ImageChange], of workload: FollowedWorkload, _ images: Images) async -> Bool {
        for change in changes {
            guard workload.containers.first(where: { $0.name == change.container })?.pin == nil,
                let from = change.from, let subject = images[change.reference],
                await isSame(from, change.to, subject)
            else { return false }
        }
        return true
    }

    /// Why a second restart might follow this one; nil when none would. Images of one workload that were pushed together are
    /// not polled at the same moment, so the others are asked first. What polls have told since the verdict was made counts
    /// as not asked yet: the next look decides with it.
    private func haste(
        _ changes: [ImageChange],
        _ images: Images,
        _ seen: [ImageReference: TagSighting]
    ) async -> String? {
        let moved = Set(changes.compactMap { images[$0.reference] })
        let others = await poller.late(Set(images.values).subtracting(moved), behind: moved)
        let hasNews = await poller.hasNews(images, since: seen)
        if !others.isEmpty { return "the workload's other images are asked first, because they may have moved, too" }
        guard hasNews else { return nil }
        return "an image of the workload has moved once more since it was looked at; it is looked at again first"
    }

    /// The verdict without a rollout of pods that may be newer than the last poll: they run what no poll has seen. The tag is
    /// asked once more before that is believed to be old.
    private func withoutStrangers(
        _ verdict: WorkloadVerdict,
        _ changes: [ImageChange],
        _ images: Images
    ) async -> Outcome {
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
            return .ready(verdict)
        }
        let since = strangers[uid] ?? .now
        strangers[uid] = since
        guard !(await poller.late(asked, since: since)).isEmpty else { return .ready(verdict) }
        return .awaitingPolls(verdict.waiting("the pods run what no poll has seen; the tag is asked once more"))
    }

    private func isSame(_ old: ImageDigest, _ new: ImageDigest, _ subject: TagPoller.Subject) async -> Bool {
        let key = "\(subject.image.name) \(old) \(new)"
        if let known = equivalents[key] { return known }
        guard let sighting = await poller.sighting(of: subject), let reading = try? sighting.result.get(),
            reading.digest == new, reading.isIndex
        else { return false }
        var before = sighting.earlier.last { $0.digest == old }
        // A digest that cannot be read counts as other software: at worst the workload is restarted once more.
        if before == nil { before = try? await poller.reading(of: old, subject).get() }
        guard let before else { return false }
        let isSame = before.platformDigests == reading.platformDigests && !reading.platformDigests.isEmpty
        if equivalents.count > Self.maxEquivalents { equivalents = [:] }
        equivalents[key] = isSame
        return isSame
    }
}
