// SPDX-License-Identifier: Apache-2.0
import Foundation
import OCIRegistry

/// Rollouts under way: how they end.
extension RolloutPlanner {
    /// The verdict on a workload whose rollout is under way.
    func underWay(
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
                // While a rollout is under way the row tells of that, and not of a registry that fails.
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
        guard policy.undo, goods.allSatisfy({ $0.map { !knowledge.gone.contains($0) } ?? false }) else {
            let cause =
                !policy.undo
                ? "undo is off (spec.images.undo)"
                : knowledge.gone.isEmpty
                    ? "no image is known that was well before"
                    : "the last good image is not in the registry any more"
            return failed(changes, next, "\(reason); \(cause); push a good image, or change the image in git")
        }
        let back = zip(changes, goods).compactMap { change, good in good.map { change.takenBack(to: $0) } }
        for change in back {
            next.containers[change.container]?.trying = "\(change.to)"
            next.containers[change.container]?.pin = "\(change.to)"
        }
        next.phase = .undoing
        next.startedAt = now.ISO8601Format()
        return .undo(back, state: next, reason: reason)
    }

    /// A rollout that failed after another writer had changed the workload: the image may not be the cause.
    private func unblamed(_ workload: FollowedWorkload, _ state: RolloutState, _ reason: String) -> RolloutAction {
        let text = "\(reason); the workload was changed while it rolled out, so the image is not blamed, and not undone"
        return failed(trials(workload, state), state, text)
    }

    /// The undo has failed, too.
    private func lost(_ workload: FollowedWorkload, _ state: RolloutState, _ reason: String) -> RolloutAction {
        let text = "the last good image is not well either: \(reason); look at the workload"
        return failed(trials(workload, state), state, text)
    }

    /// A rollout that ends as it is, and is reported.
    private func failed(_ changes: [ImageChange], _ state: RolloutState, _ reason: String) -> RolloutAction {
        var next = state
        for change in changes {
            next.containers[change.container]?.trying = nil
            note(&next, change.container, from: change.from.map { "\($0)" }, to: "\(change.to)", .failed)
        }
        next.phase = nil
        return .conclude(state: next, ending: .failed(changes, reason: reason))
    }

    /// What the rollout under way brings.
    private func trials(_ workload: FollowedWorkload, _ state: RolloutState) -> [ImageChange] {
        workload.containers.compactMap { container in
            guard let known = state.containers[container.name], let to = known.trying.flatMap({ ImageDigest($0) })
            else { return nil }
            let from = state.phase == .undoing ? known.bad.last : known.good
            return ImageChange(of: container, from: from.flatMap { ImageDigest($0) }, to: to)
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
}
