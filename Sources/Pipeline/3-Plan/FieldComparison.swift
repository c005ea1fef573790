// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Compares what a manifest declares with what the cluster has, field by field, the way server-side apply would see it.
///
/// An object needs no write when every declared value is live, our Apply entry in `managedFields` owns every declared
/// field, and it owns no field that the manifest no longer declares. Lists are walked by the keys that `managedFields`
/// shows, so no schema is needed; where nothing is known of a list, it is compared whole.
package struct FieldComparison {
    /// At most so many changes are listed for one object.
    static let maxChanges = 100

    private let declared: KubeObject
    private let live: KubeObject
    /// What our manager owns.
    private let ours: FieldSet
    /// The whole object, with what we and what anyone owns of it.
    private let root: FieldPlace
    private let others: [ManagedFieldsEntry]
    private let isSecret: Bool
    private let isBuiltIn: Bool
    private var changes: [FieldChange] = []

    /// The changes an apply of `declared` would make to `live`, ascending by path; empty when it would make none.
    package static func changes(declared: KubeObject, live: KubeObject) -> [FieldChange] {
        var comparison = FieldComparison(declared: declared, live: live)
        comparison.compareRoot()
        return comparison.changes.sorted { $0.path.precedesInByteOrder($1.path) }
    }

    private init(declared: KubeObject, live: KubeObject) {
        self.declared = SecretText.normalized(declared)
        self.live = live
        let entries = live.ownManagedFields
        ours = entries.first(where: \.isOurApply)?.fields ?? FieldSet()
        others = entries.filter { !$0.isOurApply }
        // What our image rollouts have set counts as ours where it is as declared: a pinned image, or one whose pin is over.
        let rolled = entries.first { $0.manager == FieldManager.rollout }?.fields
        root = FieldPlace(
            everyone: entries.reduce(FieldSet()) { $0.union($1.fields) },
            ours: rolled.map(ours.union) ?? ours
        )
        isSecret = declared.gvk.groupKind.isSecret
        isBuiltIn = BuiltInGroup.contains(declared.gvk.group)
    }

    private mutating func compareRoot() {
        for member in declared.json.object ?? JSONObject() where !["apiVersion", "kind"].contains(member.key) {
            if member.key == "metadata" {
                compareMetadata(member.value)
            } else {
                compare(member.value, live.json[member.key], at: root.stepping(into: .field(member.key)))
            }
        }
        reportRemoved(ours, declared: declared.json, live: live.json, at: [])
    }

    /// Name, namespace and what the server sets are never owned by anyone, so they are left out.
    private mutating func compareMetadata(_ metadata: JSON) {
        let place = root.stepping(into: .field("metadata"))
        for member in metadata.object ?? JSONObject()
        where !["name", "namespace", "creationTimestamp", "generateName"].contains(member.key) {
            compare(member.value, live.metadata[member.key], at: place.stepping(into: .field(member.key)))
        }
    }

    private mutating func compare(_ wanted: JSON, _ found: JSON?, at place: FieldPlace) {
        if wanted.isNull {
            if let found, !found.isNull { report(place.path, found, nil) }
            return
        }
        guard let found else {
            // The metadata of every object is typed, also of custom resources.
            let isTyped = isBuiltIn || place.path.first == .field("metadata")
            if !(isTyped && isOmitted(wanted, at: place)) { report(place.path, nil, wanted) }
            return
        }
        if case .object(let members) = wanted, !members.isEmpty, found.object != nil, !place.isAtomic {
            for member in members {
                compare(member.value, found[member.key], at: place.stepping(into: .field(member.key)))
            }
            return
        }
        if case .array(let items) = wanted, !items.isEmpty, let liveItems = found.array, !place.isAtomic {
            compareList(items, liveItems, at: place)
            return
        }
        // Nothing can be owned of what declares nothing.
        if declaresNothing(wanted, found, at: place) { return }
        if !isSameValue(wanted, found, at: place) || !place.isOwned { report(place.path, found, wanted) }
    }

    /// Whether an empty map or keyed list stands where there is one: it takes nothing away.
    private func declaresNothing(_ wanted: JSON, _ found: JSON, at place: FieldPlace) -> Bool {
        switch (wanted, found) {
        case (.object(let members), .object): members.isEmpty && !place.isAtomic
        case (.array(let items), .array): items.isEmpty && !place.isAtomic
        default: false
        }
    }

    private mutating func compareList(_ wanted: [JSON], _ found: [JSON], at place: FieldPlace) {
        guard let known = place.known, !known.children.isEmpty else {
            // Nobody's entry tells how the list is keyed.
            if wanted != found || !place.isOwned { report(place.path, .array(found), .array(wanted)) }
            return
        }
        var taken: Set<FieldPathElement> = []
        var places: [Int] = []
        for item in wanted {
            guard let element = ListItem.element(of: item, among: known.children.keys.filter { !taken.contains($0) })
            else {
                report(place.path + [.value(item)], nil, item)
                continue
            }
            taken.insert(element)
            if case .key = element, let place = ListItem.index(of: element, in: found) { places.append(place) }
            compare(item, ListItem.item(at: element, in: found), at: place.stepping(into: element))
        }
        // The order of keyed items may matter (init containers, variables that use others); strangers may stand between.
        if places != places.sorted() { report(place.path, .array(found), .array(wanted)) }
    }

    /// A typed server drops an empty value of an optional field, so its absence may be no difference: always for lists
    /// and maps; for `false`, `0` and `""`, which mean something in some fields, only once our apply of it was taken in.
    private func isOmitted(_ value: JSON, at place: FieldPlace) -> Bool {
        switch value {
        case .null: true
        case .bool(let flag): !flag && place.isOwned
        case .int(let number): number == 0 && place.isOwned
        case .double(let number): number == 0 && place.isOwned
        case .string(let text): text.isEmpty && place.isOwned
        case .array(let items): items.isEmpty
        case .object(let members): members.isEmpty
        }
    }

    private func isSameValue(_ wanted: JSON, _ found: JSON, at place: FieldPlace) -> Bool {
        if wanted == found { return true }
        switch (wanted, found) {
        case (.double(let a), .int(let b)): return a == Double(b)
        case (.int(let a), .double(let b)): return Double(a) == b
        default: return isBuiltIn && isSameSpelling(wanted, found, at: place.path)
        }
    }

    /// Whether two values, compared whole, differ in nothing but the spelling of quantities (an autoscaler's metrics).
    private func isSameSpelling(_ wanted: JSON, _ found: JSON, at path: [FieldPathElement]) -> Bool {
        switch (wanted, found) {
        case (.object(let left), .object(let right)):
            left.count == right.count
                && left.allSatisfy { member in
                    right[member.key].map { isSameSpelling(member.value, $0, at: path + [.field(member.key)]) } ?? false
                }
        case (.array(let left), .array(let right)):
            left.count == right.count && zip(left, right).allSatisfy { isSameSpelling($0, $1, at: path) }
        default:
            wanted == found || QuantityField.contains(path) && QuantityField.isSameAmount(wanted, found)
        }
    }

    /// Reports every field of ours that the manifest no longer declares and that is still live.
    private mutating func reportRemoved(
        _ owned: FieldSet,
        declared: JSON?,
        live: JSON?,
        at path: [FieldPathElement]
    ) {
        guard let live else { return }
        guard let declared else {
            if owned.isMember || !owned.children.isEmpty { report(path, live, nil) }
            return
        }
        for (element, child) in owned.sortedChildren {
            reportRemoved(
                child,
                declared: ListItem.value(at: element, in: declared),
                live: ListItem.value(at: element, in: live),
                at: path + [element]
            )
        }
    }

    private mutating func report(_ path: [FieldPathElement], _ before: JSON?, _ after: JSON?) {
        guard changes.count < FieldComparison.maxChanges else { return }
        let hidden = isSecret && (path.first == .field("data") || path.first == .field("stringData"))
        changes.append(
            FieldChange(
                path: path.display,
                before: hidden ? nil : before.map(FieldComparison.shortText),
                after: hidden ? nil : after.map(FieldComparison.shortText),
                takenFrom: otherOwner(of: path)
            )
        )
    }

    private static func shortText(_ value: JSON) -> String {
        let text = value.text
        return text.count > 200 ? "\(text.prefix(199))…" : text
    }

    /// `kubectl-edit at 2026-11-23T10:42:00Z`: the latest other manager that owns the path or something below it.
    private func otherOwner(of path: [FieldPathElement]) -> String? {
        let owners = others.filter { entry in
            guard let set = subset(of: entry.fields, at: path) else { return false }
            return set.isMember || !set.children.isEmpty
        }
        guard let latest = owners.max(by: { $0.time < $1.time }) else { return nil }
        return latest.time.isEmpty ? latest.manager : "\(latest.manager) at \(latest.time)"
    }

    private func subset(of set: FieldSet, at path: [FieldPathElement]) -> FieldSet? {
        var current = set
        for element in path {
            guard let next = current[element] else { return nil }
            current = next
        }
        return current
    }
}
