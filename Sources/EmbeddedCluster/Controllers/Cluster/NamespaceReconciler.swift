// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Furnishes namespaces with a service account and the root certificates.
struct NamespaceReconciler: Reconciler {
    /// The certificate authority's certificate, as PEM; empty when the cluster is served without TLS.
    let rootCertificate: String

    let watched = [
        ControllerResource.namespaces.groupResource, ControllerResource.serviceAccounts.groupResource,
        ControllerResource.configMaps.groupResource,
    ]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        if event.key.resource == ControllerResource.namespaces.groupResource { return [event.key] }
        let isFurniture = event.key.name == "default" || event.key.name == "kube-root-ca.crt"
        guard isFurniture, event.change == .deleted else { return [] }
        return [ControllerResource.namespaces.key("", event.key.namespace)]
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let namespace = context.client.object(key), !namespace.isBeingDeleted else { return nil }
        if context.object(.serviceAccounts, key.name, "default") == nil {
            try context.client.create([
                "apiVersion": "v1", "kind": "ServiceAccount",
                "metadata": ["name": "default", "namespace": .string(key.name)],
            ])
        }
        if context.object(.configMaps, key.name, "kube-root-ca.crt") == nil {
            let text = "Contains a CA bundle that can be used to verify the kube-apiserver."
            try context.client.create([
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": "kube-root-ca.crt", "namespace": .string(key.name),
                    "annotations": ["kubernetes.io/description": .string(text)],
                ],
                "data": ["ca.crt": .string(rootCertificate)],
            ])
        }
        return nil
    }
}
