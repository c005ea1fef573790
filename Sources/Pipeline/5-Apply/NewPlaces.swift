// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan

/// Kinds and namespaces that a pass creates itself: what it creates in them need not be looked for again.
struct NewPlaces: Sendable {
    private let kinds: Set<GroupKind>
    private let namespaces: Set<String>

    init(createdBy steps: [Step]) {
        let created = steps.filter { $0.live == nil }
        kinds = Set(created.compactMap(\.object.definedKind))
        namespaces = Set(created.filter { $0.id.groupKind == GroupKind.namespace }.map(\.id.name))
    }

    /// Whether the object's kind or namespace did not exist when the cluster was read.
    func contain(_ id: ObjectID) -> Bool {
        kinds.contains(id.groupKind) || !id.namespace.isEmpty && namespaces.contains(id.namespace)
    }
}
