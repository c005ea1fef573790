// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// The order of kinds within a wave: Flux's staging (fluxcd/pkg `ssa/sort.go`), folded into four stages so that as much as
/// possible may run at once.
package enum KindOrder {
    /// What everything else may need: namespaces, definitions, classes, cluster roles.
    private static let definitions: Set<String> = [
        "Namespace", "CustomResourceDefinition.apiextensions.k8s.io", "ClusterRole.rbac.authorization.k8s.io",
        "RuntimeClass.node.k8s.io", "PriorityClass.scheduling.k8s.io", "StorageClass.storage.k8s.io",
        "VolumeSnapshotClass.snapshot.storage.k8s.io", "IngressClass.networking.k8s.io",
        "GatewayClass.gateway.networking.k8s.io", "ClusterClass.cluster.x-k8s.io",
    ]
    /// What workloads refer to.
    private static let referents: Set<String> = [
        "ClusterRoleBinding.rbac.authorization.k8s.io", "ResourceQuota", "ServiceAccount",
        "Role.rbac.authorization.k8s.io", "RoleBinding.rbac.authorization.k8s.io", "ConfigMap", "Secret", "Service",
        "LimitRange", "PersistentVolume",
        "PersistentVolumeClaim", "NetworkPolicy.networking.k8s.io",
    ]
    /// What can refuse everything else (admission webhooks and policies), so comes last.
    private static let gates: Set<String> = [
        "MutatingWebhookConfiguration.admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
        "ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io",
        "MutatingAdmissionPolicyBinding.admissionregistration.k8s.io", "APIService.apiregistration.k8s.io",
    ]

    /// How many there are.
    static let stages = 4

    /// 0 definitions, 1 what is referred to, 2 the rest, 3 admission webhooks and policies. A prune goes the other way.
    package static func stage(of kind: GroupKind) -> Int {
        let key = kind.description
        if definitions.contains(key) { return 0 }
        if referents.contains(key) { return 1 }
        return gates.contains(key) ? 3 : 2
    }

    /// Kinds whose deletion loses data or takes everything inside along: a prune of one always waits for a person, and none
    /// is deleted to be created again, whatever an annotation says.
    package static let protected: Set<GroupKind> = [
        .namespace, GroupKind(group: "", kind: "PersistentVolume"),
        GroupKind(group: "", kind: "PersistentVolumeClaim"), .customResourceDefinition,
    ]

    /// Whether an object of this kind may be deleted to be created again where a person has asked for that. Never a
    /// custom resource: only its controller knows what its deletion causes, and that a field of it is immutable is a
    /// message of its author and not a rule of the API server.
    package static func mayBeRecreated(_ kind: GroupKind) -> Bool {
        BuiltInGroup.contains(kind.group) && !protected.contains(kind)
    }
}
