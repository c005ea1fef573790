// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// Whether the incarnation of a member that is in the cluster was written by a sync of this project.
///
/// The rule, for every question of this kind:
/// - An object of this project carries the label of its ApplySet. ``Ownership`` says what the marks of others change in that.
/// - A member with a uid is exactly that incarnation, whatever `managedFields` says.
/// - A member without a uid was about to be written by a pass that died behind its apply, or that has put the object back
///   after a recreation that failed. The object says itself who wrote it: any write of our manager to the object itself
///   counts.
/// - Without a member, as after the loss of an inventory, only an apply of ours counts.
package enum Authorship: Sendable, Hashable {
    /// A sync wrote it.
    case ours
    /// The member is another incarnation.
    case replaced
    /// The member has no uid, and the object shows no write of ours.
    case unwritten
}

extension Inventory.Member {
    /// Whether a sync wrote the live object of the member's identity; its label does not count here.
    package func authorship(of live: KubeObject) -> Authorship {
        guard let uid else { return live.managedFields.contains(where: \.isOurWrite) ? .ours : .unwritten }
        return uid == live.uid ? .ours : .replaced
    }
}

extension Inventory {
    /// Whether this incarnation is a member that this project has applied.
    package func confirms(_ live: KubeObject) -> Bool {
        guard let member = members[live.id], live.isLabelled(for: applySet) else { return false }
        return member.authorship(of: live) == .ours
    }
}

extension KubeObject {
    /// Whether the object was applied by us, by whichever project.
    package var hasOurApply: Bool { managedFields.contains(where: \.isOurApply) }

    /// Whether an object that is no member was applied by this project.
    package func isApplied(for applySet: ApplySet) -> Bool { isLabelled(for: applySet) && hasOurApply }

    fileprivate func isLabelled(for applySet: ApplySet) -> Bool { label(ApplySet.partOfLabel) == applySet.id }
}

extension ManagedFieldsEntry {
    /// Whether the entry belongs to our own applies of the object itself; applies to a subresource do not count.
    package var isOurApply: Bool { isOurWrite && operation == .apply }

    /// Whether it stands for an apply of ours, or for an object that we have put back after a recreation that failed.
    fileprivate var isOurWrite: Bool { manager == FieldManager.main && subresource.isEmpty }
}
