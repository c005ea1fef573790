// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import OCIRegistry

/// What the pods of workloads were seen to run when nothing was to be done, so that they are not read again while nothing
/// changes. Losing it costs requests only.
struct PodMemory: Sendable {
    /// One reading of a workload's pods.
    private struct Proof: Sendable, Hashable {
        let generation: Int64
        /// By container, what the tag pointed to.
        let digests: [String: ImageDigest]
        let running: [String: [ImageDigest]]
    }

    private static let maxKept = 20_000

    /// By the workload's uid.
    private var proofs: [String: Proof] = [:]

    /// By container, what a workload's pods were seen to run; nil when that is not known.
    func running(of workload: FollowedWorkload) -> [String: [ImageDigest]]? {
        proofs[workload.object.uid ?? ""]?.running
    }

    /// Whether the decision needs to know what the pods run: a rollout is under way, or the tag points to a digest that
    /// was not rolled out here and the pods were not read since.
    func needsPods(_ workload: FollowedWorkload, _ sightings: [ImageReference: TagSighting]) -> Bool {
        if workload.state.phase != nil { return true }
        let proof = proofs[workload.object.uid ?? ""]
        return workload.containers.contains { container in
            if container.pin != nil { return proof?.generation != workload.object.generation }
            guard let reading = try? sightings[container.reference]?.result.get() else { return false }
            if let recorded = container.recorded, reading.digests.contains(recorded), proof != nil { return false }
            return proof?.generation != workload.object.generation || proof?.digests[container.name] != reading.digest
        }
    }

    /// Remembers what was seen of a workload of which nothing is to be done; forgets the others.
    mutating func remember(_ verdict: WorkloadVerdict, hasPods: Bool) {
        guard let uid = verdict.workload.object.uid else { return }
        guard verdict.action == nil, hasPods, verdict.workload.state.phase == nil,
            verdict.containers.allSatisfy({ [.current, .pinned, .held, .quarantined].contains($0.state) })
        else {
            if hasPods { proofs[uid] = nil }
            return
        }
        if proofs.count > Self.maxKept { proofs = [:] }
        var digests: [String: ImageDigest] = [:]
        var running: [String: [ImageDigest]] = [:]
        for container in verdict.containers {
            digests[container.container.name] = container.registry
            running[container.container.name] = container.running
        }
        let generation = verdict.workload.object.generation ?? 0
        proofs[uid] = Proof(generation: generation, digests: digests, running: running)
    }
}
