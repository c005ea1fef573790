// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// Who owns what, as far as a pass has read it: also objects that git does not know.
struct OwnerGraph {
    private let ancestors: [String: Ancestor]
    /// The whole objects that were read, by uid.
    private let wholes: [String: KubeObject]
    /// The uids of those of which no more is known: they have no owners.
    private let settled: Set<String>

    init(_ live: LiveSet?) {
        ancestors = live?.ancestors ?? [:]
        let objects = live.map { Array($0.objects.values) } ?? []
        let whole = objects.compactMap(\.whole) + (live?.contents.values.flatMap(\.objects) ?? [])
        wholes = Dictionary(whole.compactMap { object in object.uid.map { ($0, object) } }) { first, _ in first }
        settled = Set(objects.filter { $0.whole == nil }.compactMap(\.uid))
    }

    /// What is known of an owner; nil when nobody has looked for it.
    func ancestor(_ uid: String) -> Ancestor? {
        if let object = wholes[uid] { return .exists(owners: object.ownerLinks) }
        return settled.contains(uid) ? .exists(owners: []) : ancestors[uid]
    }

    /// The references to an object's owners, to theirs, and so on; each owner once, without those in `known`, which grows by
    /// what is found.
    func links(above object: KubeObject, besides known: inout Set<String>) -> [OwnerLink] {
        var found: [OwnerLink] = []
        var open = object.ownerLinks
        while let link = open.popLast() {
            guard known.insert(link.uid).inserted else { continue }
            found.append(link)
            if case .exists(let owners) = ancestor(link.uid) { open += owners }
        }
        return found
    }

    /// The uids of its owners, and of those above that are not among the objects that were read: each of the others knows its
    /// own.
    func uids(above object: KubeObject) -> [String] {
        var found = object.ownerUIDs
        var known = Set(found)
        var next = 0
        while next < found.count {
            if case .exists(let owners) = ancestors[found[next]] {
                found += owners.map(\.uid).filter { known.insert($0).inserted }
            }
            next += 1
        }
        return found
    }
}
