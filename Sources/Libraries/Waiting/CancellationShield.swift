// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Finishes a write that has begun although the surrounding task is cancelled: a newer commit or SIGTERM must not turn
/// a request in flight into one of unknown outcome, nor keep its outcome from being recorded.
///
/// The tasks in this file are unstructured: a child task cannot outlive its parent's cancellation. The caller always waits
/// for the end of both, the work and what counts its grace, so nothing leaks.
///
/// - Parameters:
///   - grace: How long the work may go on once cancellation was asked for; then it is cancelled, too.
///   - body: The work; it sees no cancellation before the grace has passed.
/// - Returns: What the work returned.
package func shieldedFromCancellation<Result: Sendable>(
    grace: Duration = .seconds(10),
    _ body: @escaping @Sendable () async -> Result
) async -> Result {
    let work = Task { await body() }
    let timer = GraceTimer()
    let result = await withTaskCancellationHandler {
        await work.value
    } onCancel: {
        timer.start(grace) { work.cancel() }
    }
    await timer.stop()
    return result
}

/// Counts the time that shielded work has left; does so at most once.
private final class GraceTimer: Sendable {
    private enum State: Sendable {
        case notNeeded
        case running(Task<Void, Never>)
        case over
    }

    private let state = Mutex(State.notNeeded)

    /// Calls `end` after `grace`, unless it is stopped before.
    func start(_ grace: Duration, then end: @escaping @Sendable () -> Void) {
        state.withLock { state in
            guard case .notNeeded = state else { return }
            state = .running(
                Task {
                    do { try await Task.sleep(for: grace) } catch { return }
                    end()
                }
            )
        }
    }

    /// Returns when no task sleeps any more, and none will.
    func stop() async {
        let timer = state.withLock { state -> Task<Void, Never>? in
            defer { state = .over }
            guard case .running(let timer) = state else { return nil }
            return timer
        }
        guard let timer else { return }
        timer.cancel()
        await timer.value
    }
}
