// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncObserve
import SyncPlan
import SyncRecord

/// Decides, from what git has, what the registry says and what the pods run, whether a workload is to be rolled out, taken
/// back, or left alone. Pure: no I/O and no clock of its own.
package struct RolloutPlanner: Sendable {
    /// What is known of one workload beside the object itself.
    package struct Knowledge: Sendable {
        /// The workload's pods; nil when they were not read.
        package var pods: [PodImages]?
        /// By container, what the pods ran when they were last read, if nothing has changed since; nil otherwise.
        package var seen: [String: [ImageDigest]]?
        /// By image, what the last polls said.
        package var sightings: [ImageReference: TagSighting]
        /// What a person has ordered; nil without an order.
        package var order: ImageOrder?
        /// How far its rollout is; nil while none is under way.
        package var progress: RolloutProgress?
        /// Whether somebody else has changed the pod template since the rollout under way began.
        package var isChanged = false
        /// Digests that the registry no longer has.
        package var gone: Set<ImageDigest> = []

        package init(
            pods: [PodImages]? = nil,
            sightings: [ImageReference: TagSighting] = [:],
            order: ImageOrder? = nil,
            progress: RolloutProgress? = nil
        ) {
            self.pods = pods
            self.sightings = sightings
            self.order = order
            self.progress = progress
        }
    }

    let policy: ImagePolicy
    let now: Date

    package init(policy: ImagePolicy, now: Date) {
        self.policy = policy
        self.now = now
    }

    /// Decides about one workload.
    package func verdict(on workload: FollowedWorkload, _ knowledge: Knowledge) -> WorkloadVerdict {
        if let again = undoneAgain(workload) { return again }
        let state = current(workload)
        if state.phase != nil {
            return underWay(workload, state, knowledge)
        }
        var containers: [ContainerVerdict] = []
        var changes: [ImageChange] = []
        for container in workload.containers {
            let (verdict, change) = examine(container, of: workload, state, knowledge)
            containers.append(verdict)
            if let change { changes.append(change) }
        }
        if workload.state.phase != nil || lostPin(workload, state) {
            let action: RolloutAction =
                workload.state.phase != nil ? .conclude(state: state, ending: .overtaken) : .tidy(state: state)
            return WorkloadVerdict(workload: workload, containers: containers, action: action)
        }
        guard !changes.isEmpty else { return WorkloadVerdict(workload: workload, containers: containers, action: nil) }
        let next = restarted(workload, state, changes, knowledge)
        return WorkloadVerdict(workload: workload, containers: containers, action: .restart(changes, state: next))
    }

    /// What the workload remembers and what still holds of it: git may have changed or removed an image since.
    private func current(_ workload: FollowedWorkload) -> RolloutState {
        var state = workload.state
        for (name, known) in state.containers {
            let live = workload.liveImage(of: name)
            let isPinned = known.pin.map { ImagePins.pinned(known.image, to: $0) == live } ?? false
            if !isPinned, live != known.image {
                state.containers[name] = nil
                continue
            }
            // The pin was removed by another writer.
            if !isPinned { state.containers[name]?.pin = nil }
            // A container that is no longer followed keeps its pin and its quarantine, and gets no more rollouts.
            if !workload.containers.contains(where: { $0.name == name }) { state.containers[name]?.trying = nil }
        }
        if !state.containers.values.contains(where: { $0.trying != nil }) { state.phase = nil }
        return state
    }

    /// Whether a pin is recorded that a change in git has ended, or that another writer has removed.
    private func lostPin(_ workload: FollowedWorkload, _ state: RolloutState) -> Bool {
        workload.state.containers.contains { $0.value.pin != nil && state.containers[$0.key]?.pin == nil }
    }

    /// What the workload remembers once the restart is sent.
    private func restarted(
        _ workload: FollowedWorkload,
        _ state: RolloutState,
        _ changes: [ImageChange],
        _ knowledge: Knowledge
    ) -> RolloutState {
        let isWell = Kstatus.status(of: workload.object).status == .current
        var next = state
        for change in changes {
            var container = next.containers[change.container] ?? RolloutState.Container(image: change.image)
            // What runs now is the last good one, if it is well, also where others brought it; noted by the tag's digest where
            // that is known.
            let recorded = workload.containers.first { $0.name == change.container }?.recorded.map { "\($0)" }
            if isWell, let from = change.from {
                let wasTagged = knowledge.sightings[change.reference]?.earlier.contains { $0.digest == from } ?? false
                if container.good == nil || container.good != recorded || wasTagged {
                    container.good = "\(from)"
                    container.bad.removeAll { $0 == "\(from)" }
                }
            }
            container.trying = "\(change.to)"
            container.pin = nil
            // The digest was released, or is not in quarantine: it is tried.
            container.bad.removeAll { $0 == "\(change.to)" }
            if let order = knowledge.order, order.kind == .release { container.heard = order.mark }
            next.containers[change.container] = container
        }
        next.phase = .rolling
        next.startedAt = now.ISO8601Format()
        return next
    }

    /// What the pods of a workload run in one container, ascending.
    func running(_ container: FollowedContainer, _ knowledge: Knowledge) -> [ImageDigest] {
        guard let pods = knowledge.pods else { return knowledge.seen?[container.name] ?? [] }
        let shown = pods.filter { $0.isAlive || $0.phase == "Succeeded" }.compactMap { pod in
            pod.digests[container.name] ?? pod.configs[container.name]
        }
        return Set(shown).sorted()
    }
}
