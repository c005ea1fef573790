// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// What the project owns: the third input of a plan. Written to the cluster before an apply as the union of old and new
/// members and narrowed after the prune.
package struct Inventory: Sendable, Hashable {
    /// An object that we created or adopted, or are about to create.
    package struct Member: Sendable, Hashable {
        /// The object's uid; nil while creation was intended but not yet confirmed.
        package let uid: String?
        /// The repository and folder that declared it last, as ``PlanPolicy/source``; empty when not known.
        package let source: String
        /// Why a person has to say yes before it is deleted; nil when git alone decides.
        package let doubt: Doubt?

        package init(uid: String?, source: String = "", doubt: Doubt? = nil) {
            self.uid = uid
            self.source = source
            self.doubt = doubt
        }

        /// The same with a doubt.
        package func doubted(_ doubt: Doubt) -> Member { Member(uid: uid, source: source, doubt: doubt) }
    }

    /// Why the absence of a manifest proves less than usual. It stands in the cluster at the member, and ends when git
    /// declares the object again and that was carried out, or when a person has approved its deletion.
    package enum Doubt: String, Sendable, Hashable, CaseIterable {
        /// The inventory was lost, and the object was found again by our label and field manager.
        case lost
        /// The version tag that declared it disappeared, and an older one is synced.
        case rewound
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
    /// Kinds that nobody has looked through since the inventory was lost: objects of ours may be there that are no members.
    /// One with the name `*` stands for all kinds of its group.
    package var unseenKinds: Set<GroupKind>
    /// Whether the parent was missing or empty just now and `members` were found again by our label and field manager.
    package var isRebuilt: Bool
    /// The branch, tag or commit from which the project was synced last; empty when not known.
    package var ref: String

    package init(
        applySet: ApplySet,
        members: [ObjectID: Member] = [:],
        marks: [ObjectID: AppliedMark] = [:],
        unseenKinds: Set<GroupKind> = [],
        isRebuilt: Bool = false,
        ref: String = ""
    ) {
        self.applySet = applySet
        self.members = members
        self.marks = marks
        self.unseenKinds = unseenKinds
        self.isRebuilt = isRebuilt
        self.ref = ref
    }
}
