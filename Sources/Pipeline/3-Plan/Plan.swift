// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender
import SyncSource

/// What one pass will do, decided before anything is written. A pure function of rendered set, live set and inventory.
package struct Plan: Sendable {
    package let commit: CommitInfo
    /// Where the commit was read, as ``PlanPolicy/source``.
    package let source: String
    /// Applied in order; the steps of one wave carry no order among themselves.
    package let waves: [Wave]
    /// Objects that already are as the commit wants them.
    package let unchanged: [SettledObject]
    /// Objects that cannot or must not be applied, each with the reason. Ascending by origin.
    package let refused: [RefusedObject]
    /// Live changes that the project wants to hear of but not have repaired (`drift: report`).
    package let reportedDrift: [Step]
    package let prune: PrunePlan
    /// What the project owns from now on if all goes well: every rendered object that is ours or becomes ours.
    package let desiredMembers: [ObjectID]

    package init(
        commit: CommitInfo,
        source: String = "",
        waves: [Wave],
        unchanged: [SettledObject],
        refused: [RefusedObject],
        reportedDrift: [Step],
        prune: PrunePlan,
        desiredMembers: [ObjectID]
    ) {
        self.commit = commit
        self.source = source
        self.waves = waves
        self.unchanged = unchanged
        self.refused = refused
        self.reportedDrift = reportedDrift
        self.prune = prune
        self.desiredMembers = desiredMembers
    }

    /// Whether nothing would be written.
    package var isEmpty: Bool { waves.isEmpty && prune.steps.isEmpty }
}

/// Steps that may run at the same time; the next wave starts when all have ended.
package struct Wave: Sendable {
    /// The number a person gave with the wave annotation; 0 by default.
    package let number: Int
    package let steps: [Step]
    /// Objects of this wave whose readiness the next wave needs (`CustomResourceDefinition` established, …), and with
    /// an explicit wave number every object of the wave.
    package let awaits: [ObjectID]

    package init(number: Int, steps: [Step], awaits: [ObjectID]) {
        self.number = number
        self.steps = steps
        self.awaits = awaits
    }
}

/// One object to be applied.
package struct Step: Sendable {
    /// What is done to the object.
    package enum Action: String, Sendable, Hashable, Codable {
        case create, configure
    }

    /// Why the object is written.
    package enum Cause: String, Sendable, Hashable, Codable {
        /// The cluster does not have it.
        case missing
        /// It was there when we last applied the same manifest, and is gone.
        case deleted
        /// Git changed, or we have not applied this object before.
        case commit
        /// Git did not change; somebody changed the live object.
        case drift
        /// It exists without an owner and is taken in.
        case adoption
    }

    package let id: ObjectID
    package let action: Action
    package let cause: Cause
    /// The document to send: namespace filled in, ApplySet label added, status stripped.
    package let object: KubeObject
    package let resource: APIResource
    package let origin: Origin
    /// SHA-256 of `object`, hexadecimal.
    package let contentHash: String
    /// The live object, when there is one.
    package let live: KubeObject?
    /// What differs, for people: ascending by path; empty for a create.
    package let changes: [FieldChange]
    /// Objects of the same plan that must have been applied before; a failure there blocks this step.
    package let dependsOn: [ObjectID]
    /// Whether an immutable field may be changed by deleting and creating again (`sternpost.dev/force: enabled`).
    package let mayRecreate: Bool

    package init(
        id: ObjectID,
        action: Action,
        cause: Cause,
        object: KubeObject,
        resource: APIResource,
        origin: Origin,
        contentHash: String,
        live: KubeObject?,
        changes: [FieldChange],
        dependsOn: [ObjectID],
        mayRecreate: Bool
    ) {
        self.id = id
        self.action = action
        self.cause = cause
        self.object = object
        self.resource = resource
        self.origin = origin
        self.contentHash = contentHash
        self.live = live
        self.changes = changes
        self.dependsOn = dependsOn
        self.mayRecreate = mayRecreate
    }
}

