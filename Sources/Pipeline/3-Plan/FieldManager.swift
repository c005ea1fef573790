// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The field managers under which Sternpost writes.
package enum FieldManager {
    /// Everything that git declares.
    package static let main = "sternpost"
    /// Image restarts: a manager of its own, so that the next apply does not take them back.
    package static let rollout = "sternpost-rollout"
    /// The inventory's parent, as kubectl names it `<tool>-applyset`.
    package static let applySet = "sternpost-applyset"
    /// Events about image rollouts.
    package static let events = "sternpost-events"
}

extension ManagedFieldsEntry {
    /// Whether it is what our own applies of the object itself own; what is applied to a subresource is not among it.
    package var isOurApply: Bool { manager == FieldManager.main && operation == .apply && subresource.isEmpty }
}
