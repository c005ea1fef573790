// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects
import PlainText

/// Fills in the values that the server defaults.
package enum Defaulter {
    /// The object with the defaults of its kind. Expects the form that ``TypedDecoder`` gives. What needs other objects
    /// (cluster IPs, node ports, service account names, the default storage class) is not done here.
    package static func apply(to object: JSON, schema: KindSchema) -> JSON {
        if let structural = schema.structural {
            return StructuralDefaults.apply(to: object, schema: structural.json)
        }
        var result = object
        switch schema.gvk.group {
        case "": core(&result, kind: schema.gvk.kind)
        case "apps", "batch": workload(&result, kind: schema.gvk.kind)
        case "autoscaling": autoscaler(&result, gvk: schema.gvk)
        case "networking.k8s.io", "discovery.k8s.io": networking(&result, kind: schema.gvk.kind)
        case "rbac.authorization.k8s.io": roleBinding(&result)
        default: clusterConfiguration(&result, gvk: schema.gvk)
        }
        return result
    }

    private static func core(_ object: inout JSON, kind: String) {
        switch kind {
        case "Pod": pod(&object)
        case "PodTemplate": object.edit("template") { $0.edit("spec") { podSpec(&$0) } }
        case "ReplicationController": replicationController(&object)
        case "Service": object.edit("spec") { service(&$0) }
        case "Endpoints":
            object.editItems("subsets") { subset in subset.editItems("ports") { $0.fill("protocol", "TCP") } }
        case "Secret": secret(&object)
        case "Namespace": namespace(&object)
        case "PersistentVolume": persistentVolume(&object)
        case "PersistentVolumeClaim": persistentVolumeClaim(&object)
        case "LimitRange": object.edit("spec") { $0.editItems("limits", limitRangeItem) }
        default: break
        }
    }

    /// Moves `stringData` into `data` and names the type.
    private static func secret(_ object: inout JSON) {
        object.fill("type", "Opaque")
        guard let texts = object["stringData"]?.object else { return }
        object["stringData"] = nil
        for member in texts {
            object["data", default: [:]][member.key] = .string(Base64.text(of: Array((member.value.string ?? "").utf8)))
        }
    }

    private static func namespace(_ object: inout JSON) {
        object.edit("status") { $0.fill("phase", "Active") }
        guard let name = object["metadata"]?["name"] else { return }
        object["metadata"]?.fill("labels", [:])
        object["metadata"]?["labels"]?["kubernetes.io/metadata.name"] = name
    }

    private static func limitRangeItem(_ item: inout JSON) {
        guard item.text("type") == "Container" else { return }
        func merged(_ first: JSON?, _ second: JSON?) -> JSON? {
            var result = first?.object ?? JSONObject()
            for member in second?.object ?? JSONObject() where result[member.key] == nil {
                result[member.key] = member.value
            }
            return result.isEmpty ? .none : .object(result)
        }
        item["default"] = merged(item["default"], item["max"])
        item["defaultRequest"] = merged(merged(item["defaultRequest"], item["default"]), item["min"])
    }

    private static func roleBinding(_ object: inout JSON) {
        let group: JSON = "rbac.authorization.k8s.io"
        object.edit("roleRef") { if !$0.has("apiGroup") { $0["apiGroup"] = group } }
        object.editItems("subjects") { subject in
            if subject.text("kind") != "ServiceAccount", !subject.text("kind").isEmpty {
                subject.fill("apiGroup", group)
            }
        }
    }
}

extension JSON {
    /// The member, made of a default when it is absent.
    subscript(key: String, default value: JSON) -> JSON {
        get { self[key] ?? value }
        set { self[key] = newValue }
    }
}
