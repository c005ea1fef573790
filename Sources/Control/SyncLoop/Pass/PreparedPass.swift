// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import SyncApply
import SyncLook
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
    /// The mirror's name of this state of the cluster; nil when watches do not cover all of it.
    package let generation: Int?
    /// Objects that were asked for by name because no watch covers them.
    package let unwatched: Set<ObjectID>
    /// The policy by which the plan was made.
    let policy: PlanPolicy
    /// What people ordered, as stored beside the inventory.
    package let orders: StandingOrders

    /// One line when the project's objects were found in the cluster without an inventory; nil when there is one, and for
    /// a project that has no objects yet.
    package var lostInventory: String? {
        guard inventory.isRebuilt else { return nil }
        let found = inventory.members.count.counted("object of this project was", "objects of this project were")
        return
            "the inventory \(inventory.applySet.parent) is missing or empty: \(found) found again in the cluster by label and"
            + " field manager; what git does not declare of that is deleted only after approval"
    }

    /// Whether what no watch covers may change what is to be deleted: an owner, or the Namespaces that others own, could not be
    /// read, or an owner is being deleted.
    var dependsOnUnwatchedOwners: Bool {
        if case .read(_, let unread) = live.ownedContainers, !unread.isEmpty { return true }
        return live.ancestors.values.contains { ancestor in
            switch ancestor {
            case .unknown, .exists(_, isEnding: true): true
            case .exists, .gone: false
            }
        }
    }

    /// Whether the cluster shows another prune as held than this pass holds, or has an approval of another one.
    var hasStaleOrders: Bool {
        if case .blocked = plan.prune.verdict { return false }
        return orders.speaks(ofOtherThan: plan.prune.approvalHash)
    }

    /// Whether a Namespace is about to be deleted, or a person is about to be shown for the first time what goes along
    /// with one: a kind that came since the catalogue was read must not be missing then. Of a list that waits already,
    /// only the approval asks for that again. The same where owners were looked for, also of what leaves the inventory.
    var needsCurrentCatalog: Bool {
        let verdict = plan.prune.verdict
        let needsAllKinds = plan.prune.steps.contains { $0.id.groupKind == GroupKind.namespace }
        if !live.ancestors.isEmpty, !plan.prune.leaving.isEmpty { return true }
        let wasLookedThrough = !(live.ancestors.isEmpty && live.contents.isEmpty) && !plan.prune.steps.isEmpty
        guard verdict.mayRun, needsAllKinds || wasLookedThrough else { return false }
        guard case .held(_, let hash) = verdict else { return true }
        return orders.held?.hash != hash || orders.approval.word?.text == hash
    }

    package init(
        rendered: RenderedSet,
        step: CommitStep? = nil,
        catalog: APICatalog,
        inventory: Inventory,
        live: LiveSet,
        plan: Plan,
        generation: Int? = nil,
        unwatched: Set<ObjectID> = [],
        policy: PlanPolicy,
        orders: StandingOrders = StandingOrders()
    ) {
        self.rendered = rendered
        self.step = step
        self.catalog = catalog
        self.inventory = inventory
        self.live = live
        self.plan = plan
        self.generation = generation
        self.unwatched = unwatched
        self.policy = policy
        self.orders = orders
    }

    /// The same pass with the plan that a draft gives once it is known what was not ready in time.
    func planned(by draft: PlanDraft, _ learn: (inout PlanPolicy) -> Void) -> PreparedPass {
        var policy = policy
        learn(&policy)
        return PreparedPass(
            rendered: rendered,
            step: step,
            catalog: catalog,
            inventory: inventory,
            live: live,
            plan: draft.plan(live, policy: policy),
            generation: generation,
            unwatched: unwatched,
            policy: policy,
            orders: orders
        )
    }

    /// What stands in the way although there is nothing to write: refused objects, a prune that waits, drift that is only
    /// reported; empty when all is as git says. Nil when there is something to write.
    ///
    /// - Parameter approved: The hash of the prune that a person approved, or nil.
    /// - Returns: One text for each obstacle, in a fixed order.
    package func standing(approved: String?) -> [String]? {
        guard plan.waves.isEmpty, isInventoryCurrent else { return nil }
        if !plan.prune.steps.isEmpty {
            if case .allowed = plan.prune.verdict { return nil }
            // An approved prune waits as a whole while pods may use some of it.
            if case .held(_, let hash) = plan.prune.verdict, hash == approved {
                guard !policy.unreadyUsers.isEmpty else { return nil }
            }
        }
        return obstacles
    }

    /// What keeps objects from being as git wants them, beside what this pass writes: one text for each cause, in a
    /// fixed order. What only follows from another cause is left out.
    package var obstacles: [String] {
        var texts = Set<String>(
            plan.refused.compactMap { object -> String? in
                switch object.reason {
                case _ where object.reason.isOptOut: nil
                case .blocked: nil
                case .waiting: object.message
                case .failing: StepBackoff.standingText(object.id, object.message)
                default: "\(object.origin) \(object.id) \(object.message)"
                }
            }
        )
        texts.formUnion(
            plan.reportedDrift.map { step in
                // By whole values: another change inside a long value counts as new. These texts are only compared,
                // never shown.
                "\(step.id) \(Residual(step.differences, isOverruled: false, key: .ephemeral).text)"
            }
        )
        texts.formUnion((plan.prune.withheld + plan.prune.waiting).map { StepBackoff.standingText($0.id, $0.reason) })
        if !plan.prune.steps.isEmpty {
            switch plan.prune.verdict {
            case .allowed, .disabled: break
            case .held(let reasons, let hash): texts.formUnion(reasons + [hash])
            case .blocked(let reasons): texts.formUnion(reasons)
            }
        }
        return texts.sorted()
    }

    /// Whether the stored inventory says already what it would say after this pass: every member confirmed that can be,
    /// every doubt stored, no member to remove.
    private var isInventoryCurrent: Bool { inventory.superset(for: plan).narrowed(by: plan) == inventory }
}
