// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Runs work that takes long or waits in a C call on a thread of its own: the cooperative pool has one thread for each
/// core, and such work would take it away from all other tasks.
///
/// - Parameters:
///   - name: Shown by `ps -T` and debuggers; at most 15 bytes of it.
///   - stackBytes: The size of the stack; by default that of the main thread's, because values nest.
///   - work: Runs from start to end on the new thread, so thread-local state and C handles are safe inside it.
/// - Returns: What `work` returned.
package func onOwnThread<Value: Sendable>(
    named name: String? = nil,
    stackBytes: Int = 8 << 20,
    _ work: @escaping @Sendable () -> Value
) async -> Value {
    await withCheckedContinuation { done in
        let thread = Thread {
            // Foundation gives the kernel the name of a running thread only.
            if let name { Thread.current.name = name }
            done.resume(returning: work())
        }
        thread.stackSize = stackBytes
        thread.start()
    }
}
