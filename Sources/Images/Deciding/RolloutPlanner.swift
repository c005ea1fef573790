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

    // MARK: rollouts under way

    private func underWay(
        _ workload: FollowedWorkload,
        _ state: RolloutState,
        _ knowledge: Knowledge
    ) -> WorkloadVerdict {
        let isUndoing = state.phase == .undoing
        var detail = ""
        var action: RolloutAction?
        switch knowledge.progress {
        case nil: detail = "the pods could not be read"
        case .underWay(let text): detail = text
        case .complete: action = concluded(workload, state, knowledge)
        case .failed(let reason, let culprits):
            detail = reason
            action =
                isUndoing
                ? lost(workload, state, reason)
                : knowledge.isChanged
                    ? unblamed(workload, state, reason) : undone(workload, state, reason, culprits, knowledge)
        }
        let containers = workload.containers.map { container in
            let isRolling = state.containers[container.name]?.trying != nil
            return ContainerVerdict(
                container: container,
                state: isRolling ? (isUndoing ? .undoing : .rolling) : .current,
                detail: isRolling ? detail : "",
                running: running(container, knowledge),
                registry: (try? knowledge.sightings[container.reference]?.result.get())?.digest
            )
        }
        return WorkloadVerdict(workload: workload, containers: containers, action: action)
    }

    private func concluded(
        _ workload: FollowedWorkload,
        _ state: RolloutState,
        _ knowledge: Knowledge
    ) -> RolloutAction {
        let changes = trials(workload, state)
        var next = state
        for change in changes {
            next.containers[change.container]?.trying = nil
            if state.phase == .undoing {
                let bad = state.containers[change.container]?.bad.last
                note(&next, change.container, from: bad, to: "\(change.to)", .undone)
            } else {
                note(&next, change.container, from: change.from.map { "\($0)" }, to: "\(change.to)", .completed)
                if let proven = proven(change, workload, knowledge) {
                    next.containers[change.container]?.good = "\(proven)"
                }
            }
        }
        next.phase = nil
        return .conclude(state: next, ending: state.phase == .undoing ? .undone(changes) : .completed(changes))
    }

    /// What a complete rollout has shown to be good: what the pods run. The tag may have moved once more before they pulled
    /// it; nil when no pod runs.
    private func proven(
        _ change: ImageChange,
        _ workload: FollowedWorkload,
        _ knowledge: Knowledge
    ) -> ImageDigest? {
        guard knowledge.pods != nil, let container = workload.containers.first(where: { $0.name == change.container })
        else { return change.to }
        let running = running(container, knowledge)
        if running.isEmpty { return nil }
        guard let sighting = knowledge.sightings[change.reference], let known = sighting.known else { return change.to }
        let fitting = (sighting.earlier + [known]).filter { reading in
            running.allSatisfy(reading.digests.union(reading.configDigests).contains)
        }
        return fitting.contains { $0.digest == change.to } ? change.to : fitting.last?.digest ?? change.to
    }

    /// A failed rollout: goes back to the last good digests where all of them are known; otherwise it is only reported.
    private func undone(
        _ workload: FollowedWorkload,
        _ state: RolloutState,
        _ reason: String,
        _ culprits: Set<String>,
        _ knowledge: Knowledge
    ) -> RolloutAction {
        let gone = knowledge.gone
        let changes = trials(workload, state)
        let guilty = culprits.intersection(changes.map(\.container))
        var next = state
        for change in changes where guilty.isEmpty || guilty.contains(change.container) {
            next.quarantine("\(change.to)", of: change.container)
            next.containers[change.container]?.heard = knowledge.order?.mark ?? ""
        }
        // A digest that has failed, now or before, is not a digest to go back to.
        let goods = changes.map { change -> ImageDigest? in
            guard let known = next.containers[change.container], let good = known.good, !known.bad.contains(good) else {
                return nil
            }
            return ImageDigest(good)
        }
        guard policy.undo, goods.allSatisfy({ $0.map { !gone.contains($0) } ?? false }) else {
            for change in changes {
                next.containers[change.container]?.trying = nil
                note(&next, change.container, from: change.from.map { "\($0)" }, to: "\(change.to)", .failed)
            }
            next.phase = nil
            let cause =
                !policy.undo
                ? "undo is off (spec.images.undo)"
                : gone.isEmpty
                    ? "no image is known that was well before"
                    : "the last good image is not in the registry any more"
            let remedy = "\(cause); push a good image, or change the image in git"
            return .conclude(state: next, ending: .failed(changes, reason: "\(reason); \(remedy)"))
        }
        var back: [ImageChange] = []
        for (change, good) in zip(changes, goods) {
            guard let good else { continue }
            next.containers[change.container]?.trying = "\(good)"
            next.containers[change.container]?.pin = "\(good)"
            back.append(
                ImageChange(
                    container: change.container,
                    image: change.image,
                    reference: change.reference,
                    from: change.to,
                    to: good,
                    provenance: ImageProvenance()
                )
            )
        }
        next.phase = .undoing
        next.startedAt = now.ISO8601Format()
        return .undo(back, state: next, reason: reason)
    }

    /// A rollout that failed after another writer had changed the workload: the image may not be the cause.
    private func unblamed(_ workload: FollowedWorkload, _ state: RolloutState, _ reason: String) -> RolloutAction {
        let changes = trials(workload, state)
        var next = state
        for change in changes {
            next.containers[change.container]?.trying = nil
            note(&next, change.container, from: change.from.map { "\($0)" }, to: "\(change.to)", .failed)
        }
        next.phase = nil
        let text = "\(reason); the workload was changed while it rolled out, so the image is not blamed, and not undone"
        return .conclude(state: next, ending: .failed(changes, reason: text))
    }

    /// The undo has failed, too.
    private func lost(_ workload: FollowedWorkload, _ state: RolloutState, _ reason: String) -> RolloutAction {
        let changes = trials(workload, state)
        var next = state
        for change in changes {
            next.containers[change.container]?.trying = nil
            note(&next, change.container, from: change.from.map { "\($0)" }, to: "\(change.to)", .failed)
        }
        next.phase = nil
        let text = "the last good image is not well either: \(reason); look at the workload"
        return .conclude(state: next, ending: .failed(changes, reason: text))
    }

    /// What the rollout under way brings.
    private func trials(_ workload: FollowedWorkload, _ state: RolloutState) -> [ImageChange] {
        workload.containers.compactMap { container in
            guard let known = state.containers[container.name], let to = known.trying.flatMap({ ImageDigest($0) })
            else { return nil }
            let from = state.phase == .undoing ? known.bad.last : known.good
            return ImageChange(
                container: container.name,
                image: container.image,
                reference: container.reference,
                from: from.flatMap { ImageDigest($0) },
                to: to,
                provenance: ImageProvenance()
            )
        }
    }

    private enum Result: String {
        case completed, undone, failed
    }

    private func note(_ state: inout RolloutState, _ container: String, from: String?, to: String, _ result: Result) {
        state.containers[container]?.last = RolloutState.Ending(
            from: from,
            to: to,
            at: now.ISO8601Format(),
            result: result.rawValue
        )
    }

    // MARK: new rollouts

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
