// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// How much longer one pass may wait for health: the project's `health.timeout`, for all of its waits together, between waves
/// as at the end.
final class HealthBudget: Sendable {
    private let rest: Mutex<Duration>

    init(_ whole: Duration) { rest = Mutex(whole) }

    /// What is left. Zero allows one check and no wait.
    var left: Duration { rest.withLock { $0 } }

    /// Runs a wait that may take what is left, and subtracts how long it took.
    func spend<Value: Sendable>(_ wait: (Duration) async -> Value) async -> Value {
        let start = ContinuousClock.now
        let value = await wait(left)
        let spent = start.duration(to: .now)
        rest.withLock { $0 = max(.zero, $0 - spent) }
        return value
    }
}
