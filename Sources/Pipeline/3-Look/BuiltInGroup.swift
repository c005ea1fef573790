// SPDX-License-Identifier: Apache-2.0

import KubeObjects

/// The API groups that the API server itself serves with typed objects. Custom resources, also those in other groups that
/// end in `.k8s.io`, are stored as they were sent.
package enum BuiltInGroup {
    private static let names: Set<String> = [
        "", "admissionregistration.k8s.io", "apiextensions.k8s.io", "apiregistration.k8s.io", "apps",
        "authentication.k8s.io", "authorization.k8s.io", "autoscaling", "batch", "certificates.k8s.io",
        "coordination.k8s.io", "discovery.k8s.io", "events.k8s.io", "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io", "networking.k8s.io", "node.k8s.io", "policy", "rbac.authorization.k8s.io",
        "resource.k8s.io", "scheduling.k8s.io", "storage.k8s.io", "storagemigration.k8s.io",
    ]

    /// Whether the API server serves this group itself.
    package static func contains(_ group: String) -> Bool { names.contains(group) }
}

extension ObjectID {
    /// Whether its kind is not one of the API server's own.
    package var isCustomResource: Bool { !BuiltInGroup.contains(group) }
}
