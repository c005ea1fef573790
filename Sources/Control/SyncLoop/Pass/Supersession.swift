// SPDX-License-Identifier: Apache-2.0

/// Runs a body, and cancels it when a newer commit has come.
///
/// - Parameters:
///   - interval: How often `isSuperseded` is asked.
///   - isSuperseded: Whether a newer commit has come.
///   - body: The work; once cancelled it ends soon and returns how far it came.
/// - Returns: What the body returned.
func untilSuperseded<Value: Sendable>(
    every interval: Duration,
    _ isSuperseded: @escaping @Sendable () async -> Bool,
    _ body: @escaping @Sendable () async -> Value
) async -> Value {
    // A task of its own, because it can be cancelled alone; it never outlives this call.
    let work = Task { await body() }
    return await withTaskCancellationHandler {
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    do { try await Task.sleep(for: interval) } catch { return }
                    if await isSuperseded() {
                        work.cancel()
                        return
                    }
                }
            }
            let value = await work.value
            group.cancelAll()
            return value
        }
    } onCancel: {
        work.cancel()
    }
}
