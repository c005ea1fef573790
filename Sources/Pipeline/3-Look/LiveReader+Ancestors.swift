// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Waiting

/// Looking for the owners of owners before anything is deleted: an object may be deleted along with something that nobody has
/// named, through objects of others.
extension LiveReader {
    /// When there are more, none of them is read; the plan says so.
    private static let maxAncestors = 1_000

    /// Owners that a plan does not know, with their owners and so on; through those that were read already.
    ///
    /// - Parameters:
    ///   - links: The references to look for.
    ///   - live: What was read already.
    /// - Returns: What is known then of all owners that had to be looked for.
    package func ancestors(of links: [OwnerLink], in live: LiveSet) async -> [OwnerLink.Owner: Ancestor] {
        var found: [OwnerLink.Owner: Ancestor] = [:]
        var graph = OwnerGraph(live)
        var known: Set<OwnerLink.Owner> = []
        var room = Self.maxAncestors
        var open = links
        while !open.isEmpty {
            let unread = graph.climb(open, besides: &known).map(\.owner).filter { graph.ancestor($0) == nil }
            let wanted = Dictionary(grouping: unread) { place(of: $0, live.catalog) }.sorted { $0.key < $1.key }
            let inReach = wanted.filter { unasked($0.key, live.catalog) == nil }.count
            let isTooMuch = inReach > room
            room -= inReach
            let answers = await concurrently(wanted, limit: limit) { place, owners in
                if let known = unasked(place, live.catalog) ?? (isTooMuch ? Self.tooMany : nil) {
                    return owners.map { ($0, known) }
                }
                return await ask(for: owners, at: place, live.catalog)
            }
            open = []
            for (answer, (_, owners)) in zip(answers, wanted) {
                for (owner, ancestor) in answer ?? owners.map({ ($0, .unknown("cancelled")) }) {
                    found[owner] = ancestor
                    graph.learn(owner, ancestor)
                    if case .exists(let above, _) = ancestor { open += above }
                }
            }
        }
        return found
    }

    private static let tooMany = Ancestor.unknown("there are more than \(maxAncestors) owners to look for")

    /// Where an owner is to be found: references from several namespaces may name one that is in none.
    private func place(of owner: OwnerLink.Owner, _ catalog: APICatalog) -> ObjectID {
        guard case .served(let resource) = catalog.lookup(owner.id.groupKind), !resource.isNamespaced else {
            return owner.id
        }
        return ObjectID(groupKind: owner.id.groupKind, namespace: "", name: owner.id.name)
    }

    /// What is known of the owners in a place without a question; nil when there has to be one.
    private func unasked(_ place: ObjectID, _ catalog: APICatalog) -> Ancestor? {
        switch catalog.lookup(place.groupKind) {
        case .unknown: .gone
        case .unavailable(let reason): .unknown("its API group did not answer: \(reason)")
        // What is in no namespace has no owner in one: the garbage collector does not follow such a reference.
        case .served(let resource): resource.isNamespaced && place.namespace.isEmpty ? .gone : nil
        }
    }

    /// Asks for some owners that are named in one place.
    private func ask(
        for owners: [OwnerLink.Owner],
        at place: ObjectID,
        _ catalog: APICatalog
    ) async -> [(OwnerLink.Owner, Ancestor)] {
        guard case .served(let resource) = catalog.lookup(place.groupKind) else { return owners.map { ($0, .gone) } }
        do throws(KubeError) {
            guard let object = try await client.get(resource, namespace: place.namespace, name: place.name) else {
                return owners.map { ($0, .gone) }
            }
            return owners.map { ($0, $0.uid.isEmpty || $0.uid == object.uid ? Ancestor(object) : .gone) }
        } catch {
            let reason = "\(error)"
            return owners.map { ($0, .unknown(reason)) }
        }
    }
}
