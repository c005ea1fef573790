// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Waiting

/// Looking for the owners of owners before anything is deleted: an object may be deleted along with something that nobody has
/// named, through objects of others.
extension LiveReader {
    /// More are not read; the plan says so.
    private static let maxAncestors = 1_000

    /// Owners that a plan does not know, with their owners and so on, up to those that were read already.
    ///
    /// - Parameters:
    ///   - links: The references to look for.
    ///   - live: What was read already.
    /// - Returns: What is known of owners then, by uid.
    package func ancestors(of links: [OwnerLink], in live: LiveSet) async -> [String: Ancestor] {
        var found = live.ancestors
        var known = Set(live.objects.values.compactMap(\.uid)).union(found.keys)
        var open = links
        while !open.isEmpty {
            let wanted = open.filter { known.insert($0.uid).inserted }
            let room = max(0, Self.maxAncestors - found.count)
            for link in wanted.dropFirst(room) {
                found[link.uid] = .unknown("there are more than \(Self.maxAncestors) owners to look for")
            }
            let read = Array(wanted.prefix(room))
            let answers = await concurrently(read, limit: limit) { await ancestor($0, live.catalog) }
            open = []
            for (link, answer) in zip(read, answers) {
                let ancestor = answer ?? .unknown("cancelled")
                found[link.uid] = ancestor
                if case .exists(let owners) = ancestor { open += owners }
            }
        }
        return found
    }

    private func ancestor(_ link: OwnerLink, _ catalog: APICatalog) async -> Ancestor {
        switch catalog.lookup(link.owner.groupKind) {
        case .unknown: return .gone
        case .unavailable(let reason): return .unknown("its API group did not answer: \(reason)")
        case .served(let resource):
            // What is in no namespace has no owner in one: the garbage collector does not follow such a reference.
            if resource.isNamespaced, link.owner.namespace.isEmpty { return .gone }
            let namespace = resource.isNamespaced ? link.owner.namespace : ""
            do throws(KubeError) {
                let object = try await client.get(resource, namespace: namespace, name: link.owner.name)
                guard let object, object.uid == link.uid else { return .gone }
                return .exists(owners: object.ownerLinks)
            } catch {
                return .unknown("\(error)")
            }
        }
    }
}
