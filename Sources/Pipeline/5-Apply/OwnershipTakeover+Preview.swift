// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan

extension Step {
    /// What a sync would make of an object: the answer to a dry-run of the apply, without the fields that the step
    /// takes over from people's kubectl first and that are not wanted then. A dry-run of the apply alone does not
    /// remove those. So the rest is dry-run once more, and the API server fills in its defaults. The same is done where
    /// the apply is refused for fields that the step takes over or clears before it.
    ///
    /// - Parameter client: Sends the dry-runs.
    /// - Returns: The object as a sync would leave it; nil where the API server cannot tell: a webhook takes no part in
    ///   dry-runs, or the object has changed since it was read.
    /// - Throws: The refusal of the API server.
    package func foreseen(by client: KubeClient) async throws(KubeError) -> KubeObject? {
        let answer: KubeObject
        do throws(KubeError) {
            answer = try await client.apply(
                object,
                to: resource,
                fieldManager: FieldManager.main,
                force: mayForce(onto: live?.uid),
                dryRun: true
            ).object
        } catch {
            if error.reason == .dryRunUnsupported { return nil }
            guard let live, clearsTheWay(of: error) else { throw error }
            guard let left = merged(onto: live) else { return nil }
            return try await dryRun(live, as: left, by: client)
        }
        guard let live, let left = withoutTakenOver(answer, live: live) else { return answer }
        return try await dryRun(live, as: left, by: client)
    }

    /// The line that tells of a refusal of this step, as a sync writes it: place, object, cause and remedy; redacted.
    package func line(of refusal: KubeError) -> String { StepFailure(.refused(refusal), of: self).line }

    /// Whether the API server refuses the object only because something is missing that the same commit creates before
    /// it: its namespace, its kind's definition, or an object that it names.
    package func brings(whatIsMissing refusal: KubeError) -> Bool {
        guard refusal.reason == .notFound else { return false }
        if refusal.isAbout(namespace: id.namespace) {
            return dependsOn.contains { $0.groupKind == GroupKind.namespace && $0.name == id.namespace }
        }
        return dependsOn.contains {
            $0.groupKind == GroupKind.customResourceDefinition || $0.name == refusal.subjectName
        }
    }

    /// The answer to an apply without what the step takes over first and is not wanted; nil where there is no such
    /// field.
    private func withoutTakenOver(_ answer: KubeObject, live: KubeObject) -> JSON? {
        guard !SyncAnnotation.forbidsForce(object),
            let takeover = OwnershipTakeover(for: live, applying: object, adopts: cause == .adoption)
        else { return nil }
        let wanted = FieldSet(of: takeover.kept)
            .union(answer.managedFields.first(where: \.isOurApply)?.fields ?? FieldSet())
        let unwanted = takeover.moved.subtracting(wanted)
        guard !unwanted.isEmpty else { return nil }
        return answer.json.removing(unwanted, keeping: wanted)
    }

    /// What a write makes of a live object, by a dry-run that holds only for the object as it was read. Defaults that
    /// the API server refuses are cleared once, as the step does before it applies again.
    private func dryRun(
        _ live: KubeObject,
        as wanted: JSON,
        by client: KubeClient
    ) async throws(KubeError) -> KubeObject? {
        guard let tests = live.testsOfSameness else { return nil }
        var left = wanted
        var isCleared = false
        while true {
            do throws(KubeError) {
                return try await client.patch(
                    resource,
                    namespace: id.namespace,
                    name: id.name,
                    type: .json,
                    body: .array(tests + live.json.operations(to: left)),
                    fieldManager: FieldManager.main,
                    dryRun: true
                ).object
            } catch {
                if error.reason == .dryRunUnsupported { return nil }
                // A failed test is answered without causes, as are some webhooks' refusals.
                if error.reason == .invalid, error.causes.isEmpty {
                    let now = try await client.get(resource, namespace: id.namespace, name: id.name)
                    guard now?.testsOfSameness == tests else { return nil }
                }
                guard !isCleared, let cleared = OutlivedDefaults(error, live: live, applying: object)
                else { throw error }
                isCleared = true
                for path in cleared.paths { left[path] = nil }
            }
        }
    }
}

extension KubeObject {
    /// The beginning of a JSON patch that applies only while the object's spec is unchanged, whatever its status:
    /// checked by the generation where the API server keeps one.
    fileprivate var testsOfSameness: [JSON]? {
        guard let uid, let resourceVersion else { return nil }
        let version: JSON =
            if let generation {
                ["op": "test", "path": "/metadata/generation", "value": .int(generation)]
            } else {
                ["op": "test", "path": "/metadata/resourceVersion", "value": .string(resourceVersion)]
            }
        return [["op": "test", "path": "/metadata/uid", "value": .string(uid)], version]
    }
}

extension JSON {
    /// The value without what a set names; nil when it goes itself. Members of a map stay when somebody owns something
    /// in them, items of a list go with their keys (structured-merge-diff `RemoveItems`, `addBackOwnedItems`). What
    /// nobody owns and nothing is left of goes too, as a field that a schema names does.
    func removing(_ set: FieldSet, keeping wanted: FieldSet?) -> JSON? {
        if set.isEmpty { return self }
        if set.isMember, wanted?.isEmpty != false { return nil }
        switch self {
        case .object(let members):
            let left = members.compactMap { member -> JSONObject.Member? in
                guard let part = set[.field(member.key)] else { return member }
                let value = member.value.removing(part, keeping: wanted?[.field(member.key)])
                return value.map { JSONObject.Member(key: member.key, value: $0) }
            }
            if left.isEmpty, !members.isEmpty, wanted?.isEmpty != false { return nil }
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
            let rest = left.compactMap { $0 }
            if rest.isEmpty, !items.isEmpty, wanted?.isEmpty != false { return nil }
            return .array(rest)
        default: return set.isMember ? nil : self
        }
    }

    /// The operations of a JSON patch that turn this live object into another state of it: all but what the API server
    /// keeps itself, a whole member each.
    fileprivate func operations(to wanted: JSON) -> [JSON] {
        let own: Set<String> = ["apiVersion", "kind", "metadata", "status"]
        let names = Set((object?.keys ?? []) + (wanted.object?.keys ?? [])).subtracting(own).sorted()
        let metadata = ["labels", "annotations", "finalizers", "ownerReferences"].map { ["metadata", $0] }
        return (names.map { [$0] } + metadata).compactMap { path -> JSON? in
            let pointer = path.map { $0.replacing("~", with: "~0").replacing("/", with: "~1") }.joined(separator: "/")
            switch (self[path], wanted[path]) {
            case (let old, let value?):
                if old == value { return nil }
                return ["op": "add", "path": .string("/\(pointer)"), "value": value]
            case (.some, nil): return ["op": "remove", "path": .string("/\(pointer)")]
            case (nil, nil): return nil
            }
        }
    }
}
