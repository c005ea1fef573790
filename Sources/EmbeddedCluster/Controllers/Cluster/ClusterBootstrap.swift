// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Makes what the controllers need from the start: the node, and the classes of ingresses, volumes and priorities.
struct ClusterBootstrap {
    let client: LocalClient
    let now: ClusterTime
    let hasNode: Bool

    /// Makes what is missing; what is there, from an earlier run, stays.
    func run() throws(StatusError) {
        if hasNode { try createNode() }
        try create(
            ControllerResource.ingressClasses,
            "",
            "nginx",
            ["spec": ["controller": .string(IngressReconciler.controller)]]
        )
        try create(
            ControllerResource.storageClasses,
            "",
            "standard",
            [
                "metadata": ["annotations": ["storageclass.kubernetes.io/is-default-class": "true"]],
                "provisioner": "sternpost.dev/embedded", "reclaimPolicy": "Delete", "volumeBindingMode": "Immediate",
            ]
        )
        for (name, value) in [("system-cluster-critical", 2_000_000_000), ("system-node-critical", 2_000_001_000)] {
            try create(ControllerResource.priorityClasses, "", name, ["value": .int(Int64(value))])
        }
    }

    private func createNode() throws(StatusError) {
        try create(EmbeddedNode.manifest(now: now), ControllerResource.nodes.key("", EmbeddedNode.name))
        let node = client.acting(as: "kubelet")
        try node.mutate(ControllerResource.nodes.key("", EmbeddedNode.name), subresource: "status") { object in
            if object["status"]?["conditions"] == nil { object["status"] = EmbeddedNode.status(now: now) }
        }
    }

    private func create(_ resource: ControllerResource, _ namespace: String, _ name: String, _ rest: JSON)
        throws(StatusError)
    {
        var object = rest
        object["apiVersion"] = .string(resource.gvk.apiVersion)
        object["kind"] = .string(resource.gvk.kind)
        object[["metadata", "name"]] = .string(name)
        if !namespace.isEmpty { object[["metadata", "namespace"]] = .string(namespace) }
        try create(object, resource.key(namespace, name))
    }

    private func create(_ object: JSON, _ key: ObjectKey) throws(StatusError) {
        guard client.object(key) == nil else { return }
        try client.acting(as: "kube-apiserver").create(object)
    }
}
