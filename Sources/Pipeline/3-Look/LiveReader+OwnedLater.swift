// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects

/// What some objects own by now that a plan did not know.
package enum OwnedLater: Sendable, Hashable {
    /// By object, what it owns; without those that own no more than the plan knew.
    case known([ObjectID: ObjectID])
    /// It cannot be known; a sentence without its end.
    case unknown(String)
}

extension LiveReader {
    /// Looks again which Namespaces and definitions some objects own, directly or through others, just before these are deleted.
    ///
    /// - Parameters:
    ///   - objects: The objects with their uids.
    ///   - planned: The Namespaces and definitions with owners that there were when the plan was made.
    ///   - unread: The kinds of these that could not be listed then; they are left out.
    ///   - isKnown: Whether the plan knew that the Namespace or definition with a uid goes along with an object.
    /// - Returns: What they own by now. Where the plan did not know what owns an owner, nobody asks again.
    package func ownedLater(
        by objects: [ObjectID: String],
        since planned: [KubeObject],
        besides unread: Set<GroupKind>,
        isKnown: (_ uid: String, _ owner: ObjectID) -> Bool
    ) async -> OwnedLater {
        let (now, graph): ([KubeObject], OwnerGraph)
        do throws(KubeError) {
            (now, graph) = try await containersWithOwners(besides: unread)
        } catch {
            return .unknown("what it owns could not be looked for again: \(error)")
        }
        let before = Dictionary(planned.map { ($0.uid ?? "", Set($0.ownerLinks)) }) { first, _ in first }
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
            // The garbage collector takes away references to owners that are gone.
            if before[uid]?.isSuperset(of: object.ownerLinks) != true,
                let gap = above.first(where: { graph.isGap($0.owner) && !$0.isOfContainer })
            {
                return .unknown(
                    "\(object.id) has got an owner since the plan was made, and \(gap.owner.id) is not known"
                )
            }
        }
        return .known(found)
    }

    /// The Namespaces and definitions with owners that there are, ascending, and who owns what above them.
    private func containersWithOwners(
        besides unread: Set<GroupKind>
    ) async throws(KubeError) -> ([KubeObject], OwnerGraph) {
        var live = LiveSet(catalog: try await client.discover(), objects: [:], unreadable: [:])
        var now: [KubeObject] = []
        for resource in [APIResource.namespaces, .customResourceDefinitions] {
            let kind = resource.gvk.groupKind
            guard !unread.contains(kind), case .served = live.catalog.lookup(kind) else { continue }
            now += try await objectsWithOwners(resource).filter { $0.deletionTimestamp == nil }
        }
        live.ownedContainers = .read(now, unread: [:])
        live.ancestors = await ancestors(of: now.flatMap(\.ownerLinks), in: live)
        return (now.sorted { $0.id < $1.id }, OwnerGraph(live, followsContainers: true))
    }
}
