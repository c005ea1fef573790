// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// A named place between two steps of a pass where a test can have the process die as if by `kill -9`.
///
/// `STERNPOST_CRASH_AT=after-intent` dies the first time the place is reached, `after-apply:3` the third time.
/// Without the variable, reaching a place costs one comparison with nil.
package enum CrashPoint {
    private static let target: (name: String, count: Int)? = {
        guard let text = ProcessInfo.processInfo.environment["STERNPOST_CRASH_AT"], !text.isEmpty else { return nil }
        let parts = text.split(separator: ":", maxSplits: 1).map(String.init)
        return (parts[0], parts.count > 1 ? Int(parts[1]) ?? 1 : 1)
    }()
    private static let reached = Mutex(0)

    /// Ends the process with status 137, without any clean-up, when this is the place that was asked for.
    package static func reach(_ name: String) {
        guard let target, target.name == name else { return }
        let count = reached.withLock { count in
            count += 1
            return count
        }
        if count == target.count { _exit(137) }
    }
}
