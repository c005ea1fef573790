// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Which objects follow from others: they come and go with the object that controls them, such as the Pods of a ReplicaSet with
/// that. What something in no namespace controls is none of them: that may stay while the object goes with its Namespace.
package struct FollowerRule: Sendable, Hashable {
    /// What an object follows from when it controls that.
    private enum Controllers: Sendable, Hashable {
        case all
        /// Those of kinds that have namespaces.
        case ofKinds(Set<GroupKind>)
        /// Those that are deleted as well.
        case going
    }

    private let controllers: Controllers

    /// Every object that another one controls.
    package static let anyController = FollowerRule(controllers: .all)

    /// What is controlled by something that is deleted as well. A definition takes all others along, too, and what controls
    /// those may stay.
    package static let ofWhatGoes = FollowerRule(controllers: .going)

    private init(controllers: Controllers) { self.controllers = controllers }

    /// - Parameter catalog: The kinds that the API server has. One that it lacks controls nothing.
    package init(_ catalog: APICatalog) {
        self.init(controllers: .ofKinds(Set(catalog.resources.lazy.filter(\.isNamespaced).map(\.gvk.groupKind))))
    }

    /// Whether an object follows from another one.
    ///
    /// - Parameters:
    ///   - object: Anything.
    ///   - going: The uids of what is deleted as well, as far as that is known.
    /// - Returns: Whether something controls it that counts.
    package func follows(_ object: KubeObject, going: Set<String>) -> Bool {
        object.metadata["ownerReferences"]?.array?.contains { reference in
            guard reference["controller"]?.bool == true else { return false }
            switch controllers {
            case .all: return true
            case .going: return reference["uid"]?.string.map(going.contains) == true
            case .ofKinds(let kinds):
                let (version, kind) = (reference["apiVersion"]?.string ?? "", reference["kind"]?.string ?? "")
                return kinds.contains(GroupVersionKind(apiVersion: version, kind: kind).groupKind)
            }
        } == true
    }

    /// Whether an object was put there on purpose: it follows neither from another object nor from its Namespace itself.
    ///
    /// - Parameters:
    ///   - object: Anything.
    ///   - going: The uids of what is deleted as well, as far as that is known.
    /// - Returns: Whether nobody would put it there again.
    package func isOwn(_ object: KubeObject, going: Set<String>) -> Bool {
        let kind = object.id.groupKind.description
        guard !Self.derived.contains(kind), !Self.bySystem.contains("\(kind) \(object.name)") else { return false }
        return !follows(object, going: going)
    }

    /// What Kubernetes puts into each Namespace by itself, and what only follows from other objects.
    private static let bySystem: Set<String> = ["ConfigMap kube-root-ca.crt", "ServiceAccount default"]
    private static let derived: Set<String> = [
        "Event", "Event.events.k8s.io", "Endpoints", "PodMetrics.metrics.k8s.io",
    ]
}
