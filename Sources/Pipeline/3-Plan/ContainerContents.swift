// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What was found in a Namespace, or of the kind of a definition: what goes along when that is deleted.
package struct ContainerContents: Sendable, Hashable {
    /// Their metadata; no more is known of them.
    package let objects: [KubeObject]
    /// The kinds that could not be looked through, or not to the end, with the reason.
    package let notLookedAt: [GroupKind: String]

    package init(objects: [KubeObject], notLookedAt: [GroupKind: String] = [:]) {
        self.objects = objects
        self.notLookedAt = notLookedAt
    }

    /// What each Namespace has anew all by itself, and what only follows from other objects.
    private static let bySystem: Set<String> = ["ConfigMap kube-root-ca.crt", "ServiceAccount default"]
    private static let derived: Set<String> = [
        "Event", "Event.events.k8s.io", "Endpoints", "PodMetrics.metrics.k8s.io",
    ]

    /// The objects that somebody put there: without what controllers made for others, which goes and comes with those.
    package var ownObjects: [KubeObject] {
        objects.filter { object in
            let kind = object.id.groupKind.description
            guard !Self.derived.contains(kind), !Self.bySystem.contains("\(kind) \(object.name)") else { return false }
            let owners = object.metadata["ownerReferences"]?.array ?? []
            return !owners.contains { $0["controller"]?.bool == true }
        }
    }
}
