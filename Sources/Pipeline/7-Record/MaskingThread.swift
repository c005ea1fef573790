// SPDX-License-Identifier: Apache-2.0
import Processes
import Synchronization

/// Runs the masking and comparing of objects on a thread of its own, one after the other: large objects then neither
/// occupy the cooperative pool nor take memory at the same time.
package func onMaskingThread<Value: Sendable>(_ work: @escaping @Sendable () -> Value) async -> Value {
    await onOwnThread { MaskingTurn.shared.turn.withLock { _ in work() } }
}

private final class MaskingTurn: Sendable {
    static let shared = MaskingTurn()
    let turn = Mutex<Void>(())
}
