// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncApply
import SyncSource

/// How a run ended, in one word; the `outcome` of `history -o json`.
package enum RunOutcome: String, Sendable, Hashable, Codable {
    /// It has not ended yet.
    case running
    case succeeded
    /// Some objects failed or stayed unhealthy.
    case degraded
    /// Nothing could be applied: source, render or cluster not readable.
    case failed
    /// The prune waits for a person's approval; everything else was applied.
    case held
    /// A newer commit or a shutdown ended it early.
    case interrupted
    /// The process died in it; set at the next start.
    case unknown
}

/// Why a run was begun; the `trigger` of `history -o json`.
package enum RunTrigger: String, Sendable, Hashable, Codable {
    case commit, drift, manual, approval, retry, start
    /// A tag points to another digest: the run is an image rollout and not a pass.
    case image
}

/// How many objects had each outcome; keys as in `history -o json`.
package struct RunCounts: Sendable, Hashable, Codable {
    package var created = 0
    package var configured = 0
    package var unchanged = 0
    package var pruned = 0
    package var restarted = 0
    package var failed = 0

    package init() {}

    /// Counts what became of the objects of a run; what was skipped is not counted.
    package init(of objects: [ObjectOutcome]) {
        for object in objects { add(object.action) }
    }

    /// Counts one object.
    mutating func add(_ action: ObjectOutcome.Action) {
        switch action {
        case .created: created += 1
        case .configured: configured += 1
        case .unchanged: unchanged += 1
        case .pruned: pruned += 1
        case .restarted: restarted += 1
        case .failed: failed += 1
        case .skipped: break
        }
    }
}

/// One run as it is stored and shown: `history -o json` prints an array of these.
package struct SyncRun: Sendable, Hashable {
    /// Ascending; what `sternpost show` takes.
    package let id: Int64
    package let project: String
    /// The commit of the pass; nil when the source could not be read, and for a run that is not about a commit.
    package let commit: CommitInfo?
    /// First line of the commit message; the error when the source could not be read.
    package let message: String
    package let trigger: RunTrigger
    /// When the pass began to look; a rollout, when it was sent.
    package let startedAt: Date
    /// Nil while the run has not ended.
    package let finishedAt: Date?
    package let outcome: RunOutcome
    package let counts: RunCounts

    package init(
        id: Int64,
        project: String,
        commit: CommitInfo?,
        message: String,
        trigger: RunTrigger,
        startedAt: Date,
        finishedAt: Date?,
        outcome: RunOutcome,
        counts: RunCounts
    ) {
        self.id = id
        self.project = project
        self.commit = commit
        self.message = message
        self.trigger = trigger
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.outcome = outcome
        self.counts = counts
    }

    /// `main@sha1:<40 hex>`; empty without a commit.
    package var revision: String { commit?.revision ?? "" }
    /// `main@1a2b3c4d`; empty without a commit.
    package var shortRevision: String { commit?.shortRevision ?? "" }
    /// `Name <email>`; empty without a commit.
    package var author: String { commit?.author ?? "" }
}

extension SyncRun: Encodable {
    private enum CodingKeys: CodingKey {
        case id, project, revision, author, message, trigger, startedAt, finishedAt, outcome, counts
    }

    /// As `history -o json` prints it.
    package func encode(to encoder: any Encoder) throws {
        var members = encoder.container(keyedBy: CodingKeys.self)
        try members.encode(id, forKey: .id)
        try members.encode(project, forKey: .project)
        try members.encode(revision, forKey: .revision)
        try members.encode(author, forKey: .author)
        try members.encode(message, forKey: .message)
        try members.encode(trigger, forKey: .trigger)
        try members.encode(startedAt, forKey: .startedAt)
        try members.encodeIfPresent(finishedAt, forKey: .finishedAt)
        try members.encode(outcome, forKey: .outcome)
        try members.encode(counts, forKey: .counts)
    }
}
