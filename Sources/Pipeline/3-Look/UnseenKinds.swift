// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects

/// The kinds that could not be looked through since the inventory was lost, compared with what can be read now.
package struct UnseenKinds: Sendable {
    /// Stands for all kinds of a group that did not answer discovery.
    package static let wildcard = "*"
    /// For how long the list of a kind is tried in which members are only looked for. Nothing that git declares may wait
    /// for a kind that has nothing to do with it, and whose conversion webhook hangs, for example.
    static let patience = RequestPatience(attempt: .seconds(15), retries: .seconds(5))

    /// Those that cannot be looked through now either.
    package let left: Set<GroupKind>
    /// Objects that carry our label, were applied by us, and are not members; of the kinds that could be read.
    package let foundAgain: [ObjectID: Inventory.Member]

    /// Compares what an inventory says was never looked through with what was read.
    package init(inventory: Inventory, live: LiveSet) {
        guard !inventory.unseenKinds.isEmpty else {
            (left, foundAgain) = ([], [:])
            return
        }
        var left: Set<GroupKind> = []
        var seen: Set<GroupKind> = []
        for kind in UnseenKinds.spelledOut(inventory.unseenKinds, in: live.catalog) {
            switch live.catalog.lookup(kind) {
            case .served(let resource) where resource.verbs.contains("list") && live.unreadable[kind] == nil:
                seen.insert(kind)
                // Where only some namespaces may be read, the others are not known.
                if live.narrowed.contains(kind) { left.insert(kind) }
            case .unknown where live.undefined.contains(kind): break
            default: left.insert(kind)
            }
        }
        var foundAgain: [ObjectID: Inventory.Member] = [:]
        for (id, object) in live.objects where seen.contains(id.groupKind) && inventory.members[id] == nil {
            // An object with another tool's mark is included: the next plan releases it, and says so. If it were left
            // out, it would have no owner once that mark is removed.
            guard let object = object.whole, let uid = object.uid, object.isApplied(for: inventory.applySet)
            else { continue }
            foundAgain[id] = Inventory.Member(uid: uid, doubt: .lost)
        }
        self.left = left
        self.foundAgain = foundAgain
    }

    /// The kinds, with `*` replaced by all kinds of its group if the group answers.
    package static func spelledOut(_ kinds: Set<GroupKind>, in catalog: APICatalog) -> Set<GroupKind> {
        var result = kinds.filter { $0.kind != wildcard }
        let groups = Set(kinds.filter { $0.kind == wildcard }.map(\.group))
        guard !groups.isEmpty else { return result }
        for group in groups where catalog.unavailableGroups[group] != nil {
            result.insert(GroupKind(group: group, kind: wildcard))
        }
        for resource in catalog.resources where groups.contains(resource.gvk.group) {
            guard resource.verbs.isSuperset(of: ["list", "delete"]) else { continue }
            result.insert(resource.gvk.groupKind)
        }
        return result
    }
}
