// SPDX-License-Identifier: Apache-2.0

/// Names that stand on objects in the cluster and that more than one part of Sternpost reads or writes: each is spelt
/// here and nowhere else. A name that only one part uses (such as the marks of other owners) is spelt there.
package enum WireName {
    /// The API group of what configures Sternpost.
    package static let group = "sternpost.dev"
    /// The prefix of our own annotations.
    package static let annotationPrefix = "sternpost.dev/"
    /// How the names of inventories and leases begin.
    package static let objectPrefix = "sternpost-"
    /// Our value of ``managedBy``.
    package static let tool = "sternpost"

    /// The name of a project's own objects: its inventory and its lease.
    package static func object(ofProject project: String) -> String { objectPrefix + project }
}

/// kubectl's ApplySet convention (KEP-3659) and other common names.
extension WireName {
    package static let applySetID = "applyset.kubernetes.io/id"
    package static let applySetPartOf = "applyset.kubernetes.io/part-of"
    package static let applySetTooling = "applyset.kubernetes.io/tooling"
    package static let applySetGroupKinds = "applyset.kubernetes.io/contains-group-kinds"
    package static let applySetNamespaces = "applyset.kubernetes.io/additional-namespaces"

    /// The label that names the tool which manages an object.
    package static let managedBy = "app.kubernetes.io/managed-by"
    /// The annotation that repeats the whole object, secrets included.
    package static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
    /// What `kubectl rollout restart` writes into a pod template.
    package static let restartedAt = "kubectl.kubernetes.io/restartedAt"
}

/// Our own annotations: what people ask for, and what we remember.
extension WireName {
    package static let prune = "sternpost.dev/prune"
    package static let reconcile = "sternpost.dev/reconcile"
    package static let force = "sternpost.dev/force"
    package static let forceConflicts = "sternpost.dev/force-conflicts"
    package static let wave = "sternpost.dev/wave"
    package static let rollTags = "sternpost.dev/roll-tags"
    package static let rollLatest = "sternpost.dev/roll-latest"

    package static let rollout = "sternpost.dev/rollout"
    package static let digestPrefix = "digest.sternpost.dev/"
    package static let project = "sternpost.dev/project"
    package static let source = "sternpost.dev/source"
    package static let ref = "sternpost.dev/ref"
    package static let followed = "sternpost.dev/followed"
}

/// Annotations and labels of other tools that we follow as well.
extension WireName {
    package static let fluxPrune = "kustomize.toolkit.fluxcd.io/prune"
    package static let fluxReconcile = "kustomize.toolkit.fluxcd.io/reconcile"
    package static let fluxForce = "kustomize.toolkit.fluxcd.io/force"
    package static let argoSyncOptions = "argocd.argoproj.io/sync-options"
    package static let argoSkipReconcile = "argocd.argoproj.io/skip-reconcile"
    package static let argoSyncWave = "argocd.argoproj.io/sync-wave"
    package static let helmResourcePolicy = "helm.sh/resource-policy"
    package static let lifecycleDeletion = "client.lifecycle.config.k8s.io/deletion"
    package static let lifecycleMutation = "client.lifecycle.config.k8s.io/mutation"
    package static let onRemove = "cli-utils.sigs.k8s.io/on-remove"
    package static let configSyncManaged = "configmanagement.gke.io/managed"
}
