// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// Workloads whose pods may still use what would be deleted: a pod of an older revision that starts again needs what its
/// revision named.
package struct PodUsers: Sendable {
    /// The kinds that pods name and without which a pod does not start. Claims are left out, because Kubernetes keeps
    /// them while a pod uses them.
    private static let used = Set(["ConfigMap", "Secret", "ServiceAccount"].map { GroupKind(group: "", kind: $0) })

    /// For each namespace the first workload that is not ready, and why.
    private var first: [String: (id: ObjectID, reason: String)] = [:]

    /// - Parameter unready: Workloads whose older pods may run or start again, each with the reason.
    package init(unready: [ObjectID: String] = [:]) { merge(unready) }

    /// The declared workloads in the namespaces of what these steps delete, ascending.
    package static func of(_ steps: [PruneStep], in plan: Plan) -> [ObjectID] {
        let namespaces = Set(steps.filter { used.contains($0.id.groupKind) }.map(\.id.namespace))
        guard !namespaces.isEmpty else { return [] }
        return (plan.steps.map(\.id) + plan.unchanged.map(\.id))
            .filter { isWorkload($0) && namespaces.contains($0.namespace) }.sorted()
    }

    /// Whether objects of this kind keep pods running as long as they exist.
    package static func isWorkload(_ id: ObjectID) -> Bool { PodTemplate.lasting.contains(id.groupKind) }

    /// Adds workloads that are not ready, each with the reason; of each namespace the lowest identity is kept.
    package mutating func merge(_ unready: [ObjectID: String]) {
        for (id, reason) in unready where first[id.namespace].map({ id < $0.id }) ?? true {
            first[id.namespace] = (id, reason)
        }
    }

    /// Why pods may still use this object; nil when none may.
    package func reason(toKeep step: PruneStep) -> String? {
        guard Self.used.contains(step.id.groupKind), let user = first[step.id.namespace] else { return nil }
        return "\(user.id) is not through with its last change (\(user.reason)), and its pods may still use it"
    }
}
