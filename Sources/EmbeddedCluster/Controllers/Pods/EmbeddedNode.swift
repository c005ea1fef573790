// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// The one node of the cluster, on which all pods run.
enum EmbeddedNode {
    static let name = "embedded"
    static let address = "192.168.49.2"
    static let version = "v1.36.0"

    /// The node's manifest with its status.
    static func manifest(now: ClusterTime) -> JSON {
        [
            "apiVersion": "v1", "kind": "Node",
            "metadata": [
                "name": .string(name),
                "labels": [
                    "kubernetes.io/arch": "amd64", "kubernetes.io/hostname": .string(name),
                    "kubernetes.io/os": "linux", "node-role.kubernetes.io/control-plane": "",
                ],
            ],
            "spec": ["podCIDR": "10.244.0.0/16", "podCIDRs": ["10.244.0.0/16"]],
        ]
    }

    /// The status of the node, ready since `now`.
    static func status(now: ClusterTime) -> JSON {
        let resources: JSON = ["cpu": "16", "memory": "64Gi", "ephemeral-storage": "256Gi", "pods": "1000"]
        return [
            "addresses": [
                ["type": "InternalIP", "address": .string(address)], ["type": "Hostname", "address": .string(name)],
            ],
            "allocatable": resources, "capacity": resources, "conditions": .array(conditions(now: now)),
            "daemonEndpoints": ["kubeletEndpoint": ["Port": 10250]],
            "nodeInfo": [
                "architecture": "amd64", "bootID": "", "containerRuntimeVersion": "embedded://1.0",
                "kernelVersion": "0.0.0", "kubeProxyVersion": "", "kubeletVersion": .string(version), "machineID": "",
                "operatingSystem": "linux", "osImage": "Sternpost embedded cluster", "systemUUID": "",
            ],
        ]
    }

    private static func conditions(now: ClusterTime) -> [JSON] {
        let states: [(type: String, status: String, reason: String, message: String)] = [
            ("MemoryPressure", "False", "KubeletHasSufficientMemory", "kubelet has sufficient memory available"),
            ("DiskPressure", "False", "KubeletHasNoDiskPressure", "kubelet has no disk pressure"),
            ("PIDPressure", "False", "KubeletHasSufficientPID", "kubelet has sufficient PID available"),
            ("Ready", "True", "KubeletReady", "kubelet is posting ready status"),
        ]
        return states.map { state in
            [
                "type": .string(state.type), "status": .string(state.status), "reason": .string(state.reason),
                "message": .string(state.message), "lastHeartbeatTime": .string(now.text),
                "lastTransitionTime": .string(now.text),
            ]
        }
    }
}
