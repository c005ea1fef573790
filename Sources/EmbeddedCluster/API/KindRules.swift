// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import KubeObjects

/// Where one kind is treated unlike others: what the real server's strategies say.
struct KindRules: Sendable {
    /// Whether a deletion answers with the object instead of a `Status`.
    let returnsDeletedObject: Bool
    /// Whether a PUT of an object that is not there creates it.
    let createsOnUpdate: Bool
    /// Whether a PUT must name the resourceVersion.
    let needsResourceVersion: Bool
    /// Whether what it owns stays when it is deleted and the request does not set the propagation.
    let orphansByDefault: Bool
    /// Whether the garbage collector looks at its owners and dependants.
    let hasGarbageCollection: Bool

    /// The rules of a resource.
    init(_ resource: RegisteredResource) {
        let kind = resource.gvk.groupKind.description
        returnsDeletedObject = KindRules.returning.contains(kind)
        createsOnUpdate = KindRules.creating.contains(kind)
        needsResourceVersion = resource.isCustom || KindRules.strict.contains(kind)
        orphansByDefault = kind == "Job.batch" || kind == "ReplicationController"
        hasGarbageCollection = kind != "Event" && kind != "Event.events.k8s.io"
    }

    private static let returning: Set<String> = [
        "StorageClass.storage.k8s.io", "ResourceQuota", "PersistentVolume", "ServiceAccount", "PersistentVolumeClaim",
        "Namespace", "Pod", "Service", "PodTemplate",
    ]

    private static let creating: Set<String> = [
        "RoleBinding.rbac.authorization.k8s.io", "ClusterRoleBinding.rbac.authorization.k8s.io",
        "Role.rbac.authorization.k8s.io", "ClusterRole.rbac.authorization.k8s.io", "Lease.coordination.k8s.io",
        "LimitRange", "Event", "Event.events.k8s.io", "Service", "Endpoints",
    ]

    private static let strict: Set<String> = [
        "PodDisruptionBudget.policy", "Lease.coordination.k8s.io",
        "MutatingWebhookConfiguration.admissionregistration.k8s.io",
        "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
        "CustomResourceDefinition.apiextensions.k8s.io",
    ]
}
