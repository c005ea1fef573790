// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Namespaces: the ones that are always there, and what makes them different from other objects.
enum NamespaceLifecycle {
    static let resource = GroupResource(group: "", resource: "namespaces")

    /// The namespaces that every cluster has and that cannot be deleted.
    static let immortal = ["default", "kube-public", "kube-system"]

    /// Where a namespace is stored.
    static func key(_ name: String) -> ObjectKey { ObjectKey(resource: resource, namespace: "", name: name) }

    /// Refuses to delete what the cluster needs.
    static func checkDeletion(_ name: String) throws(StatusError) {
        guard immortal.contains(name) else { return }
        throw .forbidden(resource, name, "this namespace may not be deleted")
    }
}
