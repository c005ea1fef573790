// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncSource

/// A prune that waits for a person: what, why, and the hash that stands for exactly this.
package struct PruneHold: Sendable, Hashable, Codable {
    /// Stands for the commit and the list of objects; the plan's `approvalHash`.
    package let hash: String
    package let commitID: String
    /// One line each.
    package let reasons: [String]
    /// In the order in which they would be deleted.
    package let objects: [ObjectID]

    package init(hash: String, commitID: String, reasons: [String], objects: [ObjectID]) {
        self.hash = hash
        self.commitID = commitID
        self.reasons = reasons
        self.objects = objects
    }
}

/// A person's yes to a held prune.
package struct Approval: Sendable, Hashable, Codable {
    package let hash: String
    package let person: String
    package let at: Date

    package init(hash: String, person: String, at: Date) {
        self.hash = hash
        self.person = person
        self.at = at
    }
}

/// What the history knows about a project between two passes.
package struct ProjectState: Sendable, Hashable, Codable {
    /// A person's order to leave the project alone.
    package struct Suspension: Sendable, Hashable, Codable {
        package let person: String
        package let reason: String
        package let since: Date

        package init(person: String, reason: String, since: Date) {
            self.person = person
            self.reason = reason
            self.since = since
        }
    }

    /// The last commit whose objects were all applied; nil before the first.
    package let applied: CommitInfo?
    /// The tree id of that commit's folder; empty before the first.
    package let appliedTreeID: String
    package let appliedAt: Date?
    /// The commit of the last pass that went as far as writing, whatever came of it; nil before the first.
    package let attempted: CommitInfo?
    /// Nil while the project is synced.
    package let suspension: Suspension?
    /// The prune that waits; nil when none does.
    package let hold: PruneHold?
    /// The yes to exactly `hold`; nil until a person gives it and after it was used.
    package let approval: Approval?

    package init(
        applied: CommitInfo?,
        appliedTreeID: String,
        appliedAt: Date?,
        attempted: CommitInfo?,
        suspension: Suspension?,
        hold: PruneHold?,
        approval: Approval?
    ) {
        self.applied = applied
        self.appliedTreeID = appliedTreeID
        self.appliedAt = appliedAt
        self.attempted = attempted
        self.suspension = suspension
        self.hold = hold
        self.approval = approval
    }
}
