// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncRender
import SyncSource

/// Decides what a pass does. Pure: no I/O, no clock, no logger; the same inputs give the same plan.
package enum Planner {
    /// Compares what a commit wants with what the cluster has and what the project owns.
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
        let resolver = ManifestResolver(
            rendered: rendered,
            catalog: live.catalog,
            applySet: inventory.applySet,
            defaultNamespace: policy.targetNamespace,
            border: policy.border
        )
        var sorting = ManifestSorting(live: live, inventory: inventory, policy: policy)
        var gates = WaveGates(policy: policy)
        for item in rendered.objects {
            switch resolver.resolve(item) {
            case .success(let manifest):
                sorting.add(manifest)
                gates.add(manifest.id, item.object)
            case .failure(let refusal):
                sorting.refused.append(refusal.object)
                gates.add(refusal.object.id, item.object)
            }
        }
        sorting.settle()
        let dependencies = Dependencies(manifests: sorting.wanted.map(\.manifest), refused: sorting.refused)
        let (steps, blocked) = dependencies.attach(to: sorting.wanted, live: live)
        let standing = sorting.unchanged.map(\.id) + sorting.reportedDrift.map(\.id)
        let (waves, waiting) = gates.waves(of: steps, standing: standing, refused: sorting.refused + blocked)
        let refused = (sorting.refused + blocked + waiting).sorted { $0.origin < $1.origin }
        let declared = Set(sorting.manifests.keys).union(refused.map(\.id))
        let pruning = PrunePlanner(
            commit: rendered.commit,
            declared: declared,
            refused: refused,
            reportedDrift: sorting.reportedDrift,
            live: live,
            inventory: inventory,
            policy: policy
        )
        let unseen = UnseenKinds(inventory: inventory, live: live)
        return Plan(
            commit: rendered.commit,
            source: policy.source,
            followed: policy.remembersCommit ? FollowedCommit(rendered.commit) : nil,
            waves: waves,
            unchanged: sorting.unchanged,
            refused: refused,
            reportedDrift: sorting.reportedDrift,
            prune: pruning.plan().withholding(policy.withheldPrunes, unready: policy.unreadyUsers),
            desiredMembers: members(sorting, steps: steps, inventory: inventory),
            foundAgain: unseen.foundAgain,
            unseenKinds: unseen.left
        )
    }

    private static func members(_ sorting: ManifestSorting, steps: [Step], inventory: Inventory) -> [ObjectID] {
        var ids = Set(steps.map(\.id)).union(sorting.unchanged.map(\.id)).union(sorting.reportedDrift.map(\.id))
        // An object that is refused now and was a member before stays a member.
        for refusal in sorting.refused where inventory.members[refusal.id] != nil { ids.insert(refusal.id) }
        for id in sorting.manifests.keys where inventory.members[id] != nil { ids.insert(id) }
        return ids.sorted()
    }
}
