// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// Compares what a manifest declares with what the cluster has, field by field, the way server-side apply would see it.
///
/// An object needs no write when every declared value is live, our Apply entry in `managedFields` owns every declared
/// field, it owns no field that the manifest no longer declares, and a write would take away no field of people's kubectl
/// (``OwnershipTakeover``). Lists are walked by the keys that `managedFields` shows, so no schema is needed; where nothing
/// is known of a list, it is compared whole. The time is linear in the size of the object.
package struct FieldComparison {
    private let declared: KubeObject
    private let live: KubeObject
    /// The fields that our manager owns.
    private let ours: FieldSet
    /// The root of the object, with the fields that we and that anyone owns.
    private let root: FieldPlace
    private let rule: ValueRule
    /// Whether the manifest is known to be another one than was applied last.
    private let isNews: Bool
    /// Whether people's kubectl owns something of the object: few objects have such an owner.
    private let isTouchedByPeople: Bool
    /// The entries of all other managers, those of subresources too; read only when they are needed.
    private var others: [ManagedFieldsEntry]?
    private var differences: [FieldDifference] = []
    private var steps = 0

    /// What an apply of `declared` would change in `live`, ascending by path, all of it with whole values; empty when it
    /// would change nothing.
    ///
    /// - Parameters:
    ///   - declared: The manifest.
    ///   - live: What the cluster has.
    ///   - isNews: Whether another manifest was applied last. Then an absent value does not count as dropped by the
    ///     server: `false` in place of null was never applied.
    /// - Returns: Each place with both values.
    package static func differences(
        declared: KubeObject,
        live: KubeObject,
        isNews: Bool = false
    ) -> [FieldDifference] {
        let usual = measured(declared: declared, live: live).differences
        // Where something else differs, an apply is sent anyway, and differences that look equal need not be shown.
        guard usual.isEmpty, isNews else { return usual }
        return measured(declared: declared, live: live, isNews: true).differences
    }

    /// The same, and how many steps it took, for tests of the cost.
    package static func measured(
        declared: KubeObject,
        live: KubeObject,
        isNews: Bool = false
    ) -> (differences: [FieldDifference], steps: Int) {
        var comparison = FieldComparison(declared: declared, live: live, isNews: isNews)
        comparison.compareRoot()
        let sorted = comparison.differences.map { ($0.path.display, $0) }
            .sorted { $0.0.precedesInByteOrder($1.0) }
        return (sorted.map(\.1), comparison.steps)
    }

    private init(declared: KubeObject, live: KubeObject, isNews: Bool) {
        self.isNews = isNews
        self.declared = SecretText.normalized(declared)
        self.live = live
        let entries = live.ownManagedFields
        ours = entries.first(where: \.isOurApply)?.fields ?? FieldSet()
        // What our image rollouts have set counts as ours where it is as declared: a pinned image, or one whose pin is over.
        let rolled = entries.first { $0.manager == FieldManager.rollout }?.fields
        root = FieldPlace(
            everyone: entries.reduce(FieldSet()) { $0.union($1.fields) },
            ours: rolled.map(ours.union) ?? ours
        )
        rule = ValueRule(declared.gvk.groupKind)
        isTouchedByPeople = entries.contains { OwnershipTakeover.isPeoples($0) }
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
        if isTouchedByPeople { reportTakenAway() }
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
        steps += 1
        guard let found, !found.isNull else {
            if !isAbsenceAsApplied(of: wanted, at: place) { report(place.path, nil, wanted) }
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
        // An empty value declares no fields, so none can be owned.
        if declaresNothing(wanted, found, at: place) { return }
        if !rule.isSame(wanted, found, at: place.path) || !place.isOwned { report(place.path, found, wanted) }
    }

    /// Whether null, an empty map or an empty list stands where there is a map or list that merges, as what others own
    /// in it shows: applying it removes nothing. A value that no manager owns may be atomic, or a default for another
    /// manifest.
    private mutating func declaresNothing(_ wanted: JSON, _ found: JSON, at place: FieldPlace) -> Bool {
        let isEmpty =
            switch (wanted, found) {
            case (.null, .object), (.null, .array): true
            case (.object(let members), .object): members.isEmpty
            case (.array(let items), .array): items.isEmpty
            default: false
            }
        guard isEmpty else { return false }
        // `managedFields` has no form for an empty list of items that merge.
        if place.known == nil, found.array?.isEmpty == true { return wanted.array != nil }
        return place.known?.children.isEmpty == false || merges(at: place.path)
    }

    /// Whether any manager owns something below a place, through whichever subresource. Then the value is not atomic,
    /// although our own entry, which declares nothing below it, looks like that.
    private mutating func merges(at path: [FieldPathElement]) -> Bool {
        foreignEntries().contains { $0.fields.subset(at: path)?.children.isEmpty == false }
    }

    private mutating func foreignEntries() -> [ManagedFieldsEntry] {
        let entries = others ?? live.managedFields.filter { !$0.isOurApply }
        others = entries
        return entries
    }

    private mutating func compareList(_ wanted: [JSON], _ found: [JSON], at place: FieldPlace) {
        guard let known = place.known, !known.children.isEmpty else {
            // No entry shows how the list is keyed.
            if wanted != found || !place.isOwned { report(place.path, .array(found), .array(wanted)) }
            return
        }
        var knownElements = KnownElements(known, ours: place.ours)
        let elements = knownElements.elements(of: wanted)
        var index = ListIndex(found, for: known)
        var last = -1
        var isInOrder = true
        for (item, element) in zip(wanted, elements) {
            guard let element else {
                report(place.path + [.value(item)], nil, item)
                continue
            }
            let position = index.place(of: element)
            if case .key = element, let position {
                isInOrder = isInOrder && position >= last
                last = position
            }
            compare(item, position.map { found[$0] }, at: place.stepping(into: element))
        }
        steps += knownElements.steps + index.steps
        // The order of keyed items may matter (init containers, variables that use others); items of others may stand
        // in between.
        if !isInOrder { report(place.path, .array(found), .array(wanted)) }
    }

    /// Whether a value may be absent although it is declared: a typed server drops null and empty optional values. Only our
    /// entry tells that it did: the entry keeps a field that the server has dropped, and loses one that somebody removed.
    private func isAbsenceAsApplied(of value: JSON, at place: FieldPlace) -> Bool {
        guard place.isOwned else { return false }
        if value.isNull { return true }
        guard !isNews, rule.isTyped(place.path) else { return false }
        switch value {
        case .null: return true
        case .bool(let flag): return !flag
        case .int(let number): return number == 0
        case .double(let number): return number == 0
        case .string(let text): return text.isEmpty
        case .array(let items): return items.isEmpty
        case .object(let members): return members.isEmpty
        }
    }

    /// Reports every field of ours that the manifest no longer declares and that is still live.
    private mutating func reportRemoved(
        _ owned: FieldSet,
        declared: JSON?,
        live: JSON?,
        at path: [FieldPathElement]
    ) {
        steps += 1
        guard let live else { return }
        guard let declared else {
            if owned.isMember || !owned.children.isEmpty { report(path, live, nil) }
            return
        }
        guard !owned.children.isEmpty else { return }
        var wantedItems = ListIndex(declared.array ?? [], for: owned)
        var liveItems = ListIndex(live.array ?? [], for: owned)
        for (element, child) in owned.children {
            let wanted: JSON?
            let found: JSON?
            if case .field(let name) = element {
                (wanted, found) = (declared[name], live[name])
            } else {
                (wanted, found) = (wantedItems.item(at: element), liveItems.item(at: element))
            }
            reportRemoved(child, declared: wanted, live: found, at: path + [element])
        }
        steps += wantedItems.steps + liveItems.steps
    }

    /// Reports what a write takes away with the fields of people's kubectl that it makes its own, whatever the reason of the
    /// write is.
    private mutating func reportTakenAway() {
        guard !SyncAnnotation.forbidsForce(declared),
            let takeover = OwnershipTakeover(for: live, applying: declared, adopts: false)
        else { return }
        var told = FieldSet()
        for difference in differences { told.insert(difference.path) }
        let removals = takeover.removals(of: takeover.peoples, from: live, applying: declared)
        differences += removals.filter { !told.touches($0.path) }
    }

    private mutating func report(_ path: [FieldPathElement], _ before: JSON?, _ after: JSON?) {
        differences.append(FieldDifference(path: path, before: before, after: after, owner: otherOwner(of: path)))
    }

    /// The latest other manager that owns the path or something below it, through whichever subresource.
    private mutating func otherOwner(of path: [FieldPathElement]) -> FieldOwner? {
        let owners = foreignEntries().filter { entry in
            guard let set = entry.fields.subset(at: path) else { return false }
            return set.isMember || !set.children.isEmpty
        }
        guard let latest = owners.max(by: { $0.time < $1.time }) else { return nil }
        return FieldOwner(manager: latest.manager, subresource: latest.subresource, time: latest.time)
    }
}
