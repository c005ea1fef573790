// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// Objects that would leave the inventory, and what owns them.
extension PrunePlanner {
    /// What is let go stays a member while it is not known what owns it: no later pass reads it, so members that own it, also
    /// through objects of others, have to be remembered before.
    ///
    /// - Returns: Their owners that nobody has looked for.
    func keepUnfollowed(_ fates: inout [ObjectID: Fate]) -> [OwnerLink] {
        var links: [ObjectID: [OwnerLink]] = [:]
        for (id, fate) in fates where fate.isLetGo {
            guard let object = live.objects[id]?.whole, !isDeclaredOtherwise(object) else { continue }
            links[id] = graph.links(of: id, object)
        }
        guard !links.isEmpty else { return [] }
        let sorted = links.sorted { $0.key < $1.key }
        let gaps = graph.gaps(above: sorted.flatMap(\.value))
        for (id, links) in sorted {
            let gap = links.lazy.compactMap { link in gaps[link.owner].map { $0.owner == link.owner ? link : $0 } }
                .first
            guard let gap else { continue }
            switch fates[id] {
            case .release(let reason), .spare(let reason, isMember: false):
                fates[id] = .spare("\(reason), and it stays a member while \(reasonToDoubt(gap))", isMember: true)
            default: continue
            }
        }
        return Set(gaps.values).filter { graph.ancestor($0.owner) == nil }.sorted {
            ($0.owner.id, $0.owner.uid) < ($1.owner.id, $1.owner.uid)
        }
    }

    /// Why it is not known what owns an object: a clause.
    func reasonToDoubt(_ gap: OwnerLink) -> String {
        let what = gap.isOfContainer ? "\(gap.owner.id)" : "\(gap.owner.id), which owns \(gap.owned),"
        guard case .unknown(let reason) = graph.ancestor(gap.owner) else { return "\(what) has not been looked for" }
        return "\(what) cannot be read: \(reason)"
    }
}
