// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// One place at which an apply would change something, with both values whole. Decisions are made by it; for display it
/// becomes, cut and masked, a ``FieldChange``.
package struct FieldDifference: Sendable, Hashable {
    package let path: [FieldPathElement]
    /// The live value; nil when the field is absent or null there.
    package let before: JSON?
    /// The declared value, `.null` included; nil when the manifest no longer declares a field that is ours, or a write takes
    /// the field away.
    package let after: JSON?
    /// Which other manager owns the field, or something below it; nil when none does.
    package let owner: FieldOwner?
    /// Whether a person has added it, and a write takes it away with the fields of people's kubectl that it makes its own
    /// (``OwnershipTakeover``).
    package let isTakenAway: Bool

    /// Whether another manager has written another value into a field that stays declared, or has added one that a write
    /// takes away, so that the difference does not come from a commit.
    package var isForeign: Bool {
        if isTakenAway { return true }
        guard let owner, before != nil, after != nil else { return false }
        return owner.manager != FieldManager.main && owner.manager != FieldManager.rollout
    }

    package init(
        path: [FieldPathElement],
        before: JSON?,
        after: JSON?,
        owner: FieldOwner? = nil,
        isTakenAway: Bool = false
    ) {
        self.isTakenAway = isTakenAway
        self.path = path
        self.before = before
        self.after = after
        self.owner = owner
    }
}

/// Who wrote a field last, as `managedFields` says.
package struct FieldOwner: Sendable, Hashable, CustomStringConvertible {
    package let manager: String
    /// Such as `scale`; empty for a write of the object itself.
    package let subresource: String
    /// RFC 3339; empty when the server did not say.
    package let time: String

    package init(manager: String, subresource: String, time: String) {
        self.manager = manager
        self.subresource = subresource
        self.time = time
    }

    /// `kubectl-edit`, or `kubectl (scale)`.
    package var name: String { subresource.isEmpty ? manager : "\(manager) (\(subresource))" }

    /// `kubectl (scale) at 2026-11-23T10:42:00Z`.
    package var description: String { time.isEmpty ? name : "\(name) at \(time)" }
}
