// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The objects that a manifest names: service account, config maps, secrets and claims of its pods, the role of a binding,
/// the service account of a token.
enum References {
    /// What the object's pods, its role reference or its token need, without optional references.
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
        guard let pod = PodTemplate.podSpec(of: object) else { return [] }
        return ofPod(pod, namespace: object.namespace) { $0["optional"]?.bool != true }
    }

    /// All that an object names, also what its pods could start without.
    static func named(by object: KubeObject) -> [ObjectID] {
        guard let pod = PodTemplate.podSpec(of: object) else { return of(object) }
        return ofPod(pod, namespace: object.namespace) { _ in true }
    }

    /// The service account whose token a Secret holds: the token controller deletes such a Secret if the account does
    /// not exist yet.
    private static func tokenAccount(of object: KubeObject) -> ObjectID? {
        guard object.gvk.kind == "Secret", object.gvk.group.isEmpty,
            object.json["type"]?.string == "kubernetes.io/service-account-token",
            let name = object.annotation("kubernetes.io/service-account.name")
        else { return nil }
        return ObjectID(group: "", kind: "ServiceAccount", namespace: object.namespace, name: name)
    }

    /// What the pods of a spec name, ascending; only references for which `counts` is true.
    private static func ofPod(_ pod: JSON, namespace: String, where counts: (JSON) -> Bool) -> [ObjectID] {
        var ids: Set<ObjectID> = []
        func add(_ kind: String, _ source: JSON?, _ key: String = "name") {
            guard let source, counts(source), let name = source[key]?.string, !name.isEmpty else { return }
            ids.insert(ObjectID(group: "", kind: kind, namespace: namespace, name: name))
        }
        add("ServiceAccount", pod, "serviceAccountName")
        if pod["serviceAccountName"] == nil { add("ServiceAccount", pod, "serviceAccount") }
        for secret in pod["imagePullSecrets"]?.array ?? [] { add("Secret", secret) }
        for volume in pod["volumes"]?.array ?? [] {
            add("ConfigMap", volume["configMap"])
            add("Secret", volume["secret"], "secretName")
            add("Secret", volume[["csi", "nodePublishSecretRef"]])
            add("PersistentVolumeClaim", volume["persistentVolumeClaim"], "claimName")
            for source in volume[["projected", "sources"]]?.array ?? [] {
                add("ConfigMap", source["configMap"])
                add("Secret", source["secret"])
            }
        }
        for container in PodTemplate.containerLists.flatMap({ pod[$0]?.array ?? [] }) {
            for source in container["envFrom"]?.array ?? [] {
                add("ConfigMap", source["configMapRef"])
                add("Secret", source["secretRef"])
            }
            for variable in container["env"]?.array ?? [] {
                add("ConfigMap", variable[["valueFrom", "configMapKeyRef"]])
                add("Secret", variable[["valueFrom", "secretKeyRef"]])
            }
        }
        return ids.sorted()
    }
}
