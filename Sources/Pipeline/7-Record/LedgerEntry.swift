// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects

/// What an audit row is about.
enum LedgerKind: String, Sendable, Hashable, CaseIterable {
    case historyOpened = "history.opened"
    case runStarted = "run.started"
    case runCommit = "run.commit"
    case runFinished = "run.finished"
    case intent, outcome, object, problem, notice, message, health
    case pruneHeld = "prune.held"
    case pruneReleased = "prune.released"
    case pruneApproved = "prune.approved"
    case approvalUsed = "approval.used"
    case projectSuspended = "project.suspended"
    case projectResumed = "project.resumed"
    case projectApplied = "project.applied"
    case marksSaved = "marks.saved"
    case imageHeld = "image.held"
    case imageReleased = "image.released"
}

/// A row that is to be appended; sequence, time and hash are given to it by the ledger.
struct LedgerEntry: Sendable {
    let kind: LedgerKind
    /// Empty for rows about the history itself.
    let project: String
    let run: Int64?
    let object: ObjectID?
    /// JSON, keys sorted, no white space.
    let payload: String

    /// Encodes the payload.
    ///
    /// - Throws: what the encoder throws (a number that JSON cannot hold).
    init(
        _ kind: LedgerKind,
        project: String,
        run: Int64? = nil,
        object: ObjectID? = nil,
        payload: some Encodable & Sendable
    ) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        self.kind = kind
        self.project = project
        self.run = run
        self.object = object
        self.payload = String(decoding: try encoder.encode(payload), as: UTF8.self)
    }
}
