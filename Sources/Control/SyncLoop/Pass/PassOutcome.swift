// SPDX-License-Identifier: Apache-2.0
import SyncApply
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
    /// What became of the pass, with what is known of that. A run is its row of the history.
    package enum Ending: Sendable {
        /// Nothing had changed since the pass before, so that no plan was made; it counts as that one did.
        case resting(RunOutcome)
        /// The plan had nothing to write, and nothing new to report, so that no run was recorded; it counts as the last
        /// one that was.
        case quiet(RunOutcome, PlanResult)
        /// It was stopped before anything was changed; the run is nil when none had begun.
        case stopped(run: SyncRun?)
        /// There is no plan. The run is nil when that is no news, and when the history cannot be written.
        case unplanned(PassFailure, run: SyncRun?)
        /// The commit does not render; the run as above.
        case unrendered(RenderFailure, run: SyncRun?)
        /// There is a plan, and it may not be carried out; nothing was changed.
        case refused(PassFailure, run: SyncRun)
        /// The plan was carried out, to its end or not.
        case carriedOut(CarriedOut)
    }

    package let ending: Ending
    /// The commit that the pass was about; nil when it could not plan, unless the commit itself is the reason, and when it
    /// was stopped before it had a plan.
    package let commit: CommitInfo?
    package let duration: Duration
    /// Why a pass without a plan is not in the history although it is news; one line.
    package let loss: String?
    /// The interruption of a pass that wrote nothing to the cluster.
    package static let stoppedBeforeAnyChange = "stopped before anything was changed"

    package init(_ ending: Ending, commit: CommitInfo?, duration: Duration, loss: String? = nil) {
        self.ending = ending
        self.commit = commit
        self.duration = duration
        self.loss = loss
    }

    /// The counts of `history -o json`, made from the objects.
    package static func counts(of objects: [ObjectOutcome]) -> RunCounts {
        RunCounts(of: objects)
    }
}
