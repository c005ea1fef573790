// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Waiting

/// Looking for the owners of owners before anything is deleted: an object may be deleted along with something that nobody has
/// named, through objects of others.
extension LiveReader {
    /// A round that would make it more is not made; the plan says so.
    static let maxAncestors = 1_000
    /// More objects of one kind without namespaces are listed, metadata only, if that is allowed.
    private static let maxNamed = 20

    /// Owners that a plan does not know, with their owners and so on; through those that were read already, and, if the plan
    /// asks for some, through Namespaces and definitions.
    ///
    /// - Parameters:
    ///   - links: The references to look for.
    ///   - live: What was read already.
    ///   - limit: How many may be asked for by name.
    /// - Returns: What is known then of all owners that had to be looked for.
    func ancestors(
        of links: [OwnerLink],
        in live: LiveSet,
        room limit: Int = LiveReader.maxAncestors
    ) async -> [OwnerLink.Owner: Ancestor] {
        var found: [OwnerLink.Owner: Ancestor] = [:]
        var graph = OwnerGraph(live, followsContainers: links.contains(where: \.isOfContainer))
        var known: Set<OwnerLink.Owner> = []
        var room = limit
        var open = links
        while !open.isEmpty {
            let unread = graph.climb(open, besides: &known).map(\.owner).filter { graph.ancestor($0) == nil }
            let places = Dictionary(grouping: unread) { place(of: $0, live.catalog) }
            let readings = await read(places.keys.sorted(), live.catalog, room: &room)
            open = []
            for owner in unread {
                let ancestor = readings[place(of: owner, live.catalog), default: .cancelled].ancestor(owner.uid)
                found[owner] = ancestor
                graph.learn(owner, ancestor)
                open += graph.links(above: owner)
            }
        }
        return found
    }

    /// What there is in one place.
    private enum Reading: Sendable {
        case object(KubeObject)
        case nothing
        case unknown(String)

        static let cancelled = Reading.unknown("cancelled")

        /// What is known then of the incarnation with this uid; of whichever there is, when that is empty.
        func ancestor(_ uid: String) -> Ancestor {
            switch self {
            case .object(let object) where uid.isEmpty || object.uid == uid: Ancestor(object)
            case .object, .nothing: .gone
            case .unknown(let reason): .unknown(reason)
            }
        }
    }

    /// Where an owner is to be found: references from several namespaces may name one that is in none.
    private func place(of owner: OwnerLink.Owner, _ catalog: APICatalog) -> ObjectID {
        guard case .served(let resource) = catalog.lookup(owner.id.groupKind), !resource.isNamespaced else {
            return owner.id
        }
        return ObjectID(groupKind: owner.id.groupKind, namespace: "", name: owner.id.name)
    }

    /// Reads some places; `room` is how many more may be asked for by name.
    private func read(
        _ places: [ObjectID],
        _ catalog: APICatalog,
        room: inout Int
    ) async -> [ObjectID: Reading] {
        var readings: [ObjectID: Reading] = [:]
        var open: [ObjectID] = []
        for place in places {
            if let reading = unasked(place, catalog) { readings[place] = reading } else { open.append(place) }
        }
        let crowds = Dictionary(grouping: open.filter(\.namespace.isEmpty), by: \.groupKind).filter { _, places in
            places.count > Self.maxNamed
        }
        for (kind, places) in crowds { readings.merge(await list(kind, places, catalog)) { $1 } }
        let named = open.filter { readings[$0] == nil }
        room -= named.count
        guard room >= 0 else {
            let tooMany = Reading.unknown("there are too many owners to look for, more than \(Self.maxAncestors)")
            return readings.merging(named.map { ($0, tooMany) }) { $1 }
        }
        let answers = await concurrently(named, limit: limit) { await get($0, catalog) }
        return readings.merging(zip(named, answers.map { $0 ?? .cancelled })) { $1 }
    }

    /// What is known of a place without a question; nil when there has to be one.
    private func unasked(_ place: ObjectID, _ catalog: APICatalog) -> Reading? {
        switch catalog.lookup(place.groupKind) {
        case .unknown: .nothing
        case .unavailable(let reason): .unknown("its API group did not answer: \(reason)")
        // What is in no namespace has no owner in one: the garbage collector does not follow such a reference.
        case .served(let resource): resource.isNamespaced && place.namespace.isEmpty ? .nothing : nil
        }
    }

    private func get(_ place: ObjectID, _ catalog: APICatalog) async -> Reading {
        guard case .served(let resource) = catalog.lookup(place.groupKind) else { return .nothing }
        do throws(KubeError) {
            let object = try await client.get(resource, namespace: place.namespace, name: place.name)
            return object.map(Reading.object) ?? .nothing
        } catch {
            return .unknown("\(error)")
        }
    }

    /// Reads places of one kind with one question; none where there is no right to list it.
    private func list(_ kind: GroupKind, _ places: [ObjectID], _ catalog: APICatalog) async -> [ObjectID: Reading] {
        guard case .served(let resource) = catalog.lookup(kind) else { return [:] }
        let wanted = Set(places)
        do throws(KubeError) {
            let found = try await client.list(resource, metadataOnly: true) { object in
                wanted.contains(object.id) ? object : nil
            }.kept
            let nothing = Dictionary(places.map { ($0, Reading.nothing) }) { first, _ in first }
            return nothing.merging(found.map { ($0.id, Reading.object($0)) }) { $1 }
        } catch {
            guard error.reason != .forbidden else { return [:] }
            let reason = "\(error)"
            return Dictionary(places.map { ($0, Reading.unknown(reason)) }) { first, _ in first }
        }
    }
}
