// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Renews the Lease by which the node shows that it lives.
struct NodeReconciler: Reconciler {
    private static let interval: Duration = .seconds(10)

    let watched = [ControllerResource.nodes.groupResource]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        event.change == .added ? [event.key] : []
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard key.name == EmbeddedNode.name, let node = context.client.object(key) else { return nil }
        let kubelet = context.client.acting(as: "kubelet")
        let time = JSON.string(context.now.microText)
        let leaseKey = ControllerResource.leases.key("kube-node-lease", key.name)
        let renewed = try kubelet.mutate(leaseKey) { $0[["spec", "renewTime"]] = time }
        if renewed == nil {
            try kubelet.create([
                "apiVersion": "coordination.k8s.io/v1", "kind": "Lease",
                "metadata": [
                    "name": .string(key.name), "namespace": "kube-node-lease",
                    "ownerReferences": [
                        [
                            "apiVersion": "v1", "kind": "Node", "name": .string(key.name),
                            "uid": .string(node.uid ?? ""),
                        ]
                    ],
                ],
                "spec": ["holderIdentity": .string(key.name), "leaseDurationSeconds": 40, "renewTime": time],
            ])
        }
        return NodeReconciler.interval
    }
}
