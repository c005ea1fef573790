// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterControllers
import ClusterSchema
import KubeObjects

/// The objects that every cluster has from the start.
struct InitialObjects: Sendable {
    let client: LocalClient

    /// Creates what is not there yet.
    func create() throws(StatusError) {
        for name in ["default", "kube-node-lease", "kube-public", "kube-system"] {
            try ensure(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
        }
        try ensure([
            "apiVersion": "v1", "kind": "Service",
            "metadata": [
                "name": "kubernetes", "namespace": "default",
                "labels": ["component": "apiserver", "provider": "kubernetes"],
            ],
            "spec": [
                "clusterIP": "10.96.0.1", "type": "ClusterIP",
                "ports": [["name": "https", "port": 443, "protocol": "TCP", "targetPort": 6443]],
            ],
        ])
    }

    private func ensure(_ object: JSON) throws(StatusError) {
        let gvk = GroupVersionKind(apiVersion: "v1", kind: object["kind"]?.string ?? "")
        let name = object["metadata"]?["name"]?.string ?? ""
        let namespace = object["metadata"]?["namespace"]?.string ?? ""
        guard let key = client.resources.resource(gvk)?.key(namespace: namespace, name: name),
            client.object(key) == nil
        else { return }
        try client.create(object)
    }
}
