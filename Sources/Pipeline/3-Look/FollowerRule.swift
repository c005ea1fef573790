// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Which objects follow from others: they come and go with the object that controls them, such as the Pods of a ReplicaSet with
/// that. What something in no namespace controls is none of them: that may stay while the object goes with its Namespace.
package struct FollowerRule: Sendable, Hashable {
    /// The kinds that have namespaces; nil when that is not known, so that every controller counts.
    private let namespaced: Set<GroupKind>?

    /// Every object that another one controls.
    package static let anyController = FollowerRule(namespaced: nil)

    /// No object: a definition takes all of its objects along, whatever controls them, and that may stay.
    package static let nothing = FollowerRule(namespaced: [])

    private init(namespaced: Set<GroupKind>?) { self.namespaced = namespaced }

    /// - Parameter catalog: The kinds that the API server has. One that it lacks controls nothing.
    package init(_ catalog: APICatalog) {
        self.init(namespaced: Set(catalog.resources.lazy.filter(\.isNamespaced).map(\.gvk.groupKind)))
    }

    /// Whether an object follows from another one.
    package func follows(_ object: KubeObject) -> Bool {
        object.metadata["ownerReferences"]?.array?.contains { reference in
            guard reference["controller"]?.bool == true else { return false }
            guard let namespaced else { return true }
            let (version, kind) = (reference["apiVersion"]?.string ?? "", reference["kind"]?.string ?? "")
            return namespaced.contains(GroupVersionKind(apiVersion: version, kind: kind).groupKind)
        } == true
    }

    /// Whether an object was put there on purpose: it follows neither from another object nor from its Namespace itself.
    package func isOwn(_ object: KubeObject) -> Bool {
        let kind = object.id.groupKind.description
        guard !Self.derived.contains(kind), !Self.bySystem.contains("\(kind) \(object.name)") else { return false }
        return !follows(object)
    }

    /// What Kubernetes puts into each Namespace by itself, and what only follows from other objects.
    private static let bySystem: Set<String> = ["ConfigMap kube-root-ca.crt", "ServiceAccount default"]
    private static let derived: Set<String> = [
        "Event", "Event.events.k8s.io", "Endpoints", "PodMetrics.metrics.k8s.io",
    ]
}
