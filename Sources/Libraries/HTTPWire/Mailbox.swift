// SPDX-License-Identifier: Apache-2.0
import CLibCurl
import Synchronization

/// What other threads ask of the wire's thread, in order.
///
/// `@unchecked Sendable`: the multi handle is used here only for `curl_multi_wakeup`, which libcurl allows from any
/// thread, under the lock and never after `close`.
final class Mailbox: @unchecked Sendable {
    enum Command {
        case start(Transfer)
        case cancel(Transfer)
        case resume(Transfer)
        case stop
    }

    private struct State {
        var commands: [Command] = []
        /// No more commands are taken; the multi handle may be gone.
        var isClosed = false
    }

    private let multi: UnsafeMutableRawPointer
    private let state = Mutex(State())

    init(multi: UnsafeMutableRawPointer) { self.multi = multi }

    /// Starts a transfer, or ends it at once when the wire is closed.
    func start(_ transfer: Transfer) {
        guard post(.start(transfer)) else {
            transfer.finish(HTTPError(reason: .cancelled, message: "the wire is closed", mayHaveBeenSent: false))
            return
        }
    }

    func cancel(_ transfer: Transfer) {
        transfer.isCancelled.store(true, ordering: .releasing)
        post(.cancel(transfer))
    }

    func resume(_ transfer: Transfer) { post(.resume(transfer)) }

    func stop() { post(.stop) }

    /// All commands since the last call.
    func take() -> [Command] {
        state.withLock { state in
            let commands = state.commands
            state.commands = []
            return commands
        }
    }

    /// Refuses commands from now on and returns the last ones; after this the multi handle may be freed.
    func close() -> [Command] {
        state.withLock { $0.isClosed = true }
        return take()
    }

    @discardableResult
    private func post(_ command: Command) -> Bool {
        state.withLock { state in
            guard !state.isClosed else { return false }
            state.commands.append(command)
            if state.commands.count == 1 { curl_multi_wakeup(multi) }
            return true
        }
    }
}
