// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The objects that a manifest names: service account, config maps, secrets and claims of its pods, the role of a binding,
/// the service account of a token.
enum References {
    /// What the object's pods, its role reference or its token need; optional references are left out.
    static func of(_ object: KubeObject) -> [ObjectID] {
        if let role = object.json["roleRef"] {
            let kind = role["kind"]?.string ?? ""
            return [
                ObjectID(
                    group: "rbac.authorization.k8s.io",
                    kind: kind,
                    namespace: kind == "ClusterRole" ? "" : object.namespace,
                    name: role["name"]?.string ?? ""
                )
            ]
        }
        if let account = tokenAccount(of: object) { return [account] }
        guard let pod = podSpec(of: object) else { return [] }
        return ofPod(pod, namespace: object.namespace)
    }

    /// Whose token a Secret is to hold: the controller of tokens deletes a Secret that it finds before the service account.
    private static func tokenAccount(of object: KubeObject) -> ObjectID? {
        guard object.gvk.kind == "Secret", object.gvk.group.isEmpty,
            object.json["type"]?.string == "kubernetes.io/service-account-token",
            let name = object.annotation("kubernetes.io/service-account.name")
        else { return nil }
        return ObjectID(group: "", kind: "ServiceAccount", namespace: object.namespace, name: name)
    }

    /// Where built-in workloads keep the spec of their pods.
    private static func podSpec(of object: KubeObject) -> JSON? {
        switch object.gvk.kind {
        case "Pod" where object.gvk.group.isEmpty: object.spec
        case "Deployment", "StatefulSet", "DaemonSet", "ReplicaSet", "Job": object.json[["spec", "template", "spec"]]
        case "CronJob": object.json[["spec", "jobTemplate", "spec", "template", "spec"]]
        default: nil
        }
    }

    private static func ofPod(_ pod: JSON, namespace: String) -> [ObjectID] {
        func id(_ kind: String, _ source: JSON?, _ key: String) -> ObjectID? {
            guard let name = source?[key]?.string, source?["optional"]?.bool != true else { return nil }
            return ObjectID(group: "", kind: kind, namespace: namespace, name: name)
        }
        var ids = [id("ServiceAccount", pod, "serviceAccountName")]
        for volume in pod["volumes"]?.array ?? [] {
            ids.append(id("ConfigMap", volume["configMap"], "name"))
            ids.append(id("Secret", volume["secret"], "secretName"))
            ids.append(id("PersistentVolumeClaim", volume["persistentVolumeClaim"], "claimName"))
        }
        for container in (pod["containers"]?.array ?? []) + (pod["initContainers"]?.array ?? []) {
            for source in container["envFrom"]?.array ?? [] {
                ids.append(id("ConfigMap", source["configMapRef"], "name"))
                ids.append(id("Secret", source["secretRef"], "name"))
            }
            for variable in container["env"]?.array ?? [] {
                ids.append(id("ConfigMap", variable[["valueFrom", "configMapKeyRef"]], "name"))
                ids.append(id("Secret", variable[["valueFrom", "secretKeyRef"]], "name"))
            }
        }
        return Array(Set(ids.compactMap { $0 })).sorted()
    }
}
