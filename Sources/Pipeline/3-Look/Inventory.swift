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
        /// Why a person has to approve its deletion; nil when git alone decides.
        package let doubt: Doubt?
        /// For an object that removes itself when it is done: which manifest was applied last, so that it is not
        /// created again by a process that never saw it. The first digits of ``AppliedMark/contentHash``; nil for other
        /// objects.
        package let content: String?

        package init(uid: String?, source: String = "", doubt: Doubt? = nil, content: String? = nil) {
            self.uid = uid
            self.source = source
            self.doubt = doubt
            self.content = content.map { String($0.prefix(16)) }
        }

        /// The same member with a doubt.
        package func doubted(_ doubt: Doubt) -> Member {
            Member(uid: uid, source: source, doubt: doubt, content: content)
        }

        /// Whether it is known that exactly this document was applied.
        package func isOf(_ contentHash: String) -> Bool {
            content.map { !$0.isEmpty && contentHash.hasPrefix($0) } == true
        }
    }

    /// Why a missing manifest is not enough reason to delete the object. It is stored at the member in the cluster, and
    /// ends when git declares the object again and that was carried out, or when a person has approved the deletion, or
    /// has made it.
    package enum Doubt: String, Sendable, Hashable, CaseIterable {
        /// The inventory was lost, and the object was found again by our label and field manager.
        case lost
        /// The version tag that declared it disappeared, and an older one is synced.
        case rewound
        /// It left git together with an object that stays in the cluster, that names it or is owned by it, and that no
        /// later pass reads. Only people delete it.
        case needed
    }

    /// What was last seen of an object after its apply: the same manifest on the same resource version needs no write.
    package struct AppliedMark: Sendable, Hashable {
        /// A ``contentHash`` that no manifest has: an object with it is settled by no commit, so that every plan reads it.
        package static let noManifest = ""

        package let uid: String
        package let resourceVersion: String
        /// SHA-256 of the manifest as git has it, hexadecimal; image pins are not part of it.
        package let contentHash: String
        /// What the API server stores differently although the manifest was applied.
        package let residual: Residual
        /// How the object looked in this version, as ``state(of:)``: after a cluster was restored from a backup the same
        /// version may be given out again, with other content.
        package let state: String

        package init(
            uid: String,
            resourceVersion: String,
            contentHash: String,
            residual: Residual = .empty,
            state: String = ""
        ) {
            self.uid = uid
            self.resourceVersion = resourceVersion
            self.contentHash = contentHash
            self.residual = residual
            self.state = state
        }

        /// The same without a residual.
        package var withoutResidual: AppliedMark {
            AppliedMark(uid: uid, resourceVersion: resourceVersion, contentHash: contentHash, state: state)
        }

        /// `GENERATION@TIME`: the generation and the time of the last write by any manager, as far as the server
        /// reports them; empty when it reports neither.
        package static func state(of live: KubeObject) -> String {
            let times = live.metadata["managedFields"]?.array?.compactMap { $0["time"]?.string } ?? []
            let latest = times.max { $0.precedesInByteOrder($1) } ?? ""
            let generation = live.generation.map(String.init) ?? ""
            return generation.isEmpty && latest.isEmpty ? "" : "\(generation)@\(latest)"
        }

        /// Whether this document was applied to this incarnation of the object.
        package func isOf(_ contentHash: String, uid: String?) -> Bool {
            self.contentHash == contentHash && self.uid == uid
        }

        /// Whether the live object is still in the state that was seen.
        package func hasSeen(_ live: KubeObject) -> Bool {
            uid == live.uid && resourceVersion == live.resourceVersion && state == Self.state(of: live)
        }
    }

    package let applySet: ApplySet
    package var members: [ObjectID: Member]
    /// Stored in the history's database only, not in the cluster. Without marks every object is compared again, a
    /// change by hand may be taken for one of git, and drift that `drift: report` would only report is repaired once.
    package var marks: [ObjectID: AppliedMark]
    /// The key of the residuals in `marks`, and of new ones.
    package var residualKey: ResidualKey
    /// Kinds that could not be looked through since the inventory was lost: there may be objects of ours that are not
    /// members. One with the name `*` stands for all kinds of its group.
    package var unseenKinds: Set<GroupKind>
    /// How many members there were at the most when one was left over that git no longer declared; nil when none is. The
    /// limits of a prune are taken of them, so that what a pass creates does not allow the next one what it was refused.
    package var pruneBase: Int?
    /// Whether this reading found the parent missing or empty, and `members` were found again by our label and field
    /// manager.
    package var isRebuilt: Bool
    /// The branch, tag or commit from which the project was synced last; empty when not known.
    package var ref: String
    /// The commit from which it was synced last; nil when not known, and for a project that follows whatever its branch is.
    package var followed: FollowedCommit?

    package init(
        applySet: ApplySet,
        members: [ObjectID: Member] = [:],
        marks: [ObjectID: AppliedMark] = [:],
        residualKey: ResidualKey = .ephemeral,
        unseenKinds: Set<GroupKind> = [],
        pruneBase: Int? = nil,
        isRebuilt: Bool = false,
        ref: String = "",
        followed: FollowedCommit? = nil
    ) {
        self.applySet = applySet
        self.members = members
        self.marks = marks
        self.residualKey = residualKey
        self.unseenKinds = unseenKinds
        self.pruneBase = pruneBase
        self.isRebuilt = isRebuilt
        self.ref = ref
        self.followed = followed
    }
}
