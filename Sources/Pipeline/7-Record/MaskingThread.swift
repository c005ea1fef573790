// SPDX-License-Identifier: Apache-2.0
import Processes
import Synchronization

/// Runs the masking and comparing of objects on a thread of its own, one after the other: large objects then neither
/// occupy the cooperative pool nor take memory at the same time.
///
/// - Throws: ``ThreadFailure``; then `work` was not called.
package func onMaskingThread<Value: Sendable>(
    _ work: @escaping @Sendable () -> Value
) async throws(ThreadFailure) -> Value {
    try await onOwnThread { MaskingTurn.shared.turn.withLock { _ in work() } }
}

private final class MaskingTurn: Sendable {
    static let shared = MaskingTurn()
    let turn = Mutex<Void>(())
}
