// SPDX-License-Identifier: Apache-2.0

/// Finishes a write that has begun although the surrounding task is cancelled: a newer commit or SIGTERM must not turn a
/// request in flight into one of unknown outcome, nor keep its outcome from being written down.
///
/// This is the one place of the pipeline with unstructured tasks: a child task cannot outlive its parent's cancellation.
/// The caller always waits for the end, so nothing leaks.
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
    return await withTaskCancellationHandler {
        await work.value
    } onCancel: {
        Task {
            try? await Task.sleep(for: grace)
            work.cancel()
        }
    }
}
