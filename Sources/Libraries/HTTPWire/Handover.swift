// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Lets a cancellation that comes before, during or after the start of a transfer find it.
final class Handover: Sendable {
    private struct State {
        var transfer: Transfer?
        var isCancelled = false
    }

    private let state = Mutex(State())

    /// Called once, before the transfer starts.
    func set(_ transfer: Transfer) {
        let isCancelled = state.withLock { state in
            state.transfer = transfer
            return state.isCancelled
        }
        if isCancelled { transfer.isCancelled.store(true, ordering: .releasing) }
    }

    func cancel(in mailbox: Mailbox) {
        let transfer = state.withLock { state in
            state.isCancelled = true
            return state.transfer
        }
        if let transfer { mailbox.cancel(transfer) }
    }
}
