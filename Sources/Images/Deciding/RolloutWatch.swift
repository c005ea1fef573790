// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import PlainText
import SyncObserve
import SyncPlan

/// How far a rollout has come.
package enum RolloutProgress: Sendable, Hashable {
    /// It may still succeed; the text says what it waits for.
    case underWay(String)
    case complete
    /// It will not succeed: one line, not redacted yet, and the containers whose image is the cause where that is known.
    case failed(String, culprits: Set<String>)
}

/// Judges the rollouts that are under way, round by round. The caller passes the time of a clock that never jumps.
/// After a restart of the process the deadlines begin anew.
package struct RolloutWatch: Sendable {
    /// Identifies a rollout: the incarnation of the workload, when it began, and whether it brings new digests or the
    /// old ones.
    private struct Key: Sendable, Hashable {
        let uid: String
        let startedAt: String?
        let phase: RolloutState.Phase?
    }

    private struct Entry: Sendable {
        /// When it was first seen, or when a pause ended.
        var since: ContinuousClock.Instant
        /// Since when the workload has been healthy in every round.
        var wellSince: ContinuousClock.Instant?
        /// When each pod was first seen to fail.
        var failingSince: [String: ContinuousClock.Instant] = [:]
    }

    /// How long a crash loop or an image that cannot be pulled may last.
    private let patience: Duration
    /// How long a workload must stay healthy. Without a readiness probe a pod is ready as soon as it runs, and a
    /// container that crashes runs for a moment.
    private var settling: Duration { patience / 2 }
    /// How long new pods may take to become ready.
    private let deadline: Duration
    private var entries: [Key: Entry] = [:]

    package init(patience: Duration = .seconds(20), deadline: Duration) {
        self.patience = patience
        self.deadline = deadline
    }

    /// Judges one rollout.
    ///
    /// - Parameters:
    ///   - workload: With a rollout under way.
    ///   - pods: The workload's pods.
    ///   - now: The time of this round.
    /// - Returns: How far it is.
    package mutating func look(
        at workload: FollowedWorkload,
        pods: [PodImages],
        now: ContinuousClock.Instant
    ) -> RolloutProgress {
        let state = workload.state
        let key = Key(uid: workload.object.uid ?? "", startedAt: state.startedAt, phase: state.phase)
        var entry = entries[key] ?? Entry(since: now)
        defer { entries[key] = entry }
        let trying = state.containers.compactMapValues(\.trying)
        let new = pods.filter { pod in
            trying.contains { pod.rolled[$0.key] == $0.value } && !RolloutWatch.isOlder(pod, than: state)
        }
        if workload.object.gvk.kind == "CronJob" { return judge(runs: new, &entry, now) }
        let verdict = Kstatus.status(of: workload.object)
        if verdict.status == .current {
            let since = entry.wellSince ?? now
            entry.wellSince = since
            return since.duration(to: now) >= settling ? .complete : .underWay("is well; it is watched for a moment")
        }
        entry.wellSince = nil
        if let failure = judge(failing: new, &entry, now) { return failure }
        if verdict.status == .failed { return .failed(verdict.message, culprits: []) }
        if workload.object.spec?["paused"]?.bool == true {
            entry.since = now
            return .underWay(verdict.message)
        }
        guard entry.since.duration(to: now) < deadline else {
            let why = new.compactMap { pod in pod.trouble.map { "pod \(pod.name): \($0.text)" } }.min()
            let text = "not ready within \(DurationText.describe(deadline)): \(why ?? verdict.message)"
            return .failed(text, culprits: Set(new.flatMap(\.failing)))
        }
        return .underWay(verdict.message)
    }

    /// Whether a pod was made by an earlier rollout, perhaps of the same digest.
    private static func isOlder(_ pod: PodImages, than state: RolloutState) -> Bool {
        guard let begun = state.startedAt.flatMap({ try? Date($0, strategy: .iso8601) }),
            let made = pod.restartedAt.flatMap({ try? Date($0, strategy: .iso8601) })
        else { return false }
        return made < begun
    }

    /// Forgets the rollouts that are over.
    package mutating func keep(only workloads: [FollowedWorkload]) {
        let uids = Set(workloads.filter { $0.state.phase != nil }.compactMap(\.object.uid))
        entries = entries.filter { uids.contains($0.key.uid) }
    }

    private func judge(
        failing pods: [PodImages],
        _ entry: inout Entry,
        _ now: ContinuousClock.Instant
    ) -> RolloutProgress? {
        var failing: [String: ContinuousClock.Instant] = [:]
        for pod in pods where pod.isAlive && !pod.failing.isEmpty {
            failing[pod.uid] = entry.failingSince[pod.uid] ?? now
        }
        // A container that crashes runs for a moment now and then: the failure is forgotten only once the pod was
        // healthy.
        for (uid, since) in entry.failingSince
        where pods.contains(where: { $0.uid == uid && !$0.isReady && $0.isAlive }) {
            failing[uid] = since
        }
        entry.failingSince = failing
        let lost = pods.filter { pod in
            guard let since = failing[pod.uid] else { return false }
            return pod.trouble?.severity == .hopeless || since.duration(to: now) >= patience
        }
        guard let worst = lost.min(by: { $0.name < $1.name }) else { return nil }
        return .failed(
            "pod \(worst.name): \(worst.trouble?.text ?? "keeps failing")",
            culprits: lost.reduce(into: []) { $0.formUnion($1.failing) }
        )
    }

    /// A CronJob uses the new image only at its next run; there is no deadline until then.
    private func judge(
        runs pods: [PodImages],
        _ entry: inout Entry,
        _ now: ContinuousClock.Instant
    ) -> RolloutProgress {
        if pods.contains(where: { $0.phase == "Succeeded" }) { return .complete }
        if let failure = judge(failing: pods, &entry, now) { return failure }
        let failed = pods.filter { $0.phase == "Failed" || ($0.isAlive && $0.trouble?.severity == .hopeless) }
        guard failed.count >= 2 || failed.contains(where: { $0.trouble?.severity == .hopeless }) else {
            return .underWay(pods.isEmpty ? "shows at its next run" : "its run has not ended yet")
        }
        let first = failed.min { $0.name < $1.name }
        return .failed(
            "pod \(first?.name ?? ""): \(first?.trouble?.text ?? "has failed")",
            culprits: Set(failed.flatMap(\.failing))
        )
    }
}
