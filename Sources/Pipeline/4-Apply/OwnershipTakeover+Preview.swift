// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncPlan

extension Step {
    /// What an apply makes of an object: the answer to its dry-run, without the fields that the step takes over from people's
    /// kubectl first and that the manifest does not declare. A dry-run of the apply alone cannot know of that.
    ///
    /// - Parameter answer: The dry-run's answer, with `managedFields`.
    /// - Returns: The object as a sync would leave it.
    package func withoutTakenFields(_ answer: KubeObject) -> KubeObject {
        guard let live, !SyncAnnotation.forbidsForce(object),
            let patch = OwnershipTakeover.patch(for: live, applying: object, adopts: cause == .adoption)
        else { return answer }
        let entries = (patch.array?.last?["value"]?.array ?? []).compactMap(ManagedFieldsEntry.init)
        let ours = entries.first(where: \.isOurApply)?.fields ?? FieldSet()
        let others = entries.filter { !$0.isOurApply }.reduce(FieldSet()) { $0.union($1.fields) }
        let kept = others.union(answer.managedFields.first(where: \.isOurApply)?.fields ?? FieldSet())
        var result = answer
        result.json = answer.json.removing(ours.subtracting(kept), keeping: kept) ?? answer.json
        return result
    }

    /// The line that tells of a refusal of this step, as a sync writes it: place, object, cause and remedy; redacted.
    package func line(of refusal: KubeError) -> String { StepFailure(.refused(refusal), of: self).line }
}

extension JSON {
    /// The value without what a set names, but for what is kept; nil when nothing is left of it. What becomes empty goes, as
    /// Kubernetes leaves empty maps and lists out.
    fileprivate func removing(_ set: FieldSet, keeping kept: FieldSet?) -> JSON? {
        if set.isEmpty { return self }
        if set.isMember, kept?.isEmpty != false { return nil }
        switch self {
        case .object(var members):
            for case (.field(let name), let part) in set.children {
                guard let value = members[name] else { continue }
                members[name] = value.removing(part, keeping: kept?[.field(name)])
            }
            return members.isEmpty ? nil : .object(members)
        case .array(let items):
            var index = ListIndex(items, for: set)
            var left = items.map(Optional.some)
            for (element, part) in set.children {
                guard let place = index.place(of: element) else { continue }
                left[place] = items[place].removing(part, keeping: kept?[element])
            }
            let rest = left.compactMap { $0 }
            return rest.isEmpty ? nil : .array(rest)
        default: return set.isMember ? nil : self
        }
    }
}
