// SPDX-License-Identifier: Apache-2.0
import Processes

/// Runs blocking work of git on a thread of its own.
enum BlockingThread {
    /// - Parameters:
    ///   - name: Shown by `ps -T` and debuggers.
    ///   - body: Runs from start to end on the new thread, so thread-local state and C handles are safe inside it.
    /// - Returns: What `body` returned or threw.
    static func result<Value: Sendable>(
        _ name: String,
        _ body: @escaping @Sendable () throws(GitError) -> Value
    ) async -> Result<Value, GitError> {
        await onOwnThread(named: name, stackBytes: 1 << 21) { () -> Result<Value, GitError> in
            do throws(GitError) {
                return .success(try body())
            } catch {
                return .failure(error)
            }
        }
    }
}
