// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// The status of a new object: what clients send there is dropped where it is written through a subresource.
enum InitialState {
    /// The object with an empty status, which ``ObjectPreparation`` and the types' always-written fields fill.
    static func reset(_ given: JSON, _ resource: RegisteredResource) -> JSON {
        guard resource.hasStatus, resource.gvk.groupKind != GroupKind(group: "", kind: "Node") else { return given }
        var json = given
        switch resource.gvk.groupKind.description {
        case "Service", "Ingress.networking.k8s.io": json["status"] = ["loadBalancer": [:]]
        case "CustomResourceDefinition.apiextensions.k8s.io":
            let stored = json["spec"]?["versions"]?.array?.first { $0["storage"]?.bool == true }?["name"]
            json["status"] = [
                "conditions": nil, "acceptedNames": ["plural": "", "kind": ""],
                "storedVersions": .array(stored.map { [$0] } ?? []),
            ]
        default: json["status"] = resource.isCustom ? nil : .object(JSONObject())
        }
        return json
    }
}
