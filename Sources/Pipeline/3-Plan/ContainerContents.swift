// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What was found in a Namespace, or of the kind of a definition: what goes along when that is deleted.
package struct ContainerContents: Sendable, Hashable {
    /// Their metadata; no more is known of them.
    package let objects: [KubeObject]
    /// The kinds that could not be looked through, or not to the end, with the reason.
    package let notLookedAt: [GroupKind: String]
    /// What was asked for; to ask for the same again.
    package let resources: [APIResource]

    package init(objects: [KubeObject], notLookedAt: [GroupKind: String] = [:], resources: [APIResource] = []) {
        self.objects = objects
        self.notLookedAt = notLookedAt
        self.resources = resources
    }

    /// What each Namespace has anew all by itself, and what only follows from other objects.
    private static let bySystem: Set<String> = ["ConfigMap kube-root-ca.crt", "ServiceAccount default"]
    private static let derived: Set<String> = [
        "Event", "Event.events.k8s.io", "Endpoints", "PodMetrics.metrics.k8s.io",
    ]

    /// The objects that somebody put there: without what controllers made for others, which goes and comes with those.
    package var ownObjects: [KubeObject] { objects.filter(Self.isOwn) }

    /// Whether somebody put an object there: it follows from no other object, and not from the Namespace itself.
    package static func isOwn(_ object: KubeObject) -> Bool {
        let kind = object.id.groupKind.description
        guard !derived.contains(kind), !bySystem.contains("\(kind) \(object.name)") else { return false }
        return !object.isControlled
    }
}

extension KubeObject {
    /// Whether a controller made it for another object, and deletes it with that one.
    package var isControlled: Bool {
        metadata["ownerReferences"]?.array?.contains { $0["controller"]?.bool == true } == true
    }
}
