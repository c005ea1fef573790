// SPDX-License-Identifier: Apache-2.0
import PlainText

/// A Kubernetes object: its whole JSON, and typed views of the fields every object has.
///
/// Made only through `init(_:)`, which checks that `apiVersion`, `kind` and `metadata.name` are texts, so the views
/// never have to guess. `name` may be empty only for `generateName` objects read from an API server.
package struct KubeObject: Sendable, Hashable {
    /// The whole document, as given.
    package var json: JSON {
        didSet { refreshIdentity() }
    }
    package private(set) var gvk: GroupVersionKind
    /// Empty for cluster-scoped objects and for manifests that name none.
    package private(set) var namespace: String
    package private(set) var name: String

    /// Checks and wraps one object.
    ///
    /// - Throws: ``KubeObjectError`` naming the first wrong field; numbers and booleans are never taken for text.
    package init(_ json: JSON) throws(KubeObjectError) {
        guard json.object != nil else {
            throw KubeObjectError([], .noObject)
        }
        let apiVersion = try KubeObject.text(json["apiVersion"], ["apiVersion"])
        let kind = try KubeObject.text(json["kind"], ["kind"])
        guard let metadata = json["metadata"], metadata.object != nil else {
            throw KubeObjectError(["metadata"], .missingMap)
        }
        self.json = json
        gvk = GroupVersionKind(apiVersion: apiVersion, kind: kind)
        let given: JSON? = metadata["name"] ?? (metadata["generateName"] == nil ? nil : "")
        name = try KubeObject.text(given, ["metadata", "name"], mayBeEmpty: true)
        if let space = metadata["namespace"], !space.isNull {
            namespace = try KubeObject.text(space, ["metadata", "namespace"], mayBeEmpty: true)
        } else {
            namespace = ""
        }
        for key in ["labels", "annotations"] {
            guard let map = metadata[key], !map.isNull else { continue }
            guard let members = map.object else {
                throw KubeObjectError(["metadata", key], .noMap(found: map.typeName))
            }
            for member in members where member.value.string == nil {
                throw KubeObjectError(["metadata", key, member.key], .noText(found: member.value.typeName))
            }
        }
    }

    private static func text(
        _ value: JSON?,
        _ keys: [String],
        mayBeEmpty: Bool = false
    ) throws(KubeObjectError) -> String {
        guard let value, !value.isNull else { throw KubeObjectError(keys, .missing) }
        guard let text = value.string else { throw KubeObjectError(keys, .noText(found: value.typeName)) }
        if text.isEmpty, !mayBeEmpty { throw KubeObjectError(keys, .empty) }
        return text
    }

    private mutating func refreshIdentity() {
        gvk = GroupVersionKind(apiVersion: json["apiVersion"]?.string ?? "", kind: json["kind"]?.string ?? "")
        namespace = json["metadata"]?["namespace"]?.string ?? ""
        name = json["metadata"]?["name"]?.string ?? ""
    }
}

extension KubeObject {
    package var id: ObjectID { ObjectID(groupKind: gvk.groupKind, namespace: namespace, name: name) }
    package var metadata: JSON { json["metadata"] ?? .object(JSONObject()) }
    /// `metadata.uid`, nil for a manifest.
    package var uid: String? { metadata["uid"]?.string }
    /// Opaque: compare for equality only.
    package var resourceVersion: String? { metadata["resourceVersion"]?.string }
    package var generation: Int64? { metadata["generation"]?.int }
    /// RFC 3339 time at which deletion was asked for; nil while the object is not being deleted.
    package var deletionTimestamp: String? { metadata["deletionTimestamp"]?.string }
    package var creationTimestamp: String? { metadata["creationTimestamp"]?.string }
    package var finalizers: [String] { metadata["finalizers"]?.array?.compactMap(\.string) ?? [] }
    package var spec: JSON? { json["spec"] }
    package var status: JSON? { json["status"] }

    /// The label's value, or nil.
    package func label(_ key: String) -> String? { json["metadata"]?["labels"]?[key]?.string }
    /// The annotation's value, or nil.
    package func annotation(_ key: String) -> String? { json["metadata"]?["annotations"]?[key]?.string }

    /// `status.conditions[type=…]`, or nil.
    package func condition(_ type: String) -> JSON? {
        json["status"]?["conditions"]?.array?.first { $0["type"]?.string == type }
    }
}
