// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncObserve
import SyncPlan
import SyncRender
import SyncSource

/// The payloads of the audit rows. Free text is always ``RedactedText`` or ``DiffText``; field names are the file's
/// format and never change their meaning.
enum Payload {
    struct HistoryOpened: Codable, Sendable {
        let process: Int32
        /// The damaged file that this chain replaces, and its SHA-256.
        let replacedFile: String?
        let replacedSHA256: String?
    }

    struct RunStarted: Codable, Sendable {
        let trigger: RunTrigger
        /// How long before the row the run started; absent where it started with the row.
        let elapsedMilliseconds: Int64?
    }

    struct RunCommit: Codable, Sendable {
        let id: String
        let ref: RedactedText
        let authorName: RedactedText
        let authorEmail: RedactedText
        let authoredAt: Int64
        let subject: RedactedText
        let treeID: String
        /// The commit before, when the same ref named another one; absent in rows of older versions.
        var previous: String?
        /// Whether a push without force could not have led from there to here.
        var nonFastForward: Bool?
        var relation: CommitRelation?
        /// Where the ref was read; absent in rows of older versions.
        var origin: CommitOrigin?
    }

    struct RunFinished: Codable, Sendable {
        let outcome: RunOutcome
        let counts: RunCounts
        let message: RedactedText?
    }

    struct Intent: Codable, Sendable {
        let verb: MutationIntent.Verb
        let reason: RedactedText
    }

    struct Outcome: Codable, Sendable {
        let intent: Int64
        let ending: RecordedMutation.Ending
        let message: RedactedText
    }

    struct ObjectRow: Codable, Sendable {
        let apiVersion: String
        let action: ObjectOutcome.Action
        let error: RedactedText?
        let isRetryable: Bool
        let origin: Origin?
        let changes: [RedactedChange]
        let diff: DiffText?
        let warnings: [RedactedText]
        let durationMilliseconds: Int64
    }

    struct Located: Codable, Sendable {
        let origin: Origin
        let text: RedactedText
        let remedy: RedactedText?
    }

    struct Message: Codable, Sendable {
        let text: RedactedText
    }

    struct Health: Codable, Sendable {
        let ending: HealthReport.Ending
        let observed: Int
        let unhealthy: [HealthEntry]
    }

    struct HealthEntry: Codable, Sendable {
        let id: ObjectID
        let status: HealthStatus
        let message: RedactedText
        let origin: Origin?
    }

    struct Held: Codable, Sendable {
        let hash: String
        let commitID: String
        let reasons: [RedactedText]
        let objects: [ObjectID]
    }

    struct Approved: Codable, Sendable {
        let hash: String
        let person: RedactedText
    }

    struct Released: Codable, Sendable {
        let hash: String
    }

    struct Suspended: Codable, Sendable {
        let person: RedactedText
        let reason: RedactedText
    }

    struct ImageOrdered: Codable, Sendable {
        let person: RedactedText
        let reason: RedactedText
        /// When it was given, RFC 3339, as the cluster has it; rows of older versions have the row's time alone.
        var at: String?
    }

    struct MarksSaved: Codable, Sendable {
        let count: Int
        let sha256: String
    }
}

extension Payload.RunStarted {
    init(trigger: RunTrigger, after elapsed: Duration) {
        self.trigger = trigger
        let milliseconds = elapsed.wholeMilliseconds
        elapsedMilliseconds = milliseconds > 0 ? milliseconds : nil
    }

    /// When the run started, given the time of its row.
    func startedAt(_ row: Date) -> Date {
        elapsedMilliseconds.map { row.addingTimeInterval(-Double($0) / 1000) } ?? row
    }
}

extension Duration {
    /// Rounded towards zero.
    var wholeMilliseconds: Int64 { components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000 }
}

extension Payload.RunCommit {
    init(_ commit: CommitInfo, treeID: String, step: CommitStep? = nil, by redactor: Redactor) {
        id = commit.id
        ref = redactor.row(ref: commit.ref)
        authorName = redactor.row(commit.authorName)
        authorEmail = redactor.row(commit.authorEmail)
        authoredAt = commit.authoredAt
        subject = redactor.row(commit.subject)
        self.treeID = treeID
        previous = step?.previous
        nonFastForward = step.map { !$0.relation.isFastForward }
        relation = step?.relation
        origin = commit.origin
    }

    var step: CommitStep? {
        guard let previous, let relation else { return nil }
        return CommitStep(previous: previous, relation: relation)
    }

    var commit: CommitInfo {
        CommitInfo(
            id: id,
            ref: ref.text,
            authorName: authorName.text,
            authorEmail: authorEmail.text,
            authoredAt: authoredAt,
            subject: subject.text,
            origin: origin
        )
    }
}
