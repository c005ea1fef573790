// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Waiting

/// Looking for the owners of owners before anything is deleted: an object may be deleted along with something that nobody has
/// named, through objects of others.
extension LiveReader {
    /// More are not read; the plan says so.
    private static let maxAncestors = 200

    /// Owners that a plan does not know, with their owners and so on, up to those that were read already.
    ///
    /// - Parameters:
    ///   - links: The references to look for.
    ///   - live: What was read already.
    /// - Returns: What became known, by uid.
    package func ancestors(of links: [OwnerLink], in live: LiveSet) async -> [String: Ancestor] {
        var known = Set(live.objects.values.compactMap(\.uid))
        var found: [String: Ancestor] = [:]
        var open = links
        while !open.isEmpty {
            var next: [OwnerLink] = []
            let wanted = open.filter { known.insert($0.uid).inserted }
            let room = max(0, Self.maxAncestors - found.count)
            for link in wanted.dropFirst(room) {
                found[link.uid] = .unknown("there are more than \(Self.maxAncestors) owners to look for")
            }
            let read = Array(wanted.prefix(room))
            let answers = await concurrently(read, limit: limit) { await ancestor($0, live.catalog) }
            for (link, answer) in zip(read, answers) {
                let (ancestor, links) = answer ?? (.unknown("cancelled"), [])
                found[link.uid] = ancestor
                next += links
            }
            open = next
        }
        return found
    }

    private func ancestor(_ link: OwnerLink, _ catalog: APICatalog) async -> (Ancestor, [OwnerLink]) {
        switch catalog.lookup(link.owner.groupKind) {
        case .unknown: return (.gone, [])
        case .unavailable(let reason): return (.unknown("its API group did not answer: \(reason)"), [])
        case .served(let resource):
            let namespace = resource.isNamespaced ? link.owner.namespace : ""
            do throws(KubeError) {
                let object = try await client.get(resource, namespace: namespace, name: link.owner.name)
                guard let object, object.uid == link.uid else { return (.gone, []) }
                return (.exists(owners: object.ownerUIDs), object.ownerLinks)
            } catch {
                return (.unknown("\(error)"), [])
            }
        }
    }
}
