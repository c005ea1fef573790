// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncRender
import SyncSource

/// What a commit, the cluster and the inventory come to, object by object: the part of planning that takes time, made
/// once a pass. The plan is made of it when all is known that had to be asked for because of it.
package struct PlanDraft: Sendable {
    private let commit: CommitInfo
    private let live: LiveSet
    private let inventory: Inventory
    private let policy: PlanPolicy
    private let gates: WaveGates
    private let steps: [Step]
    private let unchanged: [SettledObject]
    private let reportedDrift: [Step]
    /// Without those that only wait for a wave.
    private let refused: [RefusedObject]
    /// The identities of all manifests that have a place in the cluster.
    private let placed: Set<ObjectID>
    private let desiredMembers: [ObjectID]

    /// Compares what a commit wants with what the cluster has and what the project owns.
    ///
    /// - Parameters:
    ///   - rendered: Everything the commit wants.
    ///   - live: What the cluster has; kinds in `live.unreadable` keep the pass from deleting anything.
    ///   - inventory: What the project owned before.
    ///   - policy: The project's settings.
    ///   - hashes: What the triage of the same rendered set, for the same project, has computed already.
    package init(
        _ rendered: RenderedSet,
        against live: LiveSet,
        inventory: Inventory,
        policy: PlanPolicy,
        hashes: ContentHashes = .none
    ) {
        let resolver = ManifestResolver(
            rendered: rendered,
            catalog: live.catalog,
            applySet: inventory.applySet,
            defaultNamespace: policy.targetNamespace,
            border: policy.border
        )
        var sorting = ManifestSorting(live: live, inventory: inventory, policy: policy)
        var gates = WaveGates()
        for (index, item) in rendered.objects.enumerated() {
            switch resolver.resolve(item, known: hashes[index]) {
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
        commit = rendered.commit
        self.live = live
        self.inventory = inventory
        self.policy = policy
        self.gates = gates
        self.steps = steps
        unchanged = sorting.unchanged
        reportedDrift = sorting.reportedDrift
        refused = sorting.refused + blocked
        placed = Set(sorting.manifests.keys)
        desiredMembers = Self.members(sorting, steps: steps, inventory: inventory)
    }

    /// What has to be known before the plan is made; nothing in most passes.
    ///
    /// - Parameter known: The live objects of the draft, with the answers so far.
    /// - Returns: The questions that are open.
    package func questions(_ known: LiveSet) -> PruneQuestions {
        let left = inventory.members.keys.filter { !placed.contains($0) }
        let matters =
            left.contains(where: \.namespace.isEmpty)
            || !left.isEmpty && live.objects.values.contains { $0.whole?.hasOwners == true }
        guard matters else { return PruneQuestions(containers: [], ownedContainers: false, owners: []) }
        return plan(known).prune.questions
    }

    /// The plan.
    ///
    /// - Parameters:
    ///   - known: The live objects of the draft, with the answers to ``questions(_:)``; nil for those of the draft.
    ///   - learnt: The project's settings with what was asked for since; nil for those of the draft. Only its closed gate and
    ///     its unready users may differ.
    /// - Returns: What to write, what to leave, what to delete, each with its reason.
    package func plan(_ known: LiveSet? = nil, policy learnt: PlanPolicy? = nil) -> Plan {
        let policy = learnt ?? policy
        let live = known ?? live
        let standing = unchanged.map(\.id) + reportedDrift.map(\.id)
        let (waves, waiting) = gates.waves(of: steps, standing: standing, refused: refused, closed: policy.closedGate)
        let allRefused = (refused + waiting).sorted { $0.origin < $1.origin }
        let unseen = UnseenKinds(inventory: inventory, live: live)
        let pruning = PrunePlanner(
            commit: commit,
            declared: placed.union(allRefused.map(\.id)),
            foundAgain: Set(unseen.foundAgain.keys),
            refused: allRefused,
            reportedDrift: reportedDrift,
            live: live,
            inventory: inventory,
            policy: policy
        )
        return Plan(
            commit: commit,
            source: policy.source,
            followed: policy.remembersCommit ? FollowedCommit(commit) : nil,
            waves: waves,
            unchanged: unchanged,
            refused: allRefused,
            reportedDrift: reportedDrift,
            prune: pruning.plan().withholding(policy.withheldPrunes, unready: policy.unreadyUsers),
            desiredMembers: desiredMembers,
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
