// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan

extension Step {
    private static let maxNamed = 5

    /// What goes from the object beside the differences of the plan: fields of people's kubectl that the step makes its own
    /// (``OwnershipTakeover``), that the manifest does not declare, and that nobody else owns. The outermost place of each,
    /// ascending by path; a field that the API server fills in again is among them.
    var removals: [FieldDifference] {
        guard let live, !SyncAnnotation.forbidsForce(object),
            let takeover = OwnershipTakeover(for: live, applying: object, adopts: cause == .adoption)
        else { return [] }
        var search = RemovalSearch(kept: FieldSet(of: takeover.kept), entries: live.managedFields)
        search.look(at: takeover.moved, live: live.json, declared: object.json, kept: search.kept, path: [])
        var planned = FieldSet()
        for difference in differences { planned.insert(difference.path) }
        return search.found.filter { !planned.touches($0.path) }.sorted { $0.path.lexicographicallyPrecedes($1.path) }
    }

    /// What the step has removed beside the differences of the plan, for display.
    ///
    /// - Parameter object: The object after the apply.
    /// - Returns: At most as many as are listed of one object.
    func removed(from object: KubeObject) -> [FieldChange] {
        FieldChange.list(removals.filter { !$0.stands(in: object) }, of: id.groupKind)
    }

    /// The same for the reason of the write, before it is known what the API server fills in again; empty when there is
    /// nothing.
    var removalText: String {
        let removals = removals
        guard !removals.isEmpty else { return "" }
        let named = removals.prefix(Self.maxNamed).map { removal in
            removal.shownPath(of: id.groupKind) + (removal.owner.map { " (taken from \($0))" } ?? "")
        }
        let more = removals.count > Self.maxNamed ? " and \(removals.count - Self.maxNamed) more" : ""
        return "; removes \(named.joined(separator: ", "))\(more)"
    }
}

extension FieldSet {
    /// Whether a path of the set leads to this place, to one around it or to one within it. Takes as many steps as the
    /// path has, however many paths are in the set.
    func touches(_ path: [FieldPathElement]) -> Bool {
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
                found.append(FieldDifference(path: path, before: live, after: nil, owner: owner(of: path)))
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
