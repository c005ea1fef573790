// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects

/// What some objects own by now that a plan did not know.
package enum OwnedLater: Sendable, Hashable {
    /// By object, what it owns; without those that own no more than the plan knew. And by its uid each of the Namespaces and
    /// definitions with owners as it is now; metadata only.
    case known([ObjectID: ObjectID], now: [String: KubeObject], FollowerRule)
    /// It cannot be known; a sentence without its end.
    case unknown(String)
}

/// What a plan knew of Namespaces and definitions with owners.
package struct PlannedContainers: Sendable {
    let unread: Set<GroupKind>
    let unknownOwners: [String: Set<OwnerLink.Owner>]
    let steps: Set<String>

    /// - Parameters:
    ///   - unread: The kinds of these that could not be listed, which nobody lists again.
    ///   - unknownOwners: By their uid, the owners above them of which it was not known what owns them.
    ///   - steps: The uids of all that is to be deleted. What owns those and is not known was not looked for, or allows nothing.
    package init(
        unread: Set<GroupKind>,
        unknownOwners: [String: Set<OwnerLink.Owner>],
        steps: Set<String>
    ) {
        self.unread = unread
        self.unknownOwners = unknownOwners
        self.steps = steps
    }
}

extension LiveReader {
    /// Looks again which Namespaces and definitions some objects own, directly or through others, just before these are deleted.
    ///
    /// - Parameters:
    ///   - objects: The objects with their uids.
    ///   - planned: What the plan knew.
    ///   - isKnown: Whether the plan knew that the Namespace or definition with a uid goes along with an object.
    /// - Returns: What they own by now.
    package func ownedLater(
        by objects: [ObjectID: String],
        since planned: PlannedContainers,
        isKnown: (_ uid: String, _ owner: ObjectID) -> Bool
    ) async -> OwnedLater {
        let (now, graph, followers): ([KubeObject], OwnerGraph, FollowerRule)
        do throws(KubeError) {
            (now, graph, followers) = try await containersWithOwners(planned)
        } catch {
            return .unknown("what it owns could not be looked for again: \(error)")
        }
        let byUID = Dictionary(objects.map { ($0.value, $0.key) }) { first, _ in first }
        var found: [ObjectID: ObjectID] = [:]
        for object in now {
            let uid = object.uid ?? ""
            var climbed: Set<OwnerLink.Owner> = []
            let above = graph.climb(object.ownerLinks, besides: &climbed)
            for link in above {
                // A definition takes along its objects, and those what they own.
                let definition = link.owner.id.isContainer && objects[link.owner.id] != nil ? link.owner.id : nil
                guard let owner = byUID[link.owner.uid] ?? definition, !isKnown(uid, owner) else { continue }
                if found[owner] == nil { found[owner] = object.id }
            }
            guard !planned.steps.contains(uid) else { continue }
            let known = planned.unknownOwners[uid] ?? []
            // A definition with owners is among these; one without leads nowhere.
            let gap = above.first { graph.isGap($0.owner) && !$0.isOfContainer && !known.contains($0.owner) }
            if let gap {
                return .unknown(
                    "it may own \(object.id): \(gap.owner.id), which owns that or its owner, cannot be read now"
                )
            }
        }
        let byContainerUID = Dictionary(now.map { ($0.uid ?? "", $0) }) { first, _ in first }
        return .known(found, now: byContainerUID, followers)
    }

    /// The Namespaces and definitions with owners that there are, ascending, and who owns what above them.
    private func containersWithOwners(
        _ planned: PlannedContainers
    ) async throws(KubeError) -> ([KubeObject], OwnerGraph, FollowerRule) {
        var live = LiveSet(catalog: try await client.discover(), objects: [:], unreadable: [:])
        var now: [KubeObject] = []
        for resource in [APIResource.namespaces, .customResourceDefinitions] {
            let kind = resource.gvk.groupKind
            guard !planned.unread.contains(kind) else { continue }
            switch live.catalog.lookup(kind) {
            case .unknown: continue
            case .unavailable(let reason):
                throw KubeError(reason: .unreachable, message: "the API group \(kind.group) did not answer: \(reason)")
            case .served: now += try await objectsWithOwners(resource).filter { $0.deletionTimestamp == nil }
            }
        }
        live.ownedContainers = .read(now, unread: [:])
        // What could not be known is not asked for again.
        for owner in planned.unknownOwners.values.joined() {
            live.ancestors[owner] = .unknown("it could not be read for the plan")
        }
        // The plan may have asked in several rounds.
        let found = await ancestors(of: now.flatMap(\.ownerLinks), in: live, room: 3 * Self.maxAncestors)
        live.ancestors.merge(found) { $1 }
        return (now.sorted { $0.id < $1.id }, OwnerGraph(live, followsContainers: true), FollowerRule(live.catalog))
    }

    /// Who owns some of this project's own objects by now: one list for each kind, by label.
    ///
    /// - Parameter objects: Which objects count. A copy of the label on another one means nothing.
    /// - Returns: By the uid of an owner, the first object that it owns; or why a kind could not be listed.
    package func owners(
        of objects: Set<ObjectID>
    ) async -> Result<[String: ObjectID], KubeError> {
        let catalog: APICatalog
        do throws(KubeError) { catalog = try await client.discover() } catch { return .failure(error) }
        var owned: [String: ObjectID] = [:]
        let kinds = Dictionary(grouping: objects, by: \.groupKind)
        for (kind, ids) in kinds.sorted(by: { $0.key < $1.key }) {
            let found: Result<[KubeObject], KubeError> =
                switch catalog.lookup(kind) {
                // There are no objects of it any more.
                case .unknown: .success([])
                case .unavailable(let reason):
                    .failure(
                        KubeError(
                            reason: .unreachable,
                            message: "the API group \(kind.group) did not answer: \(reason)"
                        )
                    )
                case .served(let resource): await present(Set(ids), resource)
                }
            switch found {
            case .failure(let error): return .failure(error)
            case .success(let found):
                for object in found.sorted(by: { $0.id < $1.id }) where object.deletionTimestamp == nil {
                    for link in object.ownerLinks where owned[link.owner.uid] == nil {
                        owned[link.owner.uid] = object.id
                    }
                }
            }
        }
        return .success(owned)
    }

    /// Those of some objects of one kind that are there: in a list, or one by one where the kind cannot be listed.
    private func present(_ ids: Set<ObjectID>, _ resource: APIResource) async -> Result<[KubeObject], KubeError> {
        let spaces = Set(ids.map(\.namespace)).subtracting([""])
        guard resource.verbs.contains("list") else {
            return await wholes(ids.sorted(), of: resource, namespaces: spaces).map { Array($0.values) }
        }
        let list = await listLabelled(resource, namespaces: spaces) { object in
            object.hasOwners && ids.contains(object.id) ? (object.id, .whole(object)) : nil
        }
        return list.map { $0.objects.values.compactMap(\.whole) }
    }
}
