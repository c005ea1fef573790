// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncObserve
import SyncPlan
import SyncRecord

/// One container of a workload of which no rollout is under way.
extension RolloutPlanner {
    private typealias Finding = (state: ImageState, detail: String, isDue: Bool)

    /// The state of the container, and the change that it needs; nil when it needs none.
    func examine(
        _ container: FollowedContainer,
        of workload: FollowedWorkload,
        _ state: RolloutState,
        _ knowledge: Knowledge
    ) -> (ContainerVerdict, ImageChange?) {
        let running = running(container, knowledge)
        func verdict(_ finding: Finding, _ reading: TagReading?) -> ContainerVerdict {
            ContainerVerdict(
                container: container,
                state: finding.state,
                detail: finding.detail,
                running: running,
                registry: reading?.digest
            )
        }
        guard let sighting = knowledge.sightings[container.reference] else {
            return (verdict((.unknown, "not asked yet", false), nil), nil)
        }
        let reading: TagReading
        switch sighting.result {
        case .success(let value): reading = value
        case .failure(let error):
            let isMissing = [.tagMissing, .repositoryMissing].contains(error.reason)
            return (verdict((isMissing ? .missing : .unreadable, error.message, false), sighting.known), nil)
        }
        var finding = finding(container, of: workload, state, knowledge, sighting, reading, running)
        if let order = knowledge.order, order.kind == .hold, [.current, .idle].contains(finding.state) {
            finding = (.held, "held by \(order.person); nothing new is there", false)
        }
        guard finding.isDue else { return (verdict(finding, reading), nil) }
        let change = ImageChange(
            of: container,
            from: before(container, sighting, knowledge.pods ?? [], running),
            to: reading.digest,
            provenance: reading.provenance
        )
        return (verdict(finding, reading), change)
    }

    private func finding(
        _ container: FollowedContainer,
        of workload: FollowedWorkload,
        _ state: RolloutState,
        _ knowledge: Knowledge,
        _ sighting: TagSighting,
        _ reading: TagReading,
        _ running: [ImageDigest]
    ) -> Finding {
        let digests = reading.digests.union(reading.configDigests)
        let known = state.containers[container.name]
        let isReleased = isReleased(known, knowledge.order)
        if let bad = known?.bad, bad.contains(where: { text in digests.contains { "\($0)" == text } }), !isReleased {
            let hint = container.pin.map { "; \($0.shortText) runs instead" } ?? ""
            return (
                .quarantined,
                "\(reading.digest.shortText) has failed here and is not tried again\(hint): push another image, or allow"
                    + " it with `sternpost images release`", false
            )
        }
        if let pin = container.pin, digests.contains(pin), !isReleased {
            return (.pinned, "the tag points to the last good image again", false)
        }
        if container.pin == nil {
            if let recorded = container.recorded, digests.contains(recorded) { return (.current, "", false) }
            guard knowledge.pods != nil || knowledge.seen != nil else {
                return (.unreadable, "the pods could not be read", false)
            }
            if running.isEmpty { return idle(container, of: workload) }
            if running.allSatisfy(digests.contains) { return (.current, "", false) }
            if running.contains(where: digests.contains), Kstatus.status(of: workload.object).status == .inProgress {
                let new = reading.digest.shortText
                return (.waiting, "\(new) is there, and the pods are being replaced already", false)
            }
        }
        if let order = knowledge.order, order.kind == .hold {
            return (.held, "\(reading.digest.shortText) is there; held by \(order.person)", false)
        }
        return dueOrNot(container, of: workload, state, sighting, reading)
    }

    /// New pods pull from the registry by themselves, so a workload without pods misses nothing.
    private func idle(_ container: FollowedContainer, of workload: FollowedWorkload) -> Finding {
        if workload.replicas == 0 { return (.idle, "no pods are wanted", false) }
        if workload.object.gvk.kind == "CronJob" { return (.idle, "no run is to be seen", false) }
        return (.idle, "no pod has started yet", false)
    }

    /// The tag has a new digest: whether it may be rolled out now.
    private func dueOrNot(
        _ container: FollowedContainer,
        of workload: FollowedWorkload,
        _ state: RolloutState,
        _ sighting: TagSighting,
        _ reading: TagReading
    ) -> Finding {
        let new = reading.digest.shortText
        if container.pullPolicy != .always {
            return (
                .blocked,
                "\(new) is there, but imagePullPolicy is \(container.pullPolicy.rawValue): new pods may start with the old"
                    + " image that the node has; set it to Always", false
            )
        }
        if let obstacle = workload.obstacle { return (.blocked, "\(new) is there, but \(obstacle)", false) }
        if sighting.isReturning || wasHere(reading.digest, state.containers[container.name]), sighting.polls < 2 {
            return (.waiting, "\(new) is back; a second look decides, because registries may lag", false)
        }
        if let last = workload.state.startedAt.flatMap({ try? Date($0, strategy: .iso8601) }) {
            let pause = Double(policy.interval.components.seconds)
            // A clock that was set back must not stop rollouts for ever.
            if (0..<pause).contains(now.timeIntervalSince(last)) {
                return (.waiting, "\(new) is there; the last rollout is too fresh", false)
            }
        }
        if !policy.windows.isEmpty, !policy.windows.contains(where: { $0.contains(now) }) {
            let windows = policy.windows.map(\.description).joined(separator: ", ")
            return (.waiting, "\(new) is there; it waits for \(windows)", false)
        }
        return (.waiting, "\(new) is there", true)
    }

    /// Whether the workload's annotations say that a digest was rolled out, or replaced, before. So a process that has
    /// just started does not roll back because of a registry whose replicas lag.
    private func wasHere(_ digest: ImageDigest, _ known: RolloutState.Container?) -> Bool {
        if known?.good == "\(digest)" { return true }
        return known?.last?.result == "completed" && known?.last?.from == "\(digest)"
    }

    /// Whether a person released the container's failed digests after the last of them failed. Decided by which order
    /// was known at that time and not by the clock, because clocks jump.
    private func isReleased(_ known: RolloutState.Container?, _ order: ImageOrder?) -> Bool {
        guard let order, order.kind == .release else { return false }
        if let heard = known?.heard { return heard != order.mark }
        guard let failed = known?.last.flatMap({ try? Date($0.at, strategy: .iso8601) }) else { return true }
        return order.at > failed
    }

    /// What ran before, by the digest that the tag had: the pin, or what all pods agree on, or what was rolled out.
    private func before(
        _ container: FollowedContainer,
        _ sighting: TagSighting,
        _ pods: [PodImages],
        _ running: [ImageDigest]
    ) -> ImageDigest? {
        if let pin = container.pin { return pin }
        if let recorded = container.recorded, running.allSatisfy({ $0 == recorded }) { return recorded }
        guard let first = running.first else { return container.recorded }
        for reading in sighting.earlier.reversed() {
            let digests = reading.digests.union(reading.configDigests)
            if running.allSatisfy(digests.contains) { return reading.digest }
        }
        // A digest of a configuration names nothing that could be pulled.
        return running.count == 1 && pods.contains { $0.digests[container.name] == first } ? first : nil
    }
}

extension ImageOrder {
    /// Identifies this order among those of the same workload: its time, in milliseconds.
    var mark: String { String(Int64((at.timeIntervalSince1970 * 1000).rounded())) }
}
