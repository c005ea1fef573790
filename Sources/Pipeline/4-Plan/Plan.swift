// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncRender
import SyncSource

/// What one pass will do, decided before anything is written. A pure function of rendered set, live set and inventory.
package struct Plan: Sendable {
    package let commit: CommitInfo
    /// Where the commit was read, as ``PlanPolicy/source``.
    package let source: String
    /// What is stored of the commit beside the inventory; nil when nothing is.
    package let followed: FollowedCommit?
    /// Applied in order; the steps of one wave carry no order among themselves.
    package let waves: [Wave]
    /// Objects that already are as the commit wants them.
    package let unchanged: [SettledObject]
    /// Objects that cannot or must not be applied, each with the reason. Ascending by origin.
    package let refused: [RefusedObject]
    /// Drift that the project wants reported and not repaired (`drift: report`).
    package let reportedDrift: [Step]
    package let prune: PrunePlan
    /// What the project owns from now on if all goes well: every rendered object that is ours or becomes ours.
    package let desiredMembers: [ObjectID]
    /// Objects of ours that are not members since the inventory was lost, found in a kind that could not be looked
    /// through until now. They become members, in doubt until git declares them and that was carried out.
    package let foundAgain: [ObjectID: Inventory.Member]
    /// The kinds that are still not looked through since the loss, after this plan.
    package let unseenKinds: Set<GroupKind>

    package init(
        commit: CommitInfo,
        source: String = "",
        followed: FollowedCommit? = nil,
        waves: [Wave],
        unchanged: [SettledObject],
        refused: [RefusedObject],
        reportedDrift: [Step],
        prune: PrunePlan,
        desiredMembers: [ObjectID],
        foundAgain: [ObjectID: Inventory.Member] = [:],
        unseenKinds: Set<GroupKind> = []
    ) {
        self.foundAgain = foundAgain
        self.unseenKinds = unseenKinds
        self.commit = commit
        self.source = source
        self.followed = followed
        self.waves = waves
        self.unchanged = unchanged
        self.refused = refused
        self.reportedDrift = reportedDrift
        self.prune = prune
        self.desiredMembers = desiredMembers
    }

    /// What is applied, in order: the steps of all waves.
    package var steps: [Step] { waves.flatMap(\.steps) }

    /// Whether nothing would be written.
    package var isEmpty: Bool { waves.isEmpty && prune.steps.isEmpty }
}

/// Steps that may run at the same time; the next wave starts when all have ended.
package struct Wave: Sendable {
    /// The number a person gave with the wave annotation; 0 by default.
    package let number: Int
    package let steps: [Step]
    /// Objects of this wave whose readiness the next wave needs, whatever its number: definitions must be established.
    package let awaits: [ObjectID]
    /// Objects that must be healthy before this wave is written: all that are declared with a lower number, whether this
    /// pass writes them or found them as they should be. Empty for a wave that does not begin a number. Ascending by id.
    package let after: [GatedObject]

    package init(number: Int, steps: [Step], awaits: [ObjectID], after: [GatedObject] = []) {
        self.number = number
        self.steps = steps
        self.awaits = awaits
        self.after = after
    }
}
