// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncRecord

/// What image rollouts need to know of a project.
package struct FollowedProject: Sendable, Hashable {
    package let name: String
    /// Its members are the workloads that are followed.
    package let applySet: ApplySet
    package let policy: ImagePolicy
    /// How long the pods of a rollout may take to become ready.
    package let deadline: Duration

    package init(name: String, applySet: ApplySet, policy: ImagePolicy, deadline: Duration) {
        self.name = name
        self.applySet = applySet
        self.policy = policy
        self.deadline = deadline
    }
}

/// What people have ordered about a project's image rollouts.
package enum RolloutOrders: Sendable, Hashable {
    /// The project is suspended: nothing is looked at, and nothing is written.
    case suspended
    /// The newest order for each workload that ever had one.
    case given([ObjectID: ImageOrder])
}
