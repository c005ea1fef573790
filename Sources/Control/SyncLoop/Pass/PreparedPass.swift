// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncPlan
import SyncRender
import SyncSource

/// Everything a pass knows before it writes: what is wanted, what there is, and the plan made of both.
package struct PreparedPass: Sendable {
    package let rendered: RenderedSet
    /// From which commit the branch came to this one; nil when it is the same one, the first one, or found by another ref.
    package let step: CommitStep?
    package let catalog: APICatalog
    package let inventory: Inventory
    package let live: LiveSet
    package let plan: Plan
    /// What the mirror calls this state of the cluster; nil when no watch covers all of it.
    package let generation: Int?
    /// What people ordered, as it stands beside the inventory.
    package let orders: StandingOrders

    package init(
        rendered: RenderedSet,
        step: CommitStep? = nil,
        catalog: APICatalog,
        inventory: Inventory,
        live: LiveSet,
        plan: Plan,
        generation: Int? = nil,
        orders: StandingOrders = StandingOrders()
    ) {
        self.rendered = rendered
        self.step = step
        self.catalog = catalog
        self.inventory = inventory
        self.live = live
        self.plan = plan
        self.generation = generation
        self.orders = orders
    }

    /// What stands in the way although there is nothing to write: refused objects, a prune that waits, drift that is only
    /// reported; empty when all is as git says. Nil when there is something to write.
    ///
    /// - Parameter approved: The hash of the prune that a person approved, or nil.
    /// - Returns: One text for each thing in the way, in a fixed order.
    package func standing(approved: String?) -> [String]? {
        guard plan.waves.isEmpty, isInventoryCurrent else { return nil }
        var texts = plan.refused.filter { $0.reason != .optedOut }.map { "\($0.origin) \($0.id) \($0.message)" }
        texts += plan.reportedDrift.map { "\($0.id) \($0.changes)" }
        if !plan.prune.steps.isEmpty {
            switch plan.prune.verdict {
            case .allowed: return nil
            case .held(let reasons, let hash):
                if hash == approved { return nil }
                texts += reasons + [hash]
            case .blocked(let reasons): texts += reasons
            case .disabled: break
            }
        }
        return texts
    }

    /// Whether the stored inventory says already what it would say after this pass: every member confirmed that can be,
    /// every doubt noted, nobody to leave.
    private var isInventoryCurrent: Bool { inventory.superset(for: plan).narrowed(by: plan) == inventory }
}
