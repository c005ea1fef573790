// SPDX-License-Identifier: Apache-2.0
import SyncApply
import SyncObserve
import SyncPlan
import SyncRecord
import SyncRender

extension PassOutcome {
    /// What a pass with a plan says of its objects and of what it deletes.
    package struct PlanResult: Sendable {
        /// Every object of the commit, unchanged ones included, and every pruned one.
        package let objects: [ObjectOutcome]
        package let notices: [RenderNotice]
        /// What was decided about deleting.
        package let prune: PrunePlan
        /// The hash of the prune that a person had approved; nil without an approval.
        package let approved: String?

        init(_ prepared: PreparedPass, objects: [ObjectOutcome], approved: String?) {
            self.objects = objects
            notices = prepared.rendered.notices
            prune = prepared.plan.prune
            self.approved = approved
        }

        /// Why the prune waits for approval, and its hash; nil when it does not wait, however the pass ended.
        package var hold: (reasons: [String], hash: String)? {
            guard case .held(let reasons, let hash) = prune.verdict, hash != approved else { return nil }
            return (reasons, hash)
        }
    }

    /// What became of a plan that was carried out.
    package struct CarriedOut: Sendable {
        /// How it ended, in one word.
        package let outcome: RunOutcome
        /// The row of the history; nil when the end of the run could not be written.
        package let run: SyncRun?
        package let result: PlanResult
        /// Set when the branch was forced to this commit: one line that says from where.
        package let rewriting: String?
        /// Set when the inventory was lost and is made again, as ``PreparedPass/lostInventory``.
        package let lostInventory: String?
        /// Nil when the history could not be written before.
        package let health: HealthReport?
        /// Nil when it was not cut short.
        package let interruption: Interruption?
        /// Whether what was seen of the objects could not be saved, because the disk is full.
        package let owesMarks: Bool
    }

    /// How a pass was cut short although it had started; with one line that says why.
    package enum Interruption: Sendable, Hashable {
        /// It was to end, or was not allowed to go on.
        case stopped(String)
        /// The history could not be written at some point: until it can, nothing more is changed.
        case unrecorded(String)

        /// How an apply ended early; nil when it did not.
        init?(_ report: ApplyReport) {
            guard let reason = report.interruption else { return nil }
            self = report.isJournalLost ? .unrecorded(reason) : .stopped(reason)
        }

        /// One line.
        package var reason: String {
            switch self {
            case .stopped(let reason), .unrecorded(let reason): reason
            }
        }
    }
}
