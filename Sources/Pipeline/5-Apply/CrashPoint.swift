// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A place between two steps of a pass where a test can have the process die as if by `kill -9`, or stop while the test
/// changes something around it.
///
/// `STERNPOST_CRASH_AT=after-intent` dies the first time the place is reached, `after-apply:3` the third time.
/// `STERNPOST_STOP_AT`, with the same words, sends the process SIGSTOP; SIGCONT lets it go on.
/// Without the variables, reaching a place costs two comparisons with nil. Release builds know no such variables.
package enum CrashPoint: String, Sendable, CaseIterable {
    /// The plan is made, nothing is recorded.
    case afterPlan = "after-plan"
    /// The run is in the history.
    case afterBegin = "after-begin"
    /// The project's lease is held.
    case afterLease = "after-lease"
    case afterInventoryIntent = "after-inventory-intent"
    case afterInventoryWrite = "after-inventory-write"
    case afterSuperset = "after-superset"
    case afterIntent = "after-intent"
    /// The fields of people's kubectl were moved to our entry, and nothing is applied yet.
    case afterTakeover = "after-takeover"
    case afterApply = "after-apply"
    case beforeOutcome = "before-outcome"
    case afterWave = "after-wave"
    case afterRecreateIntent = "after-recreate-intent"
    case afterRecreateDelete = "after-recreate-delete"
    case beforeRecreateOutcome = "before-recreate-outcome"
    case afterPruneIntent = "after-prune-intent"
    case afterPrune = "after-prune"
    case beforePruneOutcome = "before-prune-outcome"
    case beforeNarrow = "before-narrow"
    case afterNarrow = "after-narrow"
    /// What became of each object, and what waits for approval, is in the history.
    case afterObjects = "after-objects"
    case afterHealth = "after-health"
    case afterMarks = "after-marks"
    /// The commit is noted as applied; the run has no end yet.
    case beforeFinish = "before-finish"
    case afterFinish = "after-finish"

    /// The crash or stop that a test asks for: at which place, and at which visit.
    private struct Target: Sendable {
        let name: String
        let count: Int

        init?(_ variable: String) {
            #if DEBUG
                let text = ProcessInfo.processInfo.environment[variable] ?? ""
            #else
                let text = ""
            #endif
            guard !text.isEmpty else { return nil }
            let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
            name = parts[0]
            count = parts.count > 1 ? Int(parts[1]) ?? 1 : 1
        }
    }

    private static let death = Target("STERNPOST_CRASH_AT")
    private static let halt = Target("STERNPOST_STOP_AT")
    private static let reached = Mutex<[String: Int]>([:])

    /// Ends the process with status 137, without any clean-up, or stops it, when this is the place that was asked for.
    package static func reach(_ point: CrashPoint) { reach(named: point.rawValue) }

    /// The same at a place that no pass reaches, by its name: `after-rollout`.
    package static func reach(named name: String) {
        guard death?.name == name || halt?.name == name else { return }
        let count = reached.withLock { reached in
            reached[name, default: 0] += 1
            return reached[name]
        }
        if death?.name == name, count == death?.count { _exit(137) }
        if halt?.name == name, count == halt?.count { raise(SIGSTOP) }
    }
}
