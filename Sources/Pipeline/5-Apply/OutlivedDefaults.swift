// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncLook
import SyncPlan

/// Defaults that the API server filled in and that outlive what they belonged to: a Deployment without a strategy has
/// `rollingUpdate`, which no manager owns and which `type: Recreate` forbids.
///
/// They are made ours by a patch of `managedFields` that holds for one resourceVersion; the next apply, which does not
/// declare them, then removes them.
struct OutlivedDefaults: Sendable {
    /// Holds for exactly one resourceVersion.
    let patch: JSON
    /// What to apply afterwards: without a null for what is cleared, because a null leaves a map in place.
    let document: KubeObject
    /// The paths of the fields that are cleared.
    let paths: [[String]]
    let remark: String

    /// Nil unless every reason of the refusal is a live field that no manager owns and the document does not declare.
    init?(_ refusal: KubeError, live: KubeObject, applying document: KubeObject) {
        guard refusal.reason == .invalid, !refusal.causes.isEmpty, let version = live.resourceVersion
        else { return nil }
        var paths: [[String]] = []
        var claimed = FieldSet()
        for cause in refusal.causes {
            guard ["FieldValueForbidden", "FieldValueInvalid"].contains(cause.reason),
                let names = Self.names(cause.field),
                let value = live.json[names], document.json[names]?.isNull ?? true,
                let fields = Self.fields(of: value),
                !live.managedFields.contains(where: { $0.fields.owns(names) })
            else { return nil }
            paths.append(names)
            claimed = claimed.union(Self.set(fields, at: names))
        }
        patch = Self.patch(of: live, version: version, claiming: claimed, apiVersion: document.gvk.apiVersion)
        var sent = document
        for names in paths { sent.json[names] = nil }
        self.document = sent
        self.paths = paths
        let list = paths.map { "." + $0.joined(separator: ".") }.joined(separator: ", ")
        remark =
            "\(list) was cleared: a default that the API server had filled in, and that the manifest no longer allows"
    }

    /// The elements of a path such as `spec.strategy.rollingUpdate`; nil for a path through a list.
    private static func names(_ field: String) -> [String]? {
        let names = field.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard names.count > 1, names.first != "metadata", !field.contains("["), !names.contains("") else { return nil }
        return names
    }

    /// All fields of a value without lists; nil for one with lists, whose items only a schema can name.
    private static func fields(of value: JSON) -> FieldSet? {
        if value.array != nil { return nil }
        var set = FieldSet.leaf
        for member in value.object ?? JSONObject() {
            guard let child = fields(of: member.value) else { return nil }
            set[.field(member.key)] = child
        }
        return set
    }

    private static func set(_ fields: FieldSet, at names: [String]) -> FieldSet {
        names.reversed().reduce(fields) { inner, name in
            var outer = FieldSet()
            outer[.field(name)] = inner
            return outer
        }
    }

    private static func patch(
        of live: KubeObject,
        version: String,
        claiming claimed: FieldSet,
        apiVersion: String
    ) -> JSON {
        let entries = (live.metadata["managedFields"]?.array ?? []).map { (json: $0, entry: ManagedFieldsEntry($0)) }
        let ours = entries.compactMap(\.entry).first(where: \.isOurApply)
        let entry = ManagedFieldsEntry(
            manager: FieldManager.main,
            operation: .apply,
            apiVersion: ours?.apiVersion ?? apiVersion,
            time: ours?.time ?? "",
            subresource: "",
            fields: (ours?.fields ?? FieldSet()).union(claimed)
        )
        let others = entries.filter { $0.entry?.isOurApply != true }.map(\.json)
        return [
            ["op": "test", "path": "/metadata/resourceVersion", "value": .string(version)],
            ["op": "replace", "path": "/metadata/managedFields", "value": .array([entry.json] + others)],
        ]
    }
}

extension FieldSet {
    /// Whether the field, something below it, or a whole above it is in the set.
    fileprivate func owns(_ names: [String]) -> Bool {
        var current = self
        for name in names {
            guard let next = current[.field(name)] else { return !current.isEmpty && current.children.isEmpty }
            current = next
        }
        return !current.isEmpty
    }
}
