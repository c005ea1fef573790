// SPDX-License-Identifier: Apache-2.0

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
