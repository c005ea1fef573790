// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// Moves what people's kubectl owns of an object to our own entry in managedFields, so that a field that leaves the
/// manifest leaves the object, too. Server-side apply alone would leave it with its other owner for ever.
///
/// The same idea as client-go's `csaupgrade`, with more owners and less taken from those that did not declare the whole
/// object. Controllers and other tools lose only what is a declared item under a changed key. The manager of our own
/// image rollouts loses images, and keeps its restart annotations. Never touched: subresources, and `kubectl-rollout`,
/// whose restart annotations stay.
package struct OwnershipTakeover {
    /// What becomes ours.
    package let moved: FieldSet
    /// The part of it that people's kubectl owns: without what comes from controllers, other tools and our own rollouts.
    let peoples: FieldSet
    /// Our entry with it.
    private let entry: ManagedFieldsEntry
    /// The other entries without it, as `managedFields` writes them.
    package let kept: [JSON]
    /// The version of the object that was read.
    private let version: String

    /// How much of a manager's entry becomes ours.
    private enum Extent {
        /// All of it: the manager declared the whole object, so what it set and we do not want has to go.
        case whole
        /// What the manifest declares as well, and of lists whole the items that it declares, declared until now, or declares
        /// under another key.
        case declared
        /// Items of declared lists that are a declared item under another key.
        case rekeyed
    }

    /// Finds the fields that have to move; nil when there are none.
    ///
    /// - Parameters:
    ///   - live: The object with its current managedFields.
    ///   - document: What will be applied next.
    ///   - adopts: Whether the object is taken over from whoever applied it before.
    package init?(for live: KubeObject, applying document: KubeObject, adopts: Bool) {
        guard let raw = live.metadata["managedFields"]?.array, let version = live.resourceVersion else { return nil }
        let entries = raw.map { (json: $0, entry: ManagedFieldsEntry($0)) }
        let ours = entries.compactMap(\.entry).first(where: \.isOurApply)
        let apiVersion = ours?.apiVersion ?? document.gvk.apiVersion
        var (moved, peoples) = (FieldSet(), FieldSet())
        var time = ours?.time ?? ""
        var kept: [JSON] = []
        for (json, entry) in entries {
            guard let entry, !entry.isOurApply, entry.subresource.isEmpty, entry.apiVersion == apiVersion,
                let extent = Self.extent(of: entry, adopts: adopts)
            else {
                if entry?.isOurApply != true { kept.append(json) }
                continue
            }
            let part =
                switch extent {
                case .whole: entry.fields
                case .declared:
                    Self.declared(entry.fields, by: document.json, ours: ours?.fields)
                        .union(Self.rekeyed(entry.fields, declared: document.json, live: live.json))
                case .rekeyed: Self.rekeyed(entry.fields, declared: document.json, live: live.json)
                }
            moved = moved.union(part)
            if Self.isPeoples(entry, taken: extent) { peoples = peoples.union(part) }
            if !part.isEmpty, time.isEmpty { time = entry.time }
            let rest = entry.fields.subtracting(part)
            if !rest.isEmpty { kept.append(entry.with(rest).json) }
        }
        guard !moved.isEmpty else { return nil }
        self.moved = moved
        self.peoples = peoples
        self.kept = kept
        self.version = version
        entry = ManagedFieldsEntry(
            manager: FieldManager.main,
            operation: .apply,
            apiVersion: apiVersion,
            time: time,
            subresource: "",
            fields: (ours?.fields ?? FieldSet()).union(moved)
        )
    }

    /// The beginning of a JSON patch that applies only to exactly the resourceVersion that was read.
    package var test: [JSON] { [["op": "test", "path": "/metadata/resourceVersion", "value": .string(version)]] }

    /// The JSON patch that rewrites managedFields.
    package var patch: JSON {
        .array(test + [["op": "replace", "path": "/metadata/managedFields", "value": .array([entry.json] + kept)]])
    }

    /// Whether an entry is one of people's kubectl from which a write takes more than items under changed keys.
    static func isPeoples(_ entry: ManagedFieldsEntry) -> Bool {
        extent(of: entry, adopts: false).map { isPeoples(entry, taken: $0) } ?? false
    }

    private static func isPeoples(_ entry: ManagedFieldsEntry, taken extent: Extent) -> Bool {
        extent != .rekeyed && entry.manager != FieldManager.rollout
    }

    /// Nil for managers that keep what is theirs.
    private static func extent(of entry: ManagedFieldsEntry, adopts: Bool) -> Extent? {
        switch (entry.manager, entry.operation) {
        case ("kubectl-client-side-apply", .update), ("kubectl", .update): .whole
        case ("kubectl", .apply): adopts ? .whole : nil
        case ("kubectl-rollout", _): nil
        // A rollout that has pinned an image, or lifted a pin, owns the image: a container that leaves git would stay.
        case (FieldManager.rollout, .update): .declared
        case ("before-first-apply", .update): .declared
        case (let name, .update) where name.hasPrefix("kubectl-"): .declared
        case (_, .update): .rekeyed
        default: nil
        }
    }

    /// The part of a field set that lies in what a document says, and the items of lists that only our own entry knows: they
    /// have left the document. An item that was put in beside them stays with who put it there, as a key of a map does.
    private static func declared(_ fields: FieldSet, by json: JSON?, ours: FieldSet?) -> FieldSet {
        guard json != nil || ours != nil else { return FieldSet() }
        var result = FieldSet()
        result.isMember = json != nil && fields.isMember
        var wanted = ListIndex(json?.array ?? [], for: fields)
        for (element, set) in fields.children {
            var part = FieldSet()
            switch element {
            case .field(let name): part = declared(set, by: json?[name], ours: ours?[element])
            case .key, .value, .index:
                if wanted.item(at: element) != nil || ours?[element] != nil { part = set }
            }
            if !part.isEmpty { result[element] = part }
        }
        return result
    }
}

extension ManagedFieldsEntry {
    fileprivate func with(_ fields: FieldSet) -> ManagedFieldsEntry {
        ManagedFieldsEntry(
            manager: manager,
            operation: operation,
            apiVersion: apiVersion,
            time: time,
            subresource: subresource,
            fields: fields
        )
    }
}
