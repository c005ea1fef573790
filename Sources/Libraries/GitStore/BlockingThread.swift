// SPDX-License-Identifier: Apache-2.0
import Processes

/// Runs blocking work of git on a thread of its own.
enum BlockingThread {
    /// - Parameters:
    ///   - name: Shown by `ps -T` and debuggers.
    ///   - stackBytes: The size of the stack.
    ///   - body: Runs from start to end on the new thread, so thread-local state and C handles are safe inside it.
    /// - Returns: What `body` returned or threw; a failure with reason `worker` when there is no thread for it.
    static func result<Value: Sendable>(
        _ name: String,
        stackBytes: Int = 1 << 21,
        _ body: @escaping @Sendable () throws(GitError) -> Value
    ) async -> Result<Value, GitError> {
        do throws(ThreadFailure) {
            return try await onOwnThread(named: name, stackBytes: stackBytes) { () -> Result<Value, GitError> in
                do throws(GitError) {
                    return .success(try body())
                } catch {
                    return .failure(error)
                }
            }
        } catch {
            return .failure(GitError(.worker, error.description))
        }
    }
}
