// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Sorts live objects into settled and open ones, one at a time while they stream in: a plan needs the fields of the open
/// ones only. Pure. What decides is a rule of planning, so it is given to whoever reads.
package protocol TriageRule: Sendable {
    /// What has to be kept of a live object: its mark when it is settled, or all of it.
    func kept(_ live: KubeObject) -> LiveObject

    /// Whether an object that was settled by this mark, perhaps for an earlier commit, is settled now.
    func holds(_ mark: Inventory.AppliedMark, for id: ObjectID) -> Bool
}
