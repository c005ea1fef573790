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

    /// All that an object names, also what its pods could start without, and what need not be there before it: the
    /// Secrets and Services of an Ingress, the Service of a StatefulSet, the Secrets and the subjects of accounts and
    /// bindings, the Services that the API server asks.
    static func named(by object: KubeObject) -> [ObjectID] {
        let pods = PodTemplate.podSpec(of: object).map { pod in
            ofPod(pod, namespace: object.namespace) { _ in true }
        }
        return (pods ?? of(object)) + later(of: object)
    }

    /// What an object names besides what ``of(_:)`` orders.
    private static func later(of object: KubeObject) -> [ObjectID] {
        let (json, home) = (object.json, object.namespace)
        func core(_ kind: String, _ name: JSON?, in namespace: String) -> ObjectID? {
            guard let name = name?.string, !name.isEmpty else { return nil }
            return ObjectID(group: "", kind: kind, namespace: namespace, name: name)
        }
        func service(_ reference: JSON?) -> ObjectID? {
            core("Service", reference?["name"], in: reference?["namespace"]?.string ?? home)
        }
        switch (object.gvk.group, object.gvk.kind) {
        case ("networking.k8s.io", "Ingress"), ("extensions", "Ingress"):
            let paths = (json[["spec", "rules"]]?.array ?? []).flatMap { $0[["http", "paths"]]?.array ?? [] }
            let ownBackends = ["defaultBackend", "backend"].map { json[["spec", $0]] }
            let backends = ownBackends + paths.map { $0["backend"] }
            return (json[["spec", "tls"]]?.array ?? []).compactMap { core("Secret", $0["secretName"], in: home) }
                + backends.compactMap { service($0?["service"]) ?? core("Service", $0?["serviceName"], in: home) }
        case ("apps", "StatefulSet"):
            return [core("Service", json[["spec", "serviceName"]], in: home)].compactMap(\.self)
        case ("", "ServiceAccount"):
            return ["secrets", "imagePullSecrets"].flatMap { json[$0]?.array ?? [] }
                .compactMap { core("Secret", $0["name"], in: home) }
        case ("rbac.authorization.k8s.io", _):
            return (json["subjects"]?.array ?? []).filter { $0["kind"]?.string == "ServiceAccount" }
                .compactMap { core("ServiceAccount", $0["name"], in: $0["namespace"]?.string ?? home) }
        case ("admissionregistration.k8s.io", _):
            return (json["webhooks"]?.array ?? []).compactMap { service($0[["clientConfig", "service"]]) }
        case ("apiregistration.k8s.io", "APIService"): return [service(json[["spec", "service"]])].compactMap(\.self)
        case (GroupKind.customResourceDefinition.group, GroupKind.customResourceDefinition.kind):
            let webhook = json[["spec", "conversion", "webhook", "clientConfig", "service"]]
            return [service(webhook)].compactMap(\.self)
        default: return []
        }
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
    private static let withSecret = ["cephfs", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos"]

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
            add("Secret", volume["azureFile"], "secretName")
            for source in withSecret { add("Secret", volume[[source, "secretRef"]]) }
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
