// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncSource

/// Decides what leaves the cluster: inventory members that the commit no longer declares, if they are provably ours, if
/// everything could be read and nothing that is declared is undone, and if it is not too much at once.
struct PrunePlanner {
    let commit: CommitInfo
    /// Every identity that the commit names, refused or not: never pruned.
    let declared: Set<ObjectID>
    /// What becomes a member in this pass because it was found again after the inventory was lost.
    let foundAgain: Set<ObjectID>
    let refused: [RefusedObject]
    let reportedDrift: [Step]
    let live: LiveSet
    let inventory: Inventory
    let policy: PlanPolicy
    /// Who owns what; of a project from which nothing has left, nothing.
    let graph: OwnerGraph
    /// The uids of declared objects, perhaps under another group's name.
    let appliedUIDs: Set<String>
    /// For each owner of a member that has left: the uids of the nearest members and declared objects, itself or above it.
    /// What is above those is judged with them.
    private let judgedAbove: [OwnerLink.Owner: [String]]
    /// Which objects follow from others.
    let followers: FollowerRule
    /// Kinds and names of refused manifests.
    private let shielded: Set<KindAndName>

    private struct KindAndName: Hashable {
        let kind: GroupKind
        let name: String
    }

    init(
        commit: CommitInfo,
        declared: Set<ObjectID>,
        foundAgain: Set<ObjectID> = [],
        refused: [RefusedObject],
        reportedDrift: [Step],
        live: LiveSet,
        inventory: Inventory,
        policy: PlanPolicy
    ) {
        self.commit = commit
        self.declared = declared
        self.foundAgain = foundAgain
        self.refused = refused
        self.reportedDrift = reportedDrift
        self.live = live
        self.inventory = inventory
        self.policy = policy
        let left = inventory.members.keys.filter { !declared.contains($0) }
        graph = OwnerGraph(
            left.isEmpty ? nil : live,
            followsContainers: left.contains(where: \.namespace.isEmpty)
        )
        let judged = left.isEmpty ? [] : declared.union(inventory.members.keys)
        judgedAbove = Self.judgedAbove(
            left.lazy.compactMap { live.objects[$0]?.whole },
            graph,
            Set(judged.compactMap { live.objects[$0]?.uid })
        )
        followers = left.isEmpty ? .anyController : FollowerRule(live.catalog)
        appliedUIDs = Set(declared.compactMap { live.objects[$0]?.uid })
        shielded = Set(refused.map { KindAndName(kind: $0.id.groupKind, name: $0.id.name) })
    }

    func plan() -> PrunePlan {
        var fates: [ObjectID: Fate] = [:]
        var doubts: [ObjectID: Inventory.Doubt] = [:]
        for (id, member) in inventory.members where !declared.contains(id) {
            // Also for those that a refused manifest protects now: the next pass no longer knows that the tag went
            // back.
            doubts[id] = member.doubt ?? (policy.rewoundFrom == nil ? nil : .rewound)
            if !isDeclared(id) { fates[id] = fate(of: id, member) }
        }
        keepControllers(&fates)
        keepUsers(&fates)
        let unfollowed = keepUnfollowed(&fates)
        let staying = StayingObjects(planner: self, members: fates)
        fates.merge(staying.fates) { $1 }
        var (steps, released, kept) = Self.sorted(fates)
        let containerOwners = containerOwners(of: steps)
        let owners = Set(containerOwners.values.joined())
        steps.sort { Self.isDeletedBefore($0, $1, ownersOfContainers: owners) }
        let present = present(with: fates)
        let base = min(present, inventory.pruneBase ?? present)
        let along = goingAlong(with: steps, owners: containerOwners)
        let verdict = PruneVerdict(
            planner: self,
            steps: steps,
            doubts: doubts,
            along: along,
            gaps: staying.gaps,
            unfollowed: unfollowed,
            waiting: fates.values.count { if case .keep = $0 { true } else { false } },
            base: base,
            present: present
        )
        let decision = verdict.verdict
        // Also in passes that do not see any more what needs them. While nothing may be deleted nothing leaves, either.
        if case .blocked = decision {} else { for id in staying.needed { doubts[id] = .needed } }
        return PrunePlan(
            verdict: decision,
            steps: steps,
            along: along,
            containerOwners: containerOwners,
            ownedContainers: live.ownedContainers,
            // What is not known above anything that stays blocks.
            unknownOwners: unknownAboveContainers,
            released: released,
            kept: kept,
            doubts: doubts,
            containers: verdict.containers,
            asksForOwnedContainers: verdict.asksForOwnedContainers,
            openOwners: verdict.openOwners,
            base: base,
            leftOver: decision == .disabled ? [] : leftOver(fates)
        )
    }

