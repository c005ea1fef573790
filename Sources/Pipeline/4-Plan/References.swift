// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The objects that a manifest names, without which it, or its pods, would not work.
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

    /// All that an object names, also what its pods could start without, and what need not be there before it: each
    /// ``NamingField`` of its kind.
    static func named(by object: KubeObject) -> [ObjectID] {
        let pods = PodTemplate.podSpec(of: object).map { pod in
            ofPod(pod, namespace: object.namespace) { _ in true }
        }
        return (pods ?? of(object)) + NamingField.named(by: object)
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

    /// Volumes whose driver takes its credentials from a Secret.
    static let volumesWithSecret = ["cephfs", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos"]

    /// What has no namespace and is named by a pod itself, and the field that names it.
    private static let classes = [
        ("scheduling.k8s.io", "PriorityClass", "priorityClassName"),
        ("node.k8s.io", "RuntimeClass", "runtimeClassName"),
    ]

    /// What the pods of a spec name, ascending; only references for which `counts` is true.
    private static func ofPod(_ pod: JSON, namespace: String, where counts: (JSON) -> Bool) -> [ObjectID] {
        var ids: Set<ObjectID> = []
        func add(_ kind: String, _ source: JSON?, _ key: String = "name") {
            guard let source, counts(source), let name = source[key]?.string, !name.isEmpty else { return }
            ids.insert(ObjectID(group: "", kind: kind, namespace: namespace, name: name))
        }
        for (group, kind, key) in classes {
            guard let name = pod[key]?.string, !name.isEmpty else { continue }
            ids.insert(ObjectID(group: group, kind: kind, namespace: "", name: name))
        }
        add("ServiceAccount", pod, "serviceAccountName")
        if pod["serviceAccountName"] == nil { add("ServiceAccount", pod, "serviceAccount") }
        for secret in pod["imagePullSecrets"]?.array ?? [] { add("Secret", secret) }
        for volume in pod["volumes"]?.array ?? [] {
            add("ConfigMap", volume["configMap"])
            add("Secret", volume["secret"], "secretName")
            add("Secret", volume[["csi", "nodePublishSecretRef"]])
            add("Secret", volume["azureFile"], "secretName")
            for source in volumesWithSecret { add("Secret", volume[[source, "secretRef"]]) }
            add("PersistentVolumeClaim", volume["persistentVolumeClaim"], "claimName")
            if let name = volume[["ephemeral", "volumeClaimTemplate", "spec", "storageClassName"]]?.string,
                !name.isEmpty
            {
                ids.insert(ObjectID(group: "storage.k8s.io", kind: "StorageClass", namespace: "", name: name))
            }
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
