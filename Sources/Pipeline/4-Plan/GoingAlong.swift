// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// What goes along with the steps of a plan beside the steps themselves: what a Namespace holds or a definition defines. The
/// container is a step, or the garbage collector deletes it because steps own it.
package struct GoingAlong: Sendable {
    package let container: ObjectID
    /// The incarnation that was found.
    package let uid: String
    /// The steps that own it, directly or through others; ascending. Empty where the container is a step itself.
    package let owners: [ObjectID]
    /// Metadata of what a person is shown: what was put there on purpose, without the steps. Ascending.
    package let objects: [KubeObject]
    /// All that it held; nil when it was not looked through.
    package let contents: ContainerContents?
}

extension Sequence<PruneStep> {
    /// The uids of those that are deleted before any Namespace and definition. What they control goes by itself, once they are
    /// gone. What another container holds or is may stay when that is refused, after a definition is gone.
    package var uidsOfFirst: Set<String> { Set(lazy.filter { !$0.id.isContainer }.map(\.uid)) }
}

/// Namespaces and definitions among what goes, or owned by what goes.
extension PrunePlanner {
    /// What goes along with these steps: first with those that are containers, then with those that own one.
    ///
    /// - Parameters:
    ///   - steps: In the order of deletion.
    ///   - owners: As ``containerOwners(of:)``.
    /// - Returns: Each in ascending order.
    func goingAlong(with steps: [PruneStep], owners: [String: Set<ObjectID>]) -> [GoingAlong] {
        let uids = Set(steps.map(\.uid))
        let first = steps.uidsOfFirst
        // What goes along with an owner is looked through when the turn of that comes: what follows from later steps is listed.
        func going(before uid: String) -> Set<String> {
            guard let its = owners[uid], let turn = steps.first(where: { its.contains($0.id) }) else { return first }
            let before = steps.prefix { !its.contains($0.id) && $0.id.groupKind != turn.id.groupKind }
            return before.uidsOfFirst.union(steps.filter { its.contains($0.id) }.uidsOfFirst)
        }
        func along(_ id: ObjectID, _ uid: String, owners: [ObjectID]) -> GoingAlong {
            let contents = live.contents[id]
            let going = contents?.followers == .ofWhatGoes ? going(before: uid) : first
            let own = contents?.ownObjects(going: going) ?? []
            let objects = own.filter { !uids.contains($0.uid ?? "") }.sorted { $0.id < $1.id }
            return GoingAlong(container: id, uid: uid, owners: owners, objects: objects, contents: contents)
        }
        let containers = steps.filter(\.id.isContainer).sorted { $0.id < $1.id }
        return containers.map { along($0.id, $0.uid, owners: []) }
            + ownedContainers(of: steps).map { along($0.container.id, $0.container.uid ?? "", owners: $0.owners) }
    }

    /// The Namespaces and definitions that the garbage collector would delete with the last of these steps, and that are
    /// neither declared nor members, which are judged themselves. Ascending.
    func ownedContainers(of steps: [PruneStep]) -> [(container: KubeObject, owners: [ObjectID])] {
        let among = StepIndex(steps)
        return strangeContainers.compactMap { object in
            let owners = owners(of: object, among)
            return owners.isEmpty ? nil : (object, owners)
        }
    }

    /// By the uid of each Namespace and definition that goes, as a step or along with steps: the other steps that own it.
    func containerOwners(of steps: [PruneStep]) -> [String: Set<ObjectID>] {
        let among = StepIndex(steps)
        let along = ownedContainers(of: steps)
        var found = Dictionary(along.map { ($0.container.uid ?? "", Set($0.owners)) }) { $0.union($1) }
        for step in steps where step.id.isContainer { found[step.uid] = Set(owners(of: step.live, among)) }
        return found
    }

    private struct StepIndex {
        let byUID: [String: ObjectID]
        let containers: Set<ObjectID>

        init(_ steps: [PruneStep]) {
            byUID = Dictionary(steps.map { ($0.uid, $0.id) }) { first, _ in first }
            containers = Set(steps.map(\.id).filter(\.isContainer))
        }
    }

    /// The steps that own an object, directly or through others; ascending.
    private func owners(of object: KubeObject, _ steps: StepIndex) -> [ObjectID] {
        var known: Set<OwnerLink.Owner> = []
        let above = graph.climb(object.ownerLinks, besides: &known)
        // A definition takes along its objects, and those what they own.
        let owners = above.compactMap { link in
            steps.byUID[link.owner.uid] ?? (steps.containers.contains(link.owner.id) ? link.owner.id : nil)
        }
        return Set(owners).sorted()
    }

    /// The uids of all that owns a Namespace or definition of others, directly or through others.
    var uidsAboveContainers: Set<String> {
        var known: Set<OwnerLink.Owner> = []
        return Set(graph.climb(strangeContainers.flatMap(\.ownerLinks), besides: &known).map(\.owner.uid))
    }

    /// One reference for each owner above Namespaces and definitions of others of which it is not known what owns it.
    var gapsAboveContainers: [OwnerLink] {
        var known: Set<OwnerLink.Owner> = []
        return graph.climb(strangeContainers.flatMap(\.ownerLinks), besides: &known).filter { graph.isGap($0.owner) }
    }

    /// By the uid of each of those, the owners above it of which it is not known what owns them.
    var unknownAboveContainers: [String: Set<OwnerLink.Owner>] {
        var found: [String: Set<OwnerLink.Owner>] = [:]
        for object in strangeContainers {
            var known: Set<OwnerLink.Owner> = []
            let gaps = graph.climb(object.ownerLinks, besides: &known).map(\.owner).filter(graph.isGap)
            if !gaps.isEmpty { found[object.uid ?? ""] = Set(gaps) }
        }
        return found
    }

    /// The Namespaces and definitions with owners that are neither declared nor members, and not being deleted. Ascending.
    private var strangeContainers: [KubeObject] {
        guard case .read(let objects, _) = live.ownedContainers else { return [] }
        return objects.filter {
            $0.deletionTimestamp == nil && inventory.members[$0.id] == nil && !isDeclared($0.id)
        }.sorted { $0.id < $1.id }
    }
}
