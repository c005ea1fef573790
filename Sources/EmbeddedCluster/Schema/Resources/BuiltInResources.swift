// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The built-in resources that the embedded cluster serves, in the order of a real server's discovery.
package enum BuiltInResources {
    /// All of them, group by group.
    package static let all: [RegisteredResource] =
        core + apiregistration + apps + events + reviews + autoscaling + batch + networking + policy + accessControl
        + storage + admission + extensions + scheduling + coordination + discovery

    private static let core: [RegisteredResource] = [
        make("v1", "ConfigMap", "configmaps", ["cm"]),
        make("v1", "Endpoints", "endpoints", ["ep"], singular: "endpoints"),
        make("v1", "Event", "events", ["ev"]),
        make("v1", "LimitRange", "limitranges", ["limits"]),
        make("v1", "Namespace", "namespaces", ["ns"], .cluster, status: true, withoutCollectionDeletion: true),
        make("v1", "Node", "nodes", ["no"], .cluster, status: true),
        make("v1", "PersistentVolumeClaim", "persistentvolumeclaims", ["pvc"], status: true),
        make("v1", "PersistentVolume", "persistentvolumes", ["pv"], .cluster, status: true),
        make("v1", "Pod", "pods", ["po"], categories: ["all"], status: true, generation: true),
        make("v1", "PodTemplate", "podtemplates", generation: true),
        make(
            "v1",
            "ReplicationController",
            "replicationcontrollers",
            ["rc"],
            categories: ["all"],
            status: true,
            generation: true,
            scale: .workload
        ),
        make("v1", "ResourceQuota", "resourcequotas", ["quota"], status: true),
        make("v1", "Secret", "secrets"),
        make("v1", "ServiceAccount", "serviceaccounts", ["sa"]),
        make("v1", "Service", "services", ["svc"], categories: ["all"], status: true),
    ]

    private static let apiregistration: [RegisteredResource] = [
        make(
            "apiregistration.k8s.io/v1",
            "APIService",
            "apiservices",
            .cluster,
            categories: ["api-extensions"],
            status: true
        )
    ]

    private static let apps: [RegisteredResource] = [
        make("apps/v1", "ControllerRevision", "controllerrevisions"),
        make("apps/v1", "DaemonSet", "daemonsets", ["ds"], categories: ["all"], status: true, generation: true),
        workload("Deployment", "deployments", "deploy"),
        workload("ReplicaSet", "replicasets", "rs"),
        workload("StatefulSet", "statefulsets", "sts"),
    ]

    private static let events: [RegisteredResource] = [make("events.k8s.io/v1", "Event", "events", ["ev"])]

    private static let reviews: [RegisteredResource] = [
        review("authentication.k8s.io/v1", "SelfSubjectReview", "selfsubjectreviews"),
        review("authorization.k8s.io/v1", "SelfSubjectAccessReview", "selfsubjectaccessreviews"),
        review("authorization.k8s.io/v1", "SelfSubjectRulesReview", "selfsubjectrulesreviews"),
    ]

    private static let autoscaling: [RegisteredResource] = [
        make(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            "horizontalpodautoscalers",
            ["hpa"],
            categories: ["all"],
            status: true
        )
    ]

    private static let batch: [RegisteredResource] = [
        make("batch/v1", "CronJob", "cronjobs", ["cj"], categories: ["all"], status: true, generation: true),
        make("batch/v1", "Job", "jobs", categories: ["all"], status: true, generation: true),
    ]

    private static let networking: [RegisteredResource] = [
        make("networking.k8s.io/v1", "IngressClass", "ingressclasses", .cluster, generation: true),
        make("networking.k8s.io/v1", "Ingress", "ingresses", ["ing"], status: true, generation: true),
        make("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies", ["netpol"], generation: true),
    ]

    private static let policy: [RegisteredResource] = [
        make("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets", ["pdb"], status: true, generation: true)
    ]

    private static let accessControl: [RegisteredResource] = [
        make("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings", .cluster),
        make("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles", .cluster),
        make("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
        make("rbac.authorization.k8s.io/v1", "Role", "roles"),
    ]

    private static let storage: [RegisteredResource] = [
        make("storage.k8s.io/v1", "StorageClass", "storageclasses", ["sc"], .cluster)
    ]

    private static let admission: [RegisteredResource] = [
        "MutatingWebhookConfiguration", "ValidatingWebhookConfiguration",
    ].map { kind in
        make(
            "admissionregistration.k8s.io/v1",
            kind,
            kind.lowercased() + "s",
            .cluster,
            categories: ["api-extensions"],
            generation: true
        )
    }

    private static let extensions: [RegisteredResource] = [
        make(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "customresourcedefinitions",
            ["crd", "crds"],
            .cluster,
            categories: ["api-extensions"],
            status: true,
            generation: true
        )
    ]

    private static let scheduling: [RegisteredResource] = [
        make("scheduling.k8s.io/v1", "PriorityClass", "priorityclasses", ["pc"], .cluster, generation: true)
    ]

    private static let coordination: [RegisteredResource] = [make("coordination.k8s.io/v1", "Lease", "leases")]

    private static let discovery: [RegisteredResource] = [
        make("discovery.k8s.io/v1", "EndpointSlice", "endpointslices", generation: true)
    ]
}

extension BuiltInResources {
    private enum Scope {
        case namespaced
        case cluster
    }

    private static func make(
        _ apiVersion: String,
        _ kind: String,
        _ plural: String,
        _ shortNames: [String] = [],
        _ scope: Scope = .namespaced,
        singular: String? = nil,
        categories: [String] = [],
        status: Bool = false,
        generation: Bool = false,
        scale: RegisteredResource.Scale? = nil,
        withoutCollectionDeletion: Bool = false
    ) -> RegisteredResource {
        RegisteredResource(
            gvk: GroupVersionKind(apiVersion: apiVersion, kind: kind),
            plural: plural,
            singular: singular,
            isNamespaced: scope == .namespaced,
            shortNames: shortNames,
            categories: categories,
            verbs: RegisteredResource.allVerbs.filter { $0 != "deletecollection" || !withoutCollectionDeletion },
            hasStatus: status,
            hasGeneration: generation,
            scale: scale
        )
    }

    private static func make(
        _ apiVersion: String,
        _ kind: String,
        _ plural: String,
        _ scope: Scope,
        categories: [String] = [],
        status: Bool = false,
        generation: Bool = false
    ) -> RegisteredResource {
        make(apiVersion, kind, plural, [], scope, categories: categories, status: status, generation: generation)
    }

    private static func workload(_ kind: String, _ plural: String, _ shortName: String) -> RegisteredResource {
        make(
            "apps/v1",
            kind,
            plural,
            [shortName],
            categories: ["all"],
            status: true,
            generation: true,
            scale: .workload
        )
    }

    private static func review(_ apiVersion: String, _ kind: String, _ plural: String) -> RegisteredResource {
        RegisteredResource(
            gvk: GroupVersionKind(apiVersion: apiVersion, kind: kind),
            plural: plural,
            isNamespaced: false,
            verbs: ["create"]
        )
    }
}
