// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// When a deleted object may go.
enum Finalization {
    /// Whether the object is marked as deleted, its time is up and nothing holds it any more.
    static func isComplete(_ object: KubeObject) -> Bool {
        guard object.deletionTimestamp != nil, object.finalizers.isEmpty else { return false }
        if let grace = object.metadata["deletionGracePeriodSeconds"]?.int, grace > 0 { return false }
        if object.gvk.groupKind == GroupKind(group: "", kind: "Namespace") {
            return object.spec?["finalizers"]?.array?.isEmpty ?? true
        }
        return true
    }
}
