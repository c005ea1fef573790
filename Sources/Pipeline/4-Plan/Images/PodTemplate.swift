// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Where objects describe the pods that they are or keep: the only rule of it, for references, images and deletions.
package enum PodTemplate {
    /// The kinds that make new pods when their template changes, ascending.
    package static let kinds = [
        GroupKind(group: "batch", kind: "CronJob"), GroupKind(group: "apps", kind: "DaemonSet"),
        GroupKind(group: "apps", kind: "Deployment"), GroupKind(group: "apps", kind: "StatefulSet"),
    ]

    /// The kinds that keep pods running as long as they exist. Their pods outlive them only when a deletion asks for
    /// that.
    package static let lasting = Set(
        ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map { GroupKind(group: "apps", kind: $0) }
    )

    /// The lists of a pod's spec that hold containers with images of their own. Ephemeral ones are no part of a template.
    package static let containerLists = ["initContainers", "containers"]

    /// The path of the template, by the kind's name alone: kinds of the same name in other groups
    /// (`StatefulSet.apps.kruise.io`) have the same form.
    private static let paths: [String: [String]] = {
        let path = ["spec", "template"]
        return [
            "Deployment": path, "StatefulSet": path, "DaemonSet": path, "ReplicaSet": path, "Job": path,
            "CronJob": ["spec", "jobTemplate"] + path,
        ]
    }()

    /// The path of the template in objects of a kind; nil for kinds that have none, or make no new pods when it changes.
    package static func path(of kind: GroupKind) -> [String]? { kinds.contains(kind) ? paths[kind.kind] : nil }

    /// The spec of the pod that an object is, or of those that it makes, of whatever kind it is; nil when it has none.
    package static func podSpec(of object: KubeObject) -> JSON? {
        if object.gvk.groupKind == GroupKind(group: "", kind: "Pod") { return object.spec }
        return paths[object.gvk.kind].flatMap { object.json[$0 + ["spec"]] }
    }
}
