// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// The resources that image rollouts read and write: served by every API server since 1.21, so nothing is discovered.
extension APIResource {
    static let workloads = PodTemplate.kinds.map { kind in
        workload(kind.group, kind.kind, "\(kind.kind.lowercased())s")
    }
    static let pods = workload("", "Pod", "pods")
    static let serviceAccounts = workload("", "ServiceAccount", "serviceaccounts")
    static let events = workload("events.k8s.io", "Event", "events")

    private static func workload(_ group: String, _ kind: String, _ plural: String) -> APIResource {
        APIResource(
            gvk: GroupVersionKind(group: group, version: "v1", kind: kind),
            plural: plural,
            isNamespaced: true,
            verbs: ["create", "delete", "get", "list", "patch", "update", "watch"]
        )
    }
}
