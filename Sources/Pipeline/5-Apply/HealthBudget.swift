// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// How much longer one pass may wait: the project's `health.timeout`, for all of its waits together, for health as for what
/// is being deleted, between waves as at the end. Waits at the same time cost as much as one.
package final class HealthBudget: Sendable {
    private struct State {
        var rest: Duration
        /// How many waits there are now.
        var waits = 0
        /// When the first of them began.
        var since = ContinuousClock.now

        /// What is left at a time.
        func left(at now: ContinuousClock.Instant) -> Duration {
            waits == 0 ? rest : max(.zero, rest - since.duration(to: now))
        }
    }

    /// What the pass began with; zero when the project waits for no health.
    package let whole: Duration
    private let state: Mutex<State>

    /// A budget of which nothing is spent.
    package init(_ whole: Duration) {
        self.whole = whole
        state = Mutex(State(rest: whole))
    }

    /// What is left. Zero allows one check and no wait.
    package var left: Duration { state.withLock { $0.left(at: .now) } }

    /// Runs a wait that may take what is left, and subtracts how long it took.
    package func spend<Value: Sendable>(_ wait: (Duration) async -> Value) async -> Value {
        let left = state.withLock { state in
            let now = ContinuousClock.now
            let left = state.left(at: now)
            if state.waits == 0 { state.since = now }
            state.waits += 1
            return left
        }
        let value = await wait(left)
        state.withLock { state in
            if state.waits == 1 { state.rest = state.left(at: .now) }
            state.waits -= 1
        }
        return value
    }

    /// How long a wait may last without which a pass cannot go on, such as for a kind to be served.
    ///
    /// - Parameter limit: The longest that it may last by itself.
    /// - Returns: What is left, if that is shorter; the limit itself where the project waits for no health.
    package func bound(_ limit: Duration) -> Duration { whole > .zero ? min(limit, left) : limit }
}
