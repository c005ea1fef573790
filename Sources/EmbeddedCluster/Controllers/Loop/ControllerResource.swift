// SPDX-License-Identifier: Apache-2.0
import ClusterStore
import KubeObjects

/// The built-in resources that the controllers read and write, with their kinds.
struct ControllerResource: Sendable, Hashable {
    let gvk: GroupVersionKind
    let groupResource: GroupResource

    init(_ apiVersion: String, _ kind: String, _ plural: String) {
        gvk = GroupVersionKind(apiVersion: apiVersion, kind: kind)
        groupResource = GroupResource(group: gvk.group, resource: plural)
    }

    /// The key of one object; the namespace is empty for cluster-scoped resources.
    func key(_ namespace: String, _ name: String) -> ObjectKey {
        ObjectKey(resource: groupResource, namespace: namespace, name: name)
    }

    static let configMaps = ControllerResource("v1", "ConfigMap", "configmaps")
    static let secrets = ControllerResource("v1", "Secret", "secrets")
    static let endpoints = ControllerResource("v1", "Endpoints", "endpoints")
    static let events = ControllerResource("v1", "Event", "events")
    static let namespaces = ControllerResource("v1", "Namespace", "namespaces")
    static let nodes = ControllerResource("v1", "Node", "nodes")
    static let claims = ControllerResource("v1", "PersistentVolumeClaim", "persistentvolumeclaims")
    static let volumes = ControllerResource("v1", "PersistentVolume", "persistentvolumes")
    static let pods = ControllerResource("v1", "Pod", "pods")
    static let services = ControllerResource("v1", "Service", "services")
    static let serviceAccounts = ControllerResource("v1", "ServiceAccount", "serviceaccounts")
    static let deployments = ControllerResource("apps/v1", "Deployment", "deployments")
    static let replicaSets = ControllerResource("apps/v1", "ReplicaSet", "replicasets")
    static let statefulSets = ControllerResource("apps/v1", "StatefulSet", "statefulsets")
    static let daemonSets = ControllerResource("apps/v1", "DaemonSet", "daemonsets")
    static let controllerRevisions = ControllerResource("apps/v1", "ControllerRevision", "controllerrevisions")
    static let jobs = ControllerResource("batch/v1", "Job", "jobs")
    static let cronJobs = ControllerResource("batch/v1", "CronJob", "cronjobs")
    static let ingresses = ControllerResource("networking.k8s.io/v1", "Ingress", "ingresses")
    static let ingressClasses = ControllerResource("networking.k8s.io/v1", "IngressClass", "ingressclasses")
    static let endpointSlices = ControllerResource("discovery.k8s.io/v1", "EndpointSlice", "endpointslices")
    static let disruptionBudgets = ControllerResource("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets")
    static let storageClasses = ControllerResource("storage.k8s.io/v1", "StorageClass", "storageclasses")
    static let priorityClasses = ControllerResource("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses")
    static let leases = ControllerResource("coordination.k8s.io/v1", "Lease", "leases")
}
