// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Runs blocking work on a thread of its own: the cooperative pool has one thread for each core, and a C call that
/// waits would take it away from all other tasks.
enum BlockingThread {
    /// - Parameters:
    ///   - name: Shown by `ps -T` and debuggers.
    ///   - body: Runs from start to end on the new thread, so thread-local state and C handles are safe inside it.
    /// - Returns: What `body` returned or threw.
    static func result<Value: Sendable>(
        _ name: String,
        _ body: @escaping @Sendable () throws(GitError) -> Value
    ) async -> Result<Value, GitError> {
        await withCheckedContinuation { continuation in
            let thread = Thread {
                do throws(GitError) {
                    continuation.resume(returning: .success(try body()))
                } catch {
                    continuation.resume(returning: .failure(error))
                }
            }
            thread.name = name
            thread.stackSize = 1 << 21
            thread.start()
        }
    }
}
