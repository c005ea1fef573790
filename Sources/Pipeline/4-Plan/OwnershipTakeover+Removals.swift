// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

extension OwnershipTakeover {
    /// What goes from an object with fields that become ours: the manifest does not declare it, and nobody else owns it.
    ///
    /// - Parameters:
    ///   - taken: All that becomes ours, or a part of it.
    ///   - live: The object for which this takeover was made.
    ///   - document: What will be applied next.
    /// - Returns: The outermost place of each, in no order; kubectl's copy of the whole object is left out. A field that the
    ///   API server fills in again is among them.
    package func removals(
        of taken: FieldSet,
        from live: KubeObject,
        applying document: KubeObject
    ) -> [FieldDifference] {
        var search = RemovalSearch(kept: FieldSet(of: kept), entries: live.managedFields)
        let declared = SecretText.normalized(document).json
        search.look(at: taken, live: live.json, declared: declared, kept: search.kept, path: [])
        return search.found
    }
}

extension FieldSet {
    /// What entries of `managedFields` own together.
    package init(of entries: [JSON]) {
        self = entries.compactMap(ManagedFieldsEntry.init).reduce(FieldSet()) { $0.union($1.fields) }
    }

    /// Whether a path of the set leads to this place, to one around it or to one within it. Takes as many steps as the
    /// path has, however many paths are in the set.
    package func touches(_ path: [FieldPathElement]) -> Bool {
        var current = self
        for element in path {
            if current.isMember { return true }
            guard let next = current[element] else { return false }
            current = next
        }
        return !current.isEmpty
    }
}

/// Looks for the places of an object that go with their owner.
private struct RemovalSearch {
    /// What other managers keep.
    let kept: FieldSet
    let entries: [ManagedFieldsEntry]
    private(set) var found: [FieldDifference] = []

    init(kept: FieldSet, entries: [ManagedFieldsEntry]) {
        self.kept = kept
        self.entries = entries
    }

    /// Labels and annotations belong to many: of these each is looked at by itself.
    private static let shared: Set<[FieldPathElement]> = [
        [.field("metadata"), .field("annotations")], [.field("metadata"), .field("labels")],
    ]

    mutating func look(
        at moved: FieldSet,
        live: JSON?,
        declared: JSON?,
        kept: FieldSet?,
        path: [FieldPathElement]
    ) {
        guard let live, !moved.isEmpty else { return }
        if declared == nil, moved.isMember, kept?.isEmpty != false, !Self.shared.contains(path) {
            // It repeats the whole object, and is told of elsewhere.
            if path.last != FieldPathElement.field(WireName.lastApplied) {
                let owner = owner(of: path)
                found.append(
                    FieldDifference(path: path, before: live, after: nil, owner: owner, isTakenAway: true)
                )
            }
            return
        }
        guard !moved.children.isEmpty else { return }
        var wantedItems = ListIndex(declared?.array ?? [], for: moved)
        var liveItems = ListIndex(live.array ?? [], for: moved)
        for (element, child) in moved.children {
            let wanted: JSON?
            let there: JSON?
            if case .field(let name) = element {
                (wanted, there) = (declared?[name], live[name])
            } else {
                (wanted, there) = (wantedItems.item(at: element), liveItems.item(at: element))
            }
            look(at: child, live: there, declared: wanted, kept: kept?[element], path: path + [element])
        }
    }

    /// Who owned it until now; of several the one who wrote last.
    private func owner(of path: [FieldPathElement]) -> FieldOwner? {
        let owners = entries.filter { entry in
            !entry.isOurApply && entry.fields.subset(at: path).map { !$0.isEmpty } == true
        }
        guard let latest = owners.max(by: { $0.time < $1.time }) else { return nil }
        return FieldOwner(manager: latest.manager, subresource: latest.subresource, time: latest.time)
    }
}
