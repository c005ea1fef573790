// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncRender
import SyncSource

/// Decides what a pass does. Pure: no I/O, no clock, no logger; the same inputs give the same plan.
package enum Planner {
    /// The plan of a pass for which nothing has to be asked in between: the draft of it, and the plan of that.
    ///
    /// - Parameters:
    ///   - rendered: Everything the commit wants.
    ///   - live: What the cluster has; kinds in `live.unreadable` keep the pass from deleting anything.
    ///   - inventory: What the project owned before.
    ///   - policy: The project's settings.
    /// - Returns: What to write, what to leave, what to delete, each with its reason.
    package static func plan(
        _ rendered: RenderedSet,
        against live: LiveSet,
        inventory: Inventory,
        policy: PlanPolicy
    ) -> Plan {
        PlanDraft(rendered, against: live, inventory: inventory, policy: policy).plan()
    }
}