/// One field that will change. Values of Secrets are never here.
package struct FieldChange: Sendable, Hashable, Codable {
    /// As the API server prints paths: `.spec.replicas`, `.spec.containers[name="web"].image`.
    package let path: String
    /// Compact JSON of the live value; nil when the field is absent there, or hidden.
    package let before: String?
    /// Compact JSON of the wanted value; nil when the field is removed, or hidden.
    package let after: String?
    /// The field manager whose value is overwritten, and when it wrote it; nil when nobody else owned the field.
    package let takenFrom: String?

    package init(path: String, before: String?, after: String?, takenFrom: String?) {
        self.path = path
        self.before = before
        self.after = after
        self.takenFrom = takenFrom
    }
}

/// An object that needs no write.
package struct SettledObject: Sendable, Hashable {
    package let id: ObjectID
    package let apiVersion: String
    package let origin: Origin
    package let uid: String
    package let resourceVersion: String
    package let contentHash: String

    package init(
        id: ObjectID,
        apiVersion: String,
        origin: Origin,
        uid: String,
        resourceVersion: String,
        contentHash: String
    ) {
        self.id = id
        self.apiVersion = apiVersion
        self.origin = origin
        self.uid = uid
        self.resourceVersion = resourceVersion
        self.contentHash = contentHash
    }
}

/// An object that is left alone, and why.
package struct RefusedObject: Sendable, Hashable, Codable {
    /// The kinds of reason; all but `.optedOut` count as a failure of the pass.
    package enum Reason: String, Sendable, Hashable, Codable {
        /// No API group serves the kind.
        case unknownKind
        /// The group did not answer, so it is not known whether the kind exists.
        case groupUnavailable
        /// The live objects of the kind could not be read.
        case liveUnreadable
        /// Another tool or project owns the object.
        case ownedByOther
        /// Two manifests name the same object once the namespace is filled in.
        case duplicate
        /// The manifest asks to be left alone (`sternpost.dev/reconcile: disabled`).
        case optedOut
        /// The manifest itself cannot be applied (an unreadable wave, …).
        case invalid
        /// Something it cannot do without is refused itself.
        case blocked
        /// The live object is being deleted; it is created again when it is gone.
        case terminating

        /// Whether it shows that the pass does not know enough to delete anything.
        package var isPartialKnowledge: Bool {
            self == .unknownKind || self == .groupUnavailable || self == .liveUnreadable
        }
    }

    package let id: ObjectID
    package let apiVersion: String
    package let origin: Origin
    package let reason: Reason
    /// One line: what, and what to do.
    package let message: String

    package init(id: ObjectID, apiVersion: String, origin: Origin, reason: Reason, message: String) {
        self.id = id
        self.apiVersion = apiVersion
        self.origin = origin
        self.reason = reason
        self.message = message
    }
}

/// What a pass would delete, and whether it may.
package struct PrunePlan: Sendable {
    /// Whether the steps may run in this pass.
    package enum Verdict: Sendable, Hashable {
        case allowed
        /// Something could not be read: nothing is deleted, whatever a person says. The texts say what.
        case blocked(reasons: [String])
        /// More than the project's limits allow, or a protected kind: waits for `sternpost approve`. `approvalHash` is
        /// what is approved: this commit and exactly these objects.
        case held(reasons: [String], approvalHash: String)
        /// The project has pruning switched off.
        case disabled
    }

    package let verdict: Verdict
    /// In the order of deletion: the reverse of the order of apply.
    package let steps: [PruneStep]
    /// Inventory members that are gone already, that are not ours any more, or that ask to be kept; with the reason.
    /// They leave the inventory without a delete.
    package let released: [ReleasedObject]

    package init(verdict: Verdict, steps: [PruneStep], released: [ReleasedObject]) {
        self.verdict = verdict
        self.steps = steps
        self.released = released
    }
}

/// One object to be deleted.
package struct PruneStep: Sendable {
    package let id: ObjectID
    package let resource: APIResource
    /// The delete's precondition: exactly this incarnation.
    package let uid: String
    package let live: KubeObject

    package init(id: ObjectID, resource: APIResource, uid: String, live: KubeObject) {
        self.id = id
        self.resource = resource
        self.uid = uid
        self.live = live
    }
}

/// An inventory member that leaves the inventory without being deleted.
package struct ReleasedObject: Sendable, Hashable {
    package let id: ObjectID
    package let reason: String

    package init(id: ObjectID, reason: String) {
        self.id = id
        self.reason = reason
    }
}
