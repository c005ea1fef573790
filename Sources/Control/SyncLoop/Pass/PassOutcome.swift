// SPDX-License-Identifier: Apache-2.0
import SyncApply
import SyncObserve
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource

/// Why a pass could not even plan: the stage that failed, and one line with cause and remedy.
package struct PassFailure: Error, Sendable, Hashable {
    /// Where it failed.
    package enum Stage: String, Sendable, Hashable, Codable {
        case source, render, cluster, inventory, lease, history
        /// The project is suspended.
        case suspended
    }

    package let stage: Stage
    package let message: String
    /// Whether the same pass may succeed later without any change by a person.
    package let isRetryable: Bool

    package init(stage: Stage, message: String, isRetryable: Bool) {
        self.stage = stage
        self.message = message
        self.isRetryable = isRetryable
    }
}

/// How one pass over a project ended: everything that commands print and that the loop decides by.
package struct PassOutcome: Sendable {
    /// How it ended, in one word.
    package internal(set) var outcome: RunOutcome
    /// The row of the history; nil when nothing was done that needs one.
    package internal(set) var run: SyncRun?
    package let commit: CommitInfo?
    /// Whether nothing had changed since the pass before, so that no plan was made; `objects` is empty then.
    package let isResting: Bool
    /// Every object of the commit, unchanged ones included, and every pruned one.
    package let objects: [ObjectOutcome]
    package let problems: [RenderProblem]
    package let notices: [RenderNotice]
    /// Set when the branch was forced to this commit: one line that says from where.
    package let rewriting: String?
    /// Set when the inventory was lost and is made again, as ``PreparedPass/lostInventory``.
    package let lostInventory: String?
    package internal(set) var health: HealthReport?
    /// What was decided about deleting; nil when no plan was made.
    package let prune: PrunePlan?
    /// The hash of the prune that a person had approved; nil without an approval.
    package let approved: String?
    package let failure: PassFailure?
    /// Set when the pass was cut short although it had started.
    package internal(set) var interruption: String?
    /// The interruption of a pass that wrote nothing to the cluster.
    package static let stoppedBeforeAnyChange = "stopped before anything was changed"
    /// Whether the history could not be written at some point: until it can, nothing more is changed.
    package internal(set) var isUnrecorded = false
    package internal(set) var duration: Duration

    package init(
        outcome: RunOutcome,
        run: SyncRun?,
        commit: CommitInfo?,
        isResting: Bool = false,
        objects: [ObjectOutcome] = [],
        problems: [RenderProblem] = [],
        notices: [RenderNotice] = [],
        rewriting: String? = nil,
        lostInventory: String? = nil,
        health: HealthReport? = nil,
        prune: PrunePlan? = nil,
        approved: String? = nil,
        failure: PassFailure? = nil,
        interruption: String? = nil,
        duration: Duration
    ) {
        self.outcome = outcome
        self.run = run
        self.commit = commit
        self.isResting = isResting
        self.objects = objects
        self.problems = problems
        self.notices = notices
        self.rewriting = rewriting
        self.lostInventory = lostInventory
        self.health = health
        self.prune = prune
        self.approved = approved
        self.failure = failure
        self.interruption = interruption
        self.duration = duration
    }

    /// Why the prune waits for approval, and its hash; nil when it does not wait, however the pass ended.
    package var hold: (reasons: [String], hash: String)? {
        guard case .held(let reasons, let hash) = prune?.verdict, hash != approved else { return nil }
        return (reasons, hash)
    }

    /// The counts of `history -o json`, made from the objects.
    package static func counts(of objects: [ObjectOutcome]) -> RunCounts {
        RunCounts(of: objects)
    }
}
