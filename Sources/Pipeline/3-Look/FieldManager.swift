// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The field managers under which Sternpost writes.
package enum FieldManager {
    /// Everything that git declares.
    package static let main = "sternpost"
    /// Image rollouts: a manager of its own, so that the next apply does not undo them.
    package static let rollout = "sternpost-rollout"
    /// The inventory's parent, as kubectl names it `<tool>-applyset`.
    package static let applySet = "sternpost-applyset"
    /// Events about image rollouts.
    package static let events = "sternpost-events"
}

extension ManagedFieldsEntry {
    /// Whether the entry belongs to our own applies of the object itself; applies to a subresource do not count.
    package var isOurApply: Bool { manager == FieldManager.main && operation == .apply && subresource.isEmpty }

    /// Whether it stands for an apply of ours, or for an object that we have put back after a recreation that failed.
    package var isOurWrite: Bool { manager == FieldManager.main && subresource.isEmpty }
}
