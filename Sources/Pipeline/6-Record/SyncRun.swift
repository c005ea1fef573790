// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncApply

/// How a pass ended, in one word; the `outcome` of `history -o json`.
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

/// Why a pass was started; the `trigger` of `history -o json`.
package enum RunTrigger: String, Sendable, Hashable, Codable {
    case commit, drift, manual, approval, retry, start
    /// A tag points to another digest: the run is a rollout, and no pass over the project's objects.
    case image
}

/// How many objects met each fate; keys as in `history -o json`.
package struct RunCounts: Sendable, Hashable, Codable {
    package var created = 0
    package var configured = 0
    package var unchanged = 0
    package var pruned = 0
    package var restarted = 0
    package var failed = 0

    package init() {}
}

/// One pass as it is stored and shown: `history -o json` prints an array of these.
package struct SyncRun: Sendable, Hashable, Codable {
    /// Ascending; what `sternpost show` takes.
    package let id: Int64
    package let project: String
    /// `main@sha1:<40 hex>`; empty when the source could not be read.
    package let revision: String
    package let author: String
    /// First line of the commit message; of a failed source, the error.
    package let message: String
    package let trigger: RunTrigger
    package let startedAt: Date
    /// Nil while the pass runs.
    package let finishedAt: Date?
    package let outcome: RunOutcome
    package let counts: RunCounts

    package init(
        id: Int64,
        project: String,
        revision: String,
        author: String,
        message: String,
        trigger: RunTrigger,
        startedAt: Date,
        finishedAt: Date?,
        outcome: RunOutcome,
        counts: RunCounts
    ) {
        self.id = id
        self.project = project
        self.revision = revision
        self.author = author
        self.message = message
        self.trigger = trigger
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.outcome = outcome
        self.counts = counts
    }

    /// A revision as people read it: `main@1a2b3c4d`.
    package static func shortRevision(_ revision: String) -> String {
        let parts = revision.components(separatedBy: "@sha1:")
        return parts.count == 2 ? "\(parts[0])@\(parts[1].prefix(8))" : revision
    }
}
