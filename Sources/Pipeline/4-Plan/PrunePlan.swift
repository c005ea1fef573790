// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook

/// What a pass would delete, and whether it may.
package struct PrunePlan: Sendable {
    /// Whether the steps may run in this pass.
    package enum Verdict: Sendable, Hashable {
        case allowed
        /// Something could not be read, or something declared is not as git wants it: nothing is deleted, even with an
        /// approval. The texts say what.
        case blocked(reasons: [String])
        /// More than the project's limits allow, a protected kind, or a doubt about a member: waits for
        /// `sternpost approve`. `approvalHash` identifies what is approved: this commit, exactly these objects, and
        /// what is known to be deleted along with them; 64 hexadecimal digits.
        case held(reasons: [String], approvalHash: String)
        /// The project has pruning switched off.
        case disabled

        /// Whether the steps run, at once or after approval.
        package var mayRun: Bool {
            switch self {
            case .allowed, .held: true
            case .blocked, .disabled: false
            }
        }
    }

    package let verdict: Verdict
    /// In the order of deletion: the reverse of the order of apply.
    package internal(set) var steps: [PruneStep]
    /// What goes along with the steps that is none itself, as far as it was looked for.
    package let along: [GoingAlong]
    /// By the uid of each Namespace and definition that goes, as a step or along with steps: the other steps that own it.
    package let containerOwners: [String: Set<ObjectID>]
    /// The Namespaces and definitions with owners that there were.
    package let ownedContainers: OwnedContainers
    /// By the uid of each of those that is neither declared nor a member, the owners above it of which it was not known what
    /// owns them.
    package let unknownOwners: [String: Set<OwnerLink.Owner>]
    /// Inventory members that are gone already, that are not ours any more, or that ask to be kept and need no member; with
    /// the reason. They leave the inventory without a delete.
    package let released: [ReleasedObject]
    /// Members that the commit no longer declares and that stay members after this pass, with the reason; also what is being
    /// deleted, whoever has it.
    package let kept: [ReleasedObject]
    /// Undeclared members that are in doubt from this pass on; stored before anything else is done.
    package let doubts: [ObjectID: Inventory.Doubt]
    /// Namespaces and definitions that would go, as steps or because a step owns them, and whose contents are not known. A plan
    /// made with ``LiveSet/contents`` of them decides better. Ascending.
    package let containers: [ObjectID]
    /// Whether something is to go that is in no namespace, and nobody has looked which Namespaces and definitions others own. A
    /// plan made with ``LiveSet/ownedContainers`` decides better.
    package let asksForOwnedContainers: Bool
    /// Owners that nobody has looked for, Namespaces and definitions among them, where it matters what owns those. A plan made
    /// with ``LiveSet/ancestors`` of them decides better.
    package let openOwners: [OwnerLink]
    /// Members whose deletion failed lately; they stay members, and it is tried again later.
    package internal(set) var withheld: [ReleasedObject]
    /// Members whose deletion waits for something else: older pods, or a custom resource that could not be deleted.
    package internal(set) var waiting: [ReleasedObject]
    /// Of how many objects the limits are taken, also by the next passes while one of `leftOver` is a member: what a pass
    /// creates must not allow the next one what it was refused.
    package let base: Int
    /// Members that the commit no longer declares and that may have to be deleted, now or later; none for a project that
    /// does not prune.
    package let leftOver: Set<ObjectID>

    package init(
        verdict: Verdict,
        steps: [PruneStep],
        along: [GoingAlong] = [],
        containerOwners: [String: Set<ObjectID>] = [:],
        ownedContainers: OwnedContainers = .unasked,
        unknownOwners: [String: Set<OwnerLink.Owner>] = [:],
        released: [ReleasedObject],
        kept: [ReleasedObject] = [],
        doubts: [ObjectID: Inventory.Doubt] = [:],
        containers: [ObjectID] = [],
        asksForOwnedContainers: Bool = false,
        openOwners: [OwnerLink] = [],
        withheld: [ReleasedObject] = [],
        waiting: [ReleasedObject] = [],
        base: Int = 0,
        leftOver: Set<ObjectID> = []
    ) {
        self.along = along
        self.containerOwners = containerOwners
        self.ownedContainers = ownedContainers
        self.unknownOwners = unknownOwners
        self.base = base
        self.leftOver = leftOver
        self.doubts = doubts
        self.containers = containers
        self.asksForOwnedContainers = asksForOwnedContainers
        self.openOwners = openOwners
        self.verdict = verdict
        self.steps = steps
        self.released = released
        self.kept = kept
        self.withheld = withheld
        self.waiting = waiting
    }

    /// What has to be known before a plan is made by which anything may be deleted.
    package var questions: PruneQuestions {
        PruneQuestions(containers: containers, ownedContainers: asksForOwnedContainers, owners: openOwners)
    }

    /// The released members that leave the inventory with this plan: none while nothing may be deleted.
    package var leaving: [ReleasedObject] { if case .blocked = verdict { [] } else { released } }

    /// Why it is not known whether there is something to delete besides the steps: a whole sentence for each reason, shown
    /// word for word. Empty where that is known, and where there are steps, which nobody deletes for the same reasons.
    package var doubtsOfMore: [String] {
        guard case .blocked(let reasons) = verdict, steps.isEmpty else { return [] }
        return reasons.map { "not known whether more is to be deleted: \($0)" }
    }

    /// The hash of a held prune; nil when it is not held.
    package var approvalHash: String? { if case .held(_, let hash) = verdict { hash } else { nil } }
}

/// One object to be deleted.
package struct PruneStep: Sendable {
    package let id: ObjectID
    package let resource: APIResource
    /// The delete's precondition: exactly this incarnation.
    package let uid: String
    package let live: KubeObject
    /// What a Namespace or definition held when the plan was made; nil for other kinds, and where it was not looked
    /// through.
    package let contents: ContainerContents?
    /// The uids of the nearest members and declared objects that own it, directly, through others, or through its Namespace
    /// or the definition of its kind.
    package let owners: [String]

    package init(
        id: ObjectID,
        resource: APIResource,
        uid: String,
        live: KubeObject,
        contents: ContainerContents? = nil,
        owners: [String] = []
    ) {
        self.contents = contents
        self.owners = owners
        self.id = id
        self.resource = resource
        self.uid = uid
        self.live = live
    }

    /// Whether its claims, and with them its data, are deleted with it: a StatefulSet may ask for that.
    var takesClaimsAlong: Bool {
        id.groupKind == GroupKind(group: "apps", kind: "StatefulSet")
            && live.spec?["persistentVolumeClaimRetentionPolicy"]?["whenDeleted"]?.string == "Delete"
    }
}

/// An inventory member that is not declared and not deleted, and why.
package struct ReleasedObject: Sendable, Hashable {
    package let id: ObjectID
    package let reason: String

    package init(id: ObjectID, reason: String) {
        self.id = id
        self.reason = reason
    }
}