    /// What becomes of all of them: the deletions in no order, the others ascending.
    private static func sorted(
        _ fates: [ObjectID: Fate]
    ) -> (steps: [PruneStep], released: [ReleasedObject], kept: [ReleasedObject]) {
        var steps: [PruneStep] = []
        var released: [ReleasedObject] = []
        var kept: [ReleasedObject] = []
        for (id, fate) in fates {
            switch fate {
            case .delete(let step): steps.append(step)
            case .gone(let reason), .release(let reason), .spare(let reason, isMember: false):
                released.append(ReleasedObject(id: id, reason: reason))
            case .keep(let reason), .ending(let reason, _), .remain(let reason), .spare(let reason, isMember: true):
                kept.append(ReleasedObject(id: id, reason: reason))
            }
        }
        return (steps, released.sorted { $0.id < $1.id }, kept.sorted { $0.id < $1.id })
    }

    /// How many members exist, as far as is known: one that was never created, or is gone, must not raise the limit for
    /// others. One that was there, and whose kind cannot be read now, does not lower it.
    private func present(with fates: [ObjectID: Fate]) -> Int {
        declared.count { id in
            guard let member = inventory.members[id] else { return false }
            return live.objects[id] != nil || member.uid != nil && isHidden(id.groupKind)
        } + fates.values.count(where: \.counts)
    }

    /// Whether it cannot be known now what there is of a kind.
    private func isHidden(_ kind: GroupKind) -> Bool {
        if live.unreadable[kind] != nil { return true }
        switch live.catalog.lookup(kind) {
        case .served: return false
        case .unavailable: return true
        case .unknown: return !live.undefined.contains(kind)
        }
    }

    /// The members that the commit no longer declares and that may have to be deleted; those that a refused manifest
    /// protects now, too.
    private func leftOver(_ fates: [ObjectID: Fate]) -> Set<ObjectID> {
        Set(inventory.members.keys.filter { !declared.contains($0) && fates[$0]?.isLeftOver != false })
    }

    /// The uids of the nearest members and declared objects that own an object, see ``PruneStep/owners``; each once.
    func owners(of object: KubeObject) -> [String] {
        var known: Set<String> = []
        return graph.links(of: object.id, object).flatMap { judgedAbove[$0.owner] ?? [] }.filter {
            known.insert($0).inserted
        }
    }

    private static func judgedAbove(
        _ objects: some Sequence<KubeObject>,
        _ graph: OwnerGraph,
        _ judged: Set<String>
    ) -> [OwnerLink.Owner: [String]] {
        var found: [OwnerLink.Owner: [String]] = [:]
        for link in objects.lazy.flatMap({ graph.links(of: $0.id, $0) }) where found[link.owner] == nil {
            var known: Set<OwnerLink.Owner> = []
            let above = graph.climb([link], besides: &known, until: judged.contains)
            found[link.owner] = above.map(\.owner.uid).filter(judged.contains)
        }
        return found
    }

    /// The namespace of a refused manifest may not be known, so it protects every member of its kind and name.
    func isDeclared(_ id: ObjectID) -> Bool {
        declared.contains(id) || shielded.contains(KindAndName(kind: id.groupKind, name: id.name))
    }

    /// Reverse of the order of apply: later stages first, namespaces and definitions last. Of one stage bindings first, which
    /// name accounts, and last what many kinds name and what, but for tokens, names nothing itself. Of custom resources
    /// those last that own a Namespace or a definition: others may be in it, or control what is.
    private static func isDeletedBefore(
        _ left: PruneStep,
        _ right: PruneStep,
        ownersOfContainers: Set<ObjectID>
    ) -> Bool {
        func rankOfOwner(_ id: ObjectID) -> Int { id.isCustomResource && ownersOfContainers.contains(id) ? 0 : 1 }
        let first = (rank(left.id), rankOfOwner(left.id), rankInStage(left.id))
        let second = (rank(right.id), rankOfOwner(right.id), rankInStage(right.id))
        return first != second ? first > second : right.id < left.id
    }

    private static func rankInStage(_ id: ObjectID) -> Int {
        switch (id.group, id.kind) {
        case ("", "Secret"), ("", "ConfigMap"): 0
        case ("rbac.authorization.k8s.io", "RoleBinding"), ("rbac.authorization.k8s.io", "ClusterRoleBinding"): 2
        default: 1
        }
    }

    /// The higher the rank, the earlier it is deleted. Custom resources come first, while their controllers and their
    /// webhooks are there; classes and the like, which other custom resources name, with what everything else needs.
    static func rank(_ id: ObjectID) -> Int {
        if id.groupKind == GroupKind.namespace { return -2 }
        if id.groupKind == GroupKind.customResourceDefinition { return -1 }
        let stage = KindOrder.stage(of: id.groupKind)
        return id.isCustomResource && stage > 0 ? KindOrder.stages : stage
    }

    /// By rank; of two with the same rank the lower identity ranks higher.
    static func isRankedBelow(_ left: ObjectID, _ right: ObjectID) -> Bool {
        (rank(left), right) < (rank(right), left)
    }
}
