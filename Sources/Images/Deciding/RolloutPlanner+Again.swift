// SPDX-License-Identifier: Apache-2.0
import Foundation
import OCIRegistry
import SyncPlan

/// Undone rollouts whose pin was overwritten.
extension RolloutPlanner {
    /// A sync that was planned before an undo may apply git's image after it, and so remove the pin while the tag still
    /// points to the bad image. Then the undo is sent once more. Nil when that has not happened.
    func undoneAgain(_ workload: FollowedWorkload) -> WorkloadVerdict? {
        guard workload.state.phase == .undoing else { return nil }
        var changes: [ImageChange] = []
        for container in workload.containers where container.pin == nil {
            guard let known = workload.state.containers[container.name], known.image == container.image,
                let pin = known.pin, known.trying == pin, let digest = ImageDigest(pin)
            else { continue }
            changes.append(ImageChange(of: container, from: known.bad.last.flatMap { ImageDigest($0) }, to: digest))
        }
        guard !changes.isEmpty else { return nil }
        var next = workload.state
        next.startedAt = now.ISO8601Format()
        let reason = "a sync that was planned before has taken the pin off"
        let containers = workload.containers.map { container in
            ContainerVerdict(container: container, state: .undoing, detail: reason, running: [], registry: nil)
        }
        return WorkloadVerdict(
            workload: workload,
            containers: containers,
            action: .undo(changes, state: next, reason: reason)
        )
    }
}
