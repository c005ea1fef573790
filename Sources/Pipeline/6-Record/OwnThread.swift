// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Runs work that takes long (checking a large file, rendering a commit) on a thread of its own, never on those of the
/// cooperative pool.
package func onOwnThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await withCheckedContinuation { done in
        let thread = Thread { done.resume(returning: work()) }
        // As large as the main thread's stack, because values nest.
        thread.stackSize = 8 << 20
        thread.start()
    }
}

/// Runs the masking and comparing of objects on a thread of its own, one after the other: large objects then neither
/// occupy the cooperative pool nor take memory at the same time.
package func onMaskingThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await onOwnThread { MaskingTurn.shared.turn.withLock { _ in work() } }
}

private final class MaskingTurn: Sendable {
    static let shared = MaskingTurn()
    let turn = Mutex<Void>(())
}
