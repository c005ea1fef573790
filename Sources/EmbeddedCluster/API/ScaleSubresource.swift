// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import ClusterStore
import KubeObjects

/// The `scale` subresource: the replicas of a workload as an `autoscaling/v1` Scale.
struct ScaleSubresource: Sendable {
    static let gvk = GroupVersionKind(group: "autoscaling", version: "v1", kind: "Scale")

    let writer: ObjectWriter
    let paths: RegisteredResource.Scale

    private var resource: RegisteredResource { writer.resource }

    /// The Scale of an object.
    func scale(of object: KubeObject) -> JSON {
        var metadata = JSON.object(JSONObject())
        for key in ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"] {
            metadata[key] = object.metadata[key]
        }
        let replicas = object.json[paths.specReplicas] ?? 0
        var status: JSON = ["replicas": object.json[paths.statusReplicas] ?? 0]
        switch paths.selector.flatMap({ object.json[$0] }) {
        case .string(let text): status["selector"] = .string(text)
        case .some(let selector) where selector.object != nil:
            let isPlain = resource.gvk.groupKind == GroupKind(group: "", kind: "ReplicationController")
            let text = isPlain ? PodSelector(labels: selector).text : PodSelector(selector).text
            if !text.isEmpty { status["selector"] = .string(text) }
        default: break
        }
        return [
            "kind": "Scale", "apiVersion": "autoscaling/v1", "metadata": metadata,
            "spec": replicas == 0 ? [:] : ["replicas": replicas], "status": status,
        ]
    }

    /// Replaces the Scale.
    func update(_ name: String, _ body: RequestBody) throws(StatusError) -> JSON {
        try change(name) { _ throws(StatusError) in body.json }
    }

    /// Patches the Scale, which has no lists: a strategic patch is a merge patch.
    func patch(_ name: String, _ kind: PatchKind, _ body: RequestBody) throws(StatusError) -> JSON {
        try change(name) { scale throws(StatusError) in
            switch kind {
            case .json:
                return try writer.refusing(name: name) { () throws(RequestRefusal) in
                    try JSONPatch.apply(body.json, to: scale)
                }
            case .merge, .strategic, .apply: return JSONMergePatch.apply(body.json, to: scale)
            }
        }
    }

    private func change(
        _ name: String,
        _ make: (JSON) throws(StatusError) -> JSON
    ) throws(StatusError) -> JSON {
        let outcome = try writer.change(name) { live throws(StatusError) in
            guard let live else { throw .notFound(resource.groupResource, name) }
            let next = try make(scale(of: live))
            guard next["kind"]?.string == "Scale" else {
                throw .badRequest("the object provided is unrecognized (must be of type Scale)")
            }
            let replicas = next["spec"]?["replicas"]?.int ?? 0
            guard replicas >= 0 else {
                throw .invalid(
                    ScaleSubresource.gvk.groupKind,
                    name,
                    [
                        .init(
                            reason: "FieldValueInvalid",
                            message: "Invalid value: \(replicas): must be greater than or equal to 0",
                            field: "spec.replicas"
                        )
                    ]
                )
            }
            var json = live.json
            json[paths.specReplicas] = .int(replicas)
            json[["metadata", "resourceVersion"]] = next["metadata"]?["resourceVersion"]
            return ManagedFieldsUpdater.update(
                before: live.json,
                after: json,
                schema: writer.schema,
                writer: writer.writer
            )
        }
        return scale(of: outcome.object)
    }
}
