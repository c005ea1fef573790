// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What the project owns: the third input of a plan. Written to the cluster before an apply as the union of old and new
/// members and narrowed after the prune.
package struct Inventory: Sendable, Hashable {
    /// An object that we created or adopted, or are about to create.
    package struct Member: Sendable, Hashable {
        /// The object's uid; nil while creation was intended but not yet confirmed.
        package let uid: String?

        package init(uid: String?) { self.uid = uid }
    }

    /// What we last saw after applying an object: the same content on the same resource version needs no write.
    package struct AppliedMark: Sendable, Hashable {
        package let uid: String
        package let resourceVersion: String
        /// SHA-256 of the applied document, hexadecimal.
        package let contentHash: String
        /// What the API server made otherwise when the document was applied twice, as ``FieldComparison/digest(of:)``; empty
        /// when it took the document as it is.
        package let residual: String

        package init(uid: String, resourceVersion: String, contentHash: String, residual: String = "") {
            self.uid = uid
            self.resourceVersion = resourceVersion
            self.contentHash = contentHash
            self.residual = residual
        }

        /// The same, for who does not know what the API server makes otherwise.
        package var withoutResidual: AppliedMark {
            AppliedMark(uid: uid, resourceVersion: resourceVersion, contentHash: contentHash)
        }
    }

    package let applySet: ApplySet
    package var members: [ObjectID: Member]
    /// Local knowledge only (kept in the history's database); may be empty without harm.
    package var marks: [ObjectID: AppliedMark]
    /// Kinds that the parent names beside those of `members`: objects with our label may be there, too.
    package var hintedKinds: Set<GroupKind>
    /// Whether the parent was missing or empty and `members` were found again by our label and field manager.
    package var isRebuilt: Bool
    /// The repository and folder from which the members came, as ``PlanPolicy/source``; empty when not known.
    package var source: String

    package init(
        applySet: ApplySet,
        members: [ObjectID: Member] = [:],
        marks: [ObjectID: AppliedMark] = [:],
        hintedKinds: Set<GroupKind> = [],
        isRebuilt: Bool = false,
        source: String = ""
    ) {
        self.applySet = applySet
        self.members = members
        self.marks = marks
        self.hintedKinds = hintedKinds
        self.isRebuilt = isRebuilt
        self.source = source
    }
}
