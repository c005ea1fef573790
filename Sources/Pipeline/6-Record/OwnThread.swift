// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Runs work that blocks for long (checking a large file takes seconds of disk reads) on a thread of its own, never on
/// the threads that tasks share.
func onOwnThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { done in
        Thread { done.resume(returning: work()) }.start()
    }
}
