// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// A field by which objects of one kind name another object, as the API reference of Kubernetes describes it; without
/// what pods name, see ``References``.
struct NamingField {
    /// Where the other object is.
    private enum Scope {
        /// In the namespace of the object that names it.
        case own
        /// In none.
        case cluster
        /// In the one that the field with this key beside the name gives; without it in that of the object.
        case beside(String)
    }

    /// The keys to the name; `*` stands for each element of a list.
    private let path: [String]
    /// The kind of the other object; nil when `kind` and `apiVersion` beside the name give it.
    private let target: GroupKind?
    private let scope: Scope

    private init(_ path: String, _ target: GroupKind?, _ scope: Scope = .own) {
        self.path = path.split(separator: ".").map(String.init)
        self.target = target
        self.scope = scope
    }

    /// What the fields of an object's kind name, without names of other shapes.
    static func named(by object: KubeObject) -> [ObjectID] {
        (byKind[object.id.groupKind] ?? []).flatMap { $0.named(by: object) }
    }

    private func named(by object: KubeObject) -> [ObjectID] {
        guard let key = path.last else { return [] }
        return Self.values(at: path.dropLast(), of: object.json).compactMap { place in
            guard let name = place[key]?.string, !name.isEmpty, let kind = kind(beside: place) else { return nil }
            return ObjectID(groupKind: kind, namespace: namespace(beside: place, of: object), name: name)
        }
    }

    private static func values(at path: ArraySlice<String>, of value: JSON) -> [JSON] {
        guard let key = path.first else { return [value] }
        let found = key == "*" ? value.array ?? [] : [value[key]].compactMap(\.self)
        return found.flatMap { values(at: path.dropFirst(), of: $0) }
    }

    /// The kind of the named object; nil when the object there is of a kind that this field is not about.
    private func kind(beside place: JSON) -> GroupKind? {
        let spelt = place["kind"]?.string
        guard let target else {
            return spelt.map { GroupVersionKind(apiVersion: place["apiVersion"]?.string ?? "", kind: $0).groupKind }
        }
        return spelt == nil || spelt == target.kind ? target : nil
    }

    private func namespace(beside place: JSON, of object: KubeObject) -> String {
        switch scope {
        case .own: object.namespace
        case .cluster: ""
        case .beside(let key): place[key]?.string ?? object.namespace
        }
    }
}

extension NamingField {
    private static let byKind: [GroupKind: [NamingField]] = {
        let core = { (kind: String) in GroupKind(group: "", kind: kind) }
        let admission = "admissionregistration.k8s.io"
        let binding = [NamingField("subjects.*.name", core("ServiceAccount"), .beside("namespace"))]
        let webhook = [NamingField("webhooks.*.clientConfig.service.name", core("Service"), .beside("namespace"))]
        let storageClass = GroupKind(group: "storage.k8s.io", kind: "StorageClass")
        let backend = "spec.rules.*.http.paths.*.backend"
        return [
            GroupKind(group: "networking.k8s.io", kind: "Ingress"): [
                NamingField("spec.tls.*.secretName", core("Secret")),
                NamingField("spec.defaultBackend.service.name", core("Service")),
                NamingField("\(backend).service.name", core("Service")),
                NamingField("spec.backend.serviceName", core("Service")),
                NamingField("\(backend).serviceName", core("Service")),
                NamingField(
                    "spec.ingressClassName",
                    GroupKind(group: "networking.k8s.io", kind: "IngressClass"),
                    .cluster
                ),
            ],
            GroupKind(group: "extensions", kind: "Ingress"): [
                NamingField("spec.tls.*.secretName", core("Secret")),
                NamingField("spec.backend.serviceName", core("Service")),
                NamingField("\(backend).serviceName", core("Service")),
            ],
            GroupKind(group: "apps", kind: "StatefulSet"): [
                NamingField("spec.serviceName", core("Service")),
                NamingField("spec.volumeClaimTemplates.*.spec.storageClassName", storageClass, .cluster),
            ],
            GroupKind(group: "autoscaling", kind: "HorizontalPodAutoscaler"): [
                NamingField("spec.scaleTargetRef.name", nil)
            ],
            core("ServiceAccount"): [
                NamingField("secrets.*.name", core("Secret")), NamingField("imagePullSecrets.*.name", core("Secret")),
            ],
            core("PersistentVolumeClaim"): [
                NamingField("spec.storageClassName", storageClass, .cluster),
                NamingField("spec.volumeName", core("PersistentVolume"), .cluster),
            ],
            // Not its claim: that names the volume, and each would wait for the other.
            core("PersistentVolume"): [NamingField("spec.storageClassName", storageClass, .cluster)] + volumeSecrets,
            GroupKind(group: "rbac.authorization.k8s.io", kind: "RoleBinding"): binding,
            GroupKind(group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding"): binding,
            GroupKind(group: admission, kind: "ValidatingWebhookConfiguration"): webhook,
            GroupKind(group: admission, kind: "MutatingWebhookConfiguration"): webhook,
            GroupKind(group: admission, kind: "ValidatingAdmissionPolicyBinding"): [
                NamingField("spec.policyName", GroupKind(group: admission, kind: "ValidatingAdmissionPolicy"), .cluster)
            ],
            GroupKind(group: admission, kind: "MutatingAdmissionPolicyBinding"): [
                NamingField("spec.policyName", GroupKind(group: admission, kind: "MutatingAdmissionPolicy"), .cluster)
            ],
            GroupKind(group: "apiregistration.k8s.io", kind: "APIService"): [
                NamingField("spec.service.name", core("Service"), .beside("namespace"))
            ],
            GroupKind.customResourceDefinition: [
                NamingField("spec.conversion.webhook.clientConfig.service.name", core("Service"), .beside("namespace"))
            ],
        ]
    }()

    /// The Secrets from which the drivers of a PersistentVolume take their credentials.
    private static let volumeSecrets: [NamingField] = {
        let secret = GroupKind(group: "", kind: "Secret")
        let driver = ["controllerPublish", "nodeStage", "nodePublish", "controllerExpand", "nodeExpand"]
        let paths =
            driver.map { "spec.csi.\($0)SecretRef.name" }
            + References.volumesWithSecret.map { "spec.\($0).secretRef.name" }
        return paths.map { NamingField($0, secret, .beside("namespace")) }
            + [NamingField("spec.azureFile.secretName", secret, .beside("secretNamespace"))]
    }()
}
