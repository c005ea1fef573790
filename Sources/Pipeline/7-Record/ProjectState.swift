// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import PlainText
import SyncSource

/// A prune that is held until a person approves it: what it deletes, why it is held, and its hash.
package struct PruneHold: Sendable, Hashable, Codable {
    /// Identifies the commit and the list of objects; the plan's `approvalHash`.
    package let hash: String
    package let commitID: String
    /// One line each.
    package let reasons: [String]
    /// In the order in which they would be deleted; only the first of them, where not all are known.
    package let objects: [ObjectID]
    /// How many they are.
    package let count: Int

    package init(
        hash: String,
        commitID: String,
        reasons: [String],
        objects: [ObjectID],
        count: Int? = nil
    ) {
        self.count = count ?? objects.count
        self.hash = hash
        self.commitID = commitID
        self.reasons = reasons
        self.objects = objects
    }

    /// How many digits are shown to tell one hold from another.
    private static let shownDigits = 12
    /// The fewest digits that an approval needs. An author of commits can make two lists whose first few digits are
    /// equal, so that an approval of one would approve the other; for 128 bits that takes 2^64 tries.
    private static let approvalDigits = 32

    /// The part of the hash that is shown beside the list.
    package var shortHash: String { PruneHold.shortHash(hash) }

    /// The part of the hash that is enough for `approve --hash`, and that printed commands contain.
    package var approvalHash: String { PruneHold.approvalHash(hash) }

    /// The part of a hash that is shown.
    package static func shortHash(_ hash: String) -> String { String(hash.prefix(shownDigits)) }

    /// The part of a hash that is enough for `approve --hash`.
    package static func approvalHash(_ hash: String) -> String { String(hash.prefix(approvalDigits)) }

    /// Why what a person gave does not approve this hold; nil when it does: it is the whole hash, or enough of its
    /// beginning.
    package func mismatch(_ given: String) -> String? {
        if given == hash { return nil }
        guard given.isHexadecimal(digits: given.utf8.count) else {
            return "\"\(given)\" is no hash: it has other characters than 0 to 9 and a to f"
        }
        guard given.utf8.count >= PruneHold.approvalDigits else {
            return
                "\"\(given)\" has \(given.utf8.count) digits; a yes needs \(PruneHold.approvalDigits) of the hash, as"
                + " sternpost show prints them beside the list"
        }
        if hash.hasPrefix(given) { return nil }
        return
            "another prune waits by now than \(given): \(count.counted("object")), hash \(approvalHash); look at it first"
    }
}

/// A person's approval of a held prune.
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
    /// A person's order to suspend the project.
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
    /// The commit of the last pass that wrote to the cluster, however it ended; nil before the first.
    package let attempted: CommitInfo?
    /// Nil while the project is not suspended.
    package let suspension: Suspension?
    /// The held prune; nil when there is none.
    package let hold: PruneHold?
    /// The approval of exactly `hold`; nil until a person gives it and after it was used.
    package let approval: Approval?

    package init(
        applied: CommitInfo? = nil,
        appliedTreeID: String = "",
        appliedAt: Date? = nil,
        attempted: CommitInfo? = nil,
        suspension: Suspension? = nil,
        hold: PruneHold? = nil,
        approval: Approval? = nil
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
