// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A place between two steps of a pass where a test can have the process die as if by `kill -9`.
///
/// `STERNPOST_CRASH_AT=after-intent` dies the first time the place is reached, `after-apply:3` the third time.
/// Without the variable, reaching a place costs one comparison with nil. Release builds know no such variable.
package enum CrashPoint: String, Sendable, CaseIterable {
    case afterInventoryIntent = "after-inventory-intent"
    case afterInventoryWrite = "after-inventory-write"
    case afterSuperset = "after-superset"
    case afterIntent = "after-intent"
    case afterApply = "after-apply"
    case beforeOutcome = "before-outcome"
    case afterWave = "after-wave"
    case afterRecreateIntent = "after-recreate-intent"
    case afterRecreateDelete = "after-recreate-delete"
    case afterPruneIntent = "after-prune-intent"
    case afterPrune = "after-prune"
    case beforePruneOutcome = "before-prune-outcome"
    case beforeNarrow = "before-narrow"
    case afterNarrow = "after-narrow"

    private static let target: (name: String, count: Int)? = {
        #if DEBUG
            let given = ProcessInfo.processInfo.environment["STERNPOST_CRASH_AT"]
        #else
            let given: String? = nil
        #endif
        guard let text = given, !text.isEmpty else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        return (parts[0], parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
    }()
    private static let reached = Mutex(0)

    /// Ends the process with status 137, without any clean-up, when this is the place that was asked for.
    package static func reach(_ point: CrashPoint) {
        guard let target, target.name == point.rawValue else { return }
        let count = reached.withLock { count in
            count += 1
            return count
        }
        if count == target.count { _exit(137) }
    }
}
