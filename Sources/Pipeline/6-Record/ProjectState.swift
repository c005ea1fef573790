// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import PlainText
import SyncSource

/// A prune that waits for a person: what, why, and the hash that stands for exactly this.
package struct PruneHold: Sendable, Hashable, Codable {
    /// Stands for the commit and the list of objects; the plan's `approvalHash`.
    package let hash: String
    package let commitID: String
    /// One line each.
    package let reasons: [String]
    /// In the order in which they would be deleted; the first of them, where only so many are known.
    package let objects: [ObjectID]
    /// How many they are.
    package let count: Int

    package init(hash: String, commitID: String, reasons: [String], objects: [ObjectID], count: Int? = nil) {
        self.count = count ?? objects.count
        self.hash = hash
        self.commitID = commitID
        self.reasons = reasons
        self.objects = objects
    }

    /// How many digits tell a person one hold from another.
    private static let shownDigits = 12
    /// How many digits a yes needs at least: whoever writes commits can make two of which the first few are alike, so that a
    /// yes to one would be a yes to the other; for 128 bits that takes 2^64 tries.
    private static let approvalDigits = 32

    /// What people see of the hash beside the list.
    package var shortHash: String { PruneHold.shortHash(hash) }

    /// What `approve --hash` takes in the place of the whole hash, and what commands to copy hold.
    package var approvalHash: String { PruneHold.approvalHash(hash) }

    /// What people see of a whole hash.
    package static func shortHash(_ hash: String) -> String { String(hash.prefix(shownDigits)) }

    /// What `approve --hash` takes in the place of a whole hash.
    package static func approvalHash(_ hash: String) -> String { String(hash.prefix(approvalDigits)) }

    /// Why what a person gave does not stand for this hold; nil when it does: the whole hash, or enough of its beginning.
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
        return "another prune waits by now than \(given): \(count) objects, hash \(approvalHash); look at it first"
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
