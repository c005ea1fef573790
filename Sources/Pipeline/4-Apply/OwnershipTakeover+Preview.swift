// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncPlan

extension Step {
    /// What a sync would make of an object: the answer to a dry-run of the apply, without the fields that the step takes over
    /// from people's kubectl first and that nobody wants then. A dry-run of the apply alone cannot know of those; so what is
    /// left is dry-run once more, and the API server fills in its defaults.
    ///
    /// - Parameters:
    ///   - answer: The dry-run's answer, with `managedFields`.
    ///   - client: Sends the second dry-run, where there is a reason for one.
    /// - Returns: The object as a sync would leave it.
    /// - Throws: What the API server says against the object without those fields.
    package func foreseen(_ answer: KubeObject, by client: KubeClient) async throws(KubeError) -> KubeObject {
        guard let live, !SyncAnnotation.forbidsForce(object),
            let takeover = OwnershipTakeover(for: live, applying: object, adopts: cause == .adoption)
        else { return answer }
        let others = takeover.kept.compactMap(ManagedFieldsEntry.init).reduce(FieldSet()) { $0.union($1.fields) }
        let wanted = others.union(answer.managedFields.first(where: \.isOurApply)?.fields ?? FieldSet())
        let unwanted = takeover.moved.subtracting(wanted)
        guard !unwanted.isEmpty, let left = answer.json.removing(unwanted, keeping: wanted) else { return answer }
        return try await client.patch(
            resource,
            namespace: id.namespace,
            name: id.name,
            type: .json,
            body: .array(takeover.test + live.json.operations(to: left)),
            fieldManager: FieldManager.main,
            dryRun: true
        ).object
    }

    /// The line that tells of a refusal of this step, as a sync writes it: place, object, cause and remedy; redacted.
    package func line(of refusal: KubeError) -> String { StepFailure(.refused(refusal), of: self).line }
}

extension JSON {
    /// The value without what a set names; nil when it goes itself. Members of a map stay when somebody owns something in
    /// them, items of a list go with their keys (structured-merge-diff `RemoveItems`, `addBackOwnedItems`).
    fileprivate func removing(_ set: FieldSet, keeping wanted: FieldSet?) -> JSON? {
        if set.isEmpty { return self }
        if set.isMember, wanted?.isEmpty != false { return nil }
        switch self {
        case .object(let members):
            let left = members.compactMap { member -> JSONObject.Member? in
                guard let part = set[.field(member.key)] else { return member }
                let value = member.value.removing(part, keeping: wanted?[.field(member.key)])
                return value.map { JSONObject.Member(key: member.key, value: $0) }
            }
            return .object(JSONObject(left))
        case .array(let items):
            var index = ListIndex(items, for: set)
            var left = items.map(Optional.some)
            for (element, part) in set.children {
                guard let place = index.place(of: element) else { continue }
                let owned = wanted?[element]
                let goes = part.isMember && owned?.isMember != true
                left[place] = goes ? nil : items[place].removing(part, keeping: owned)
            }
            return .array(left.compactMap { $0 })
        default: return set.isMember ? nil : self
        }
    }

    /// The operations of a JSON patch that turn this live object into another state of it: all but what the API server keeps
    /// itself, a whole member each.
    fileprivate func operations(to wanted: JSON) -> [JSON] {
        let own: Set<String> = ["apiVersion", "kind", "metadata", "status"]
        let names = Set((object?.keys ?? []) + (wanted.object?.keys ?? [])).subtracting(own).sorted()
        let paths = names.map { [$0] } + [["metadata", "labels"], ["metadata", "annotations"]]
        return paths.compactMap { path in
            let pointer = path.map { $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined(separator: "/")
            switch (self[path], wanted[path]) {
            case (_, let value?): return ["op": "add", "path": .string("/\(pointer)"), "value": value]
            case (.some, nil): return ["op": "remove", "path": .string("/\(pointer)")]
            case (nil, nil): return nil
            }
        }
    }
}
