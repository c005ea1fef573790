// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import SyncSource

@testable import SyncApply

/// What a pass reads, and the plan made of it.
extension ModelWorld {
    /// The plan, made as a pass makes it: again once it is known what the containers hold.
    func plan(
        _ project: ModelProject,
        _ inventory: Inventory,
        unreadable: Set<GroupKind>
    ) throws -> (plan: Plan, contents: [ObjectID: ContainerContents]) {
        let commit = project.current
        let ref = project.followsTags ? "v\(commit.number)" : "main"
        let rendered = RenderedSet(
            commit: CommitInfo(
                id: commit.id,
                ref: ref,
                authorName: "Ada",
                authorEmail: "ada@example.org",
                authoredAt: 0,
                subject: "change"
            ),
            treeID: commit.id,
            objects: try commit.manifests().enumerated().map { index, object in
                RenderedObject(object: object, origin: Origin(file: "infra/all.yaml", line: index + 1))
            },
            notices: []
        )
        var policy = PlanPolicy(prune: .init(maxObjects: 2, maxPercent: 30), source: project.source)
        if project.followsTags, let before = Int(inventory.ref.dropFirst()), before > commit.number {
            policy.rewoundFrom = inventory.ref
        }
        let concerned = Set(commit.wants.keys.map(\.groupKind))
            .union(inventory.members.keys.map(\.groupKind)).union(inventory.unseenKinds)
        let seen = cluster.objects.filter { id, object in
            guard !unreadable.contains(id.groupKind) else { return false }
            let isLabelled = object.label(ApplySet.partOfLabel) == project.applySet.id
            return isLabelled && concerned.contains(id.groupKind)
                || commit.wants[id] != nil || inventory.members[id] != nil
        }
        let failed = unreadable.intersection(concerned).map { ($0, "forbidden") }
        var live = LiveSet(
            catalog: ModelCluster.catalog,
            objects: seen.mapValues(LiveObject.whole),
            unreadable: Dictionary(failed) { first, _ in first }
        )
        var plan = Planner.plan(rendered, against: live, inventory: inventory, policy: policy)
        while !plan.prune.questions.isEmpty {
            for id in plan.prune.containers {
                let inside = cluster.objects.values.filter { $0.id.namespace == id.name }
                live.contents[id] = ContainerContents(objects: inside.sorted { $0.id < $1.id })
            }
            if plan.prune.asksForOwnedContainers {
                let owned = cluster.objects.values.filter { $0.id.isContainer && $0.hasOwners }
                live.ownedContainers = .read(owned, unread: [:])
            }
            live.ancestors.merge(ancestors(of: plan.prune.openOwners, unreadable: unreadable)) { $1 }
            plan = Planner.plan(rendered, against: live, inventory: inventory, policy: policy)
        }
        return (plan, live.contents)
    }

    /// Looks for owners one after the other, as the reader does.
    private func ancestors(
        of links: [OwnerLink],
        unreadable: Set<GroupKind>
    ) -> [OwnerLink.Owner: Ancestor] {
        var found: [OwnerLink.Owner: Ancestor] = [:]
        var open = links
        while let link = open.popLast() {
            let owner = link.owner
            guard found[owner] == nil else { continue }
            let object = cluster.objects[owner.id]
            if unreadable.contains(owner.id.groupKind) {
                found[owner] = .unknown("forbidden")
            } else if object == nil || !owner.uid.isEmpty && object?.uid != owner.uid {
                found[owner] = .gone
            } else {
                let links = object?.ownerLinks ?? []
                found[owner] = .exists(owners: links, isEnding: object?.deletionTimestamp != nil)
                open += links
            }
        }
        return found
    }
}
