// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Who owns what, as far as a pass knows it: also objects that git does not know. A Namespace and a definition take along what
/// they hold or define, as an owner what it owns; what is above those is followed only where that may matter.
package struct OwnerGraph {
    /// Whether Namespaces and definitions are followed, too. As they are in no namespace, only what is in none owns them.
    package let followsContainers: Bool
    private let catalog: APICatalog
    /// What was looked for because of a plan, by the place that a reference names.
    private var ancestors: [OwnerLink.Owner: Ancestor]
    /// By uid, what is known to be there: it is, whatever another reference says of its place.
    private var existing: [String: Ancestor]

    /// - Parameters:
    ///   - live: What was read; nil for a graph of nothing.
    ///   - followsContainers: Whether what owns Namespaces and definitions matters.
    package init(_ live: LiveSet?, followsContainers: Bool) {
        self.followsContainers = followsContainers
        catalog = live?.catalog ?? APICatalog()
        ancestors = live?.ancestors ?? [:]
        existing = [:]
        for (owner, ancestor) in ancestors where ancestor.exists && !owner.uid.isEmpty {
            existing[owner.uid] = ancestor
        }
        for (id, object) in live?.objects ?? [:] {
            guard let uid = object.uid else { continue }
            // What is kept only as a mark has no owners, see ``FeedStore``.
            let ancestor = object.whole.map(Ancestor.init) ?? .exists(owners: [])
            existing[uid] = ancestor
            if id.isContainer { ancestors[OwnerLink(to: id).owner] = ancestor }
        }
        for object in live?.contents.values.lazy.flatMap(\.objects) ?? [] {
            guard let uid = object.uid, existing[uid] == nil else { continue }
            existing[uid] = Ancestor(object)
        }
        guard case .read(let owned, _) = live?.ownedContainers else { return }
        for object in owned where ancestors[OwnerLink(to: object.id).owner] == nil {
            learn(OwnerLink(to: object.id).owner, Ancestor(object))
        }
    }

    /// Adds what was found out about an owner.
    package mutating func learn(_ owner: OwnerLink.Owner, _ ancestor: Ancestor) {
        ancestors[owner] = ancestor
        if ancestor.exists, !owner.uid.isEmpty { existing[owner.uid] = ancestor }
    }

    /// What is known of an owner; nil when nobody has looked for it.
    package func ancestor(_ owner: OwnerLink.Owner) -> Ancestor? { existing[owner.uid] ?? ancestors[owner] }

    /// Whether it is not known what owns an owner: nobody has looked for it, or it could not be read.
    package func isGap(_ owner: OwnerLink.Owner) -> Bool {
        switch ancestor(owner) {
        case nil, .unknown: true
        case .exists, .gone: false
        }
    }

    /// The references of an object: to its owners, and to what holds and what defines it.
    ///
    /// - Parameters:
    ///   - id: The object.
    ///   - object: Nil when it is not known, or not there.
    /// - Returns: Its references to owners, in their order, and behind them those to the containers.
    package func links(of id: ObjectID, _ object: KubeObject?) -> [OwnerLink] {
        (object?.ownerLinks ?? []) + containers(of: id)
    }

    /// The references of an owner, as far as it is known to be there.
    package func links(above owner: OwnerLink.Owner) -> [OwnerLink] {
        guard case .exists(let owners, _) = ancestor(owner) else { return [] }
        return owners + containers(of: owner.id)
    }

    private func containers(of id: ObjectID) -> [OwnerLink] {
        guard followsContainers else { return [] }
        var links: [OwnerLink] = []
        if !id.namespace.isEmpty {
            links.append(OwnerLink(to: ObjectID(groupKind: .namespace, namespace: "", name: id.namespace)))
        }
        if id.isCustomResource, case .served(let resource) = catalog.lookup(id.groupKind) {
            let name = "\(resource.plural).\(id.group)"
            links.append(OwnerLink(to: ObjectID(groupKind: .customResourceDefinition, namespace: "", name: name)))
        }
        return links
    }

    /// The references of what has some, to its owners, to theirs, and so on.
    ///
    /// - Parameters:
    ///   - links: The references of the objects themselves.
    ///   - known: Owners that are left out; grows by what is found.
    ///   - isEnd: Whether what is above an owner, by its uid, is of no interest.
    /// - Returns: One reference to each owner.
    package func climb(
        _ links: [OwnerLink],
        besides known: inout Set<OwnerLink.Owner>,
        until isEnd: (String) -> Bool = { _ in false }
    ) -> [OwnerLink] {
        var found: [OwnerLink] = []
        var open = links
        while let link = open.popLast() {
            guard known.insert(link.owner).inserted else { continue }
            found.append(link)
            if !isEnd(link.owner.uid) { open += self.links(above: link.owner) }
        }
        return found
    }

    /// Where it is not known what is above an owner, or whether it is there.
    ///
    /// - Parameter links: The references to begin with.
    /// - Returns: By owner, one reference that nobody has followed or that could not be followed: to itself or to one above.
    package func gaps(above links: [OwnerLink]) -> [OwnerLink.Owner: OwnerLink] {
        var known: Set<OwnerLink.Owner> = []
        var queue: [OwnerLink] = []
        var gaps: [OwnerLink.Owner: OwnerLink] = [:]
        var below: [OwnerLink.Owner: [OwnerLink]] = [:]
        for link in climb(links, besides: &known) {
            switch ancestor(link.owner) {
            case nil, .unknown:
                gaps[link.owner] = link
                queue.append(link)
            case .exists, .gone:
                for above in self.links(above: link.owner) { below[above.owner, default: []].append(link) }
            }
        }
        var next = 0
        while next < queue.count {
            let gap = gaps[queue[next].owner]
            for link in below[queue[next].owner] ?? [] where gaps[link.owner] == nil {
                gaps[link.owner] = gap
                queue.append(link)
            }
            next += 1
        }
        return gaps
    }
}

extension Ancestor {
    init(_ object: KubeObject) {
        self = .exists(owners: object.ownerLinks, isEnding: object.deletionTimestamp != nil)
    }

    fileprivate var exists: Bool { if case .exists = self { true } else { false } }
}
