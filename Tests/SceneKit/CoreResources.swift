// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Resources that the tests ask for by hand.
package enum CoreResources {
    package static let configMaps = resource("v1", "ConfigMap", "configmaps")
    package static let secrets = resource("v1", "Secret", "secrets")
    package static let namespaces = resource("v1", "Namespace", "namespaces", isNamespaced: false)
    package static let deployments = resource("apps/v1", "Deployment", "deployments")
    package static let statefulSets = resource("apps/v1", "StatefulSet", "statefulsets")
    package static let daemonSets = resource("apps/v1", "DaemonSet", "daemonsets")
    package static let cronJobs = resource("batch/v1", "CronJob", "cronjobs")
    package static let pods = resource("v1", "Pod", "pods")
    package static let bindings = resource("v1", "Binding", "bindings")
    package static let serviceAccounts = resource("v1", "ServiceAccount", "serviceaccounts")
    package static let events = resource("events.k8s.io/v1", "Event", "events")
    package static let leases = resource("coordination.k8s.io/v1", "Lease", "leases")
    package static let nodes = resource("v1", "Node", "nodes", isNamespaced: false)
    package static let clusterRoles = resource(
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        "clusterroles",
        isNamespaced: false
    )
    package static let clusterRoleBindings = resource(
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        "clusterrolebindings",
        isNamespaced: false
    )

    /// A resource with the verbs of any; not read from discovery.
    package static func resource(_ apiVersion: String, _ kind: String, _ plural: String, isNamespaced: Bool = true)
        -> APIResource
    {
        APIResource(
            gvk: GroupVersionKind(apiVersion: apiVersion, kind: kind),
            plural: plural,
            isNamespaced: isNamespaced,
            verbs: ["get", "list", "create", "patch", "delete", "watch"]
        )
    }
}
