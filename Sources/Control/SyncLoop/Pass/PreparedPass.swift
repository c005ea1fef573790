// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import SyncRender

/// Everything a pass knows before it writes: what is wanted, what there is, and the plan made of both.
package struct PreparedPass: Sendable {
    package let rendered: RenderedSet
    package let catalog: APICatalog
    package let inventory: Inventory
    package let live: LiveSet
    package let plan: Plan

    package init(
        rendered: RenderedSet,
        catalog: APICatalog,
        inventory: Inventory,
        live: LiveSet,
        plan: Plan
    ) {
        self.rendered = rendered
        self.catalog = catalog
        self.inventory = inventory
        self.live = live
        self.plan = plan
    }

    /// Whether the pass has nothing to write, nothing to report and nothing to hold.
    package var isQuiet: Bool {
        guard plan.isEmpty, plan.reportedDrift.isEmpty else { return false }
        guard plan.refused.allSatisfy({ $0.reason == .optedOut }) else { return false }
        guard plan.prune.released.isEmpty else { return false }
        return Set(inventory.members.keys) == Set(plan.desiredMembers)
            && plan.desiredMembers.allSatisfy { inventory.members[$0]?.uid != nil }
    }
}
