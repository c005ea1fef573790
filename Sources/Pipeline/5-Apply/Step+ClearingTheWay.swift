// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan

extension Step {
    /// Whether carrying the step out first moves or clears fields that a refusal may come from: fields of people's
    /// kubectl that become ours, or a default that nobody owns. A dry-run of the apply alone cannot know of that. A
    /// refusal without causes is about the manifest's own form.
    func clearsTheWay(of refusal: KubeError) -> Bool {
        guard refusal.reason == .invalid, !refusal.causes.isEmpty, let live, !SyncAnnotation.forbidsForce(object)
        else { return false }
        return OwnershipTakeover(for: live, applying: object, adopts: cause == .adoption) != nil
            || OutlivedDefaults(refusal, live: live, applying: object) != nil
    }

    /// The live object with everything that the step changes in it, as far as that is known here: declared values in
    /// their places, and without what is ours, or becomes ours, and neither the manifest nor another manager declares.
    /// Nil where more differs than is listed.
    func merged(onto live: KubeObject) -> JSON? {
        let declared = differences.filter { $0.after != nil }
        guard declared.count <= FieldChange.maxListed else { return nil }
        let takeover = OwnershipTakeover(for: live, applying: object, adopts: cause == .adoption)
        let entries = live.managedFields
        let ours = entries.first(where: \.isOurApply)?.fields ?? FieldSet()
        let taken = ours.union(takeover?.moved ?? FieldSet())
        let others =
            takeover.map { FieldSet(of: $0.kept) }
            ?? entries.filter { !$0.isOurApply }.reduce(FieldSet()) { $0.union($1.fields) }
        let wanted = others.union(taken.standing(in: SecretText.normalized(object).json))
        return declared.reduce(live) { $1.applied(to: $0) }.json
            .removing(taken.subtracting(wanted), keeping: wanted)
    }
}

extension FieldSet {
    /// The part of a path that names a field inside of a value.
    fileprivate func standing(in json: JSON?) -> FieldSet {
        guard let json else { return FieldSet() }
        var result = FieldSet()
        result.isMember = isMember
        var index = ListIndex(json.array ?? [], for: self)
        for (element, set) in children {
            if case .field(let name) = element {
                result[element] = set.standing(in: json[name])
            } else {
                result[element] = set.standing(in: index.item(at: element))
            }
        }
        return result
    }
}
