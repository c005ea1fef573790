// SPDX-License-Identifier: Apache-2.0
import SyncApply
import SyncPlan
import SyncRecord
import SyncRender

/// What several readers ask, however the pass ended.
extension PassOutcome {
    /// How it ended, in one word.
    package var outcome: RunOutcome {
        switch ending {
        case .resting(let outcome), .quiet(let outcome, _): outcome
        case .stopped: .interrupted
        case .unplanned, .unrendered, .refused: .failed
        case .carriedOut(let done): done.outcome
        }
    }

    /// The row of the history; nil when there is none.
    package var run: SyncRun? {
        switch ending {
        case .resting, .quiet: nil
        case .stopped(let run), .unplanned(_, let run), .unrendered(_, let run): run
        case .refused(_, let run): run
        case .carriedOut(let done): done.run
        }
    }

    /// Whether nothing had changed since the pass before, so that no plan was made.
    package var isResting: Bool {
        if case .resting = ending { true } else { false }
    }

    /// Why nothing could be done; nil when something could, and when the pass was stopped.
    package var failure: PassFailure? {
        switch ending {
        case .unplanned(let failure, _): failure
        case .unrendered(let failure, _): PassFailure(failure)
        case .refused(let failure, _): failure
        case .resting, .quiet, .stopped, .carriedOut: nil
        }
    }

    /// Why the commit does not render; empty when it does, or was not reached.
    package var problems: [RenderProblem] {
        guard case .unrendered(let failure, _) = ending else { return [] }
        return failure.problems
    }

    /// What became of a plan that was carried out; nil when none was.
    package var carriedOut: CarriedOut? {
        guard case .carriedOut(let done) = ending else { return nil }
        return done
    }

    /// What the pass says of its objects; nil when it did not come so far.
    package var result: PlanResult? {
        switch ending {
        case .quiet(_, let result): result
        case .carriedOut(let done): done.result
        case .resting, .stopped, .unplanned, .unrendered, .refused: nil
        }
    }

    /// As in ``PlanResult``; empty when there is none.
    package var objects: [ObjectOutcome] { result?.objects ?? [] }

    /// What was decided about deleting; nil when the pass did not come so far.
    package var prune: PrunePlan? { result?.prune }

    /// As in ``PlanResult``; nil also when there is none.
    package var hold: (reasons: [String], hash: String)? { result?.hold }

    /// Why the pass was cut short, one line; nil when it was not.
    package var interruption: String? {
        switch ending {
        case .stopped: PassOutcome.stoppedBeforeAnyChange
        case .carriedOut(let done): done.interruption?.reason
        case .resting, .quiet, .unplanned, .unrendered, .refused: nil
        }
    }

    /// Whether the history could not be written at some point: until it can, nothing more is changed.
    package var isUnrecorded: Bool {
        if case .unrecorded? = carriedOut?.interruption { true } else { loss != nil }
    }
}
