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
    ///   - unread: What was not known then: the kinds of these that could not be listed, which are left out, and owners.
    ///   - steps: The uids of all that is to be deleted, which is judged itself.
    ///   - isKnown: Whether the plan knew that the Namespace or definition with a uid goes along with an object.
    /// - Returns: What they own by now.
    package func ownedLater(
        by objects: [ObjectID: String],
        besides unread: (kinds: Set<GroupKind>, owners: Set<OwnerLink.Owner>),
        of steps: Set<String>,
        isKnown: (_ uid: String, _ owner: ObjectID) -> Bool
    ) async -> OwnedLater {
        let (now, graph): ([KubeObject], OwnerGraph)
        do throws(KubeError) {
            (now, graph) = try await containersWithOwners(besides: unread.kinds, of: steps)
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
            // A definition with owners is among these; one without leads nowhere.
            let gap = above.first { graph.isGap($0.owner) && !$0.isOfContainer && !unread.owners.contains($0.owner) }
            if let gap {
                return .unknown(
                    "it may own \(object.id): \(gap.owner.id), which owns that or its owner, cannot be read now"
                )
            }
        }
        return .known(found)
    }

    /// The Namespaces and definitions with owners that there are, ascending, and who owns what above them.
    private func containersWithOwners(
        besides unread: Set<GroupKind>,
        of steps: Set<String>
    ) async throws(KubeError) -> ([KubeObject], OwnerGraph) {
        var live = LiveSet(catalog: try await client.discover(), objects: [:], unreadable: [:])
        var now: [KubeObject] = []
        for resource in [APIResource.namespaces, .customResourceDefinitions] {
            let kind = resource.gvk.groupKind
            if case .unavailable(let reason) = live.catalog.lookup(kind), !unread.contains(kind) {
                throw KubeError(reason: .unreachable, message: "the API group \(kind.group) did not answer: \(reason)")
            }
            guard !unread.contains(kind), case .served = live.catalog.lookup(kind) else { continue }
            now += try await objectsWithOwners(resource).filter {
                $0.deletionTimestamp == nil && !steps.contains($0.uid ?? "")
            }
        }
        live.ownedContainers = .read(now, unread: [:])
        live.ancestors = await ancestors(of: now.flatMap(\.ownerLinks), in: live)
        return (now.sorted { $0.id < $1.id }, OwnerGraph(live, followsContainers: true))
    }
}
