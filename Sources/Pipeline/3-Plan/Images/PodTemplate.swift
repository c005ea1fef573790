// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Where the kinds that keep pods describe them.
package enum PodTemplate {
    /// The kinds whose images are followed, ascending.
    package static let kinds = [
        GroupKind(group: "batch", kind: "CronJob"), GroupKind(group: "apps", kind: "DaemonSet"),
        GroupKind(group: "apps", kind: "Deployment"), GroupKind(group: "apps", kind: "StatefulSet"),
    ]

    /// The lists of a pod's spec that hold containers with images of their own. Ephemeral ones are no part of a template.
    package static let containerLists = ["initContainers", "containers"]

    /// The path of the template in objects of a kind; nil for kinds that have none, or are not followed.
    package static func path(of kind: GroupKind) -> [String]? {
        guard kinds.contains(kind) else { return nil }
        return kind.kind == "CronJob" ? ["spec", "jobTemplate", "spec", "template"] : ["spec", "template"]
    }
}
