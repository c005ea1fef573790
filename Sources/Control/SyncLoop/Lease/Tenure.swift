// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Whether this process may still write: whether it holds the lease at this moment. Every write asks, so asking takes a
/// lock and reads a clock, and never waits.
///
/// The clock goes on while the process or the machine stands still: after SIGCONT or a resume from sleep, a tenure that
/// ran out in the meantime is over before anything is sent.
package final class Tenure: Sendable {
    private enum State: Sendable, Hashable {
        /// Not held; a claim may begin it.
        case open
        /// Held. `trouble` says why the last renewal failed; empty when it succeeded.
        case held(until: ContinuousClock.Instant, trouble: String)
        /// Lost; a late renewal does not begin it again.
        case lost(String)
    }

    private let state = Mutex(State.open)
    private let lease: String
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameters:
    ///   - lease: Its namespace and name, for messages.
    ///   - now: The clock.
    package init(lease: String, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.lease = lease
        self.now = now
    }

    /// Begins, whatever the state was before.
    package func begin(until end: ContinuousClock.Instant) { state.withLock { $0 = .held(until: end, trouble: "") } }

    /// Extends it, if it is still held.
    package func extend(until end: ContinuousClock.Instant) {
        state.withLock { state in
            guard case .held(let old, _) = state, now() < old else { return }
            state = .held(until: end, trouble: "")
        }
    }

    /// Remembers why it was not extended.
    package func note(trouble: String) {
        state.withLock { state in
            if case .held(let end, _) = state { state = .held(until: end, trouble: trouble) }
        }
    }

    /// Ends it as lost; the first reason stays.
    package func lose(_ reason: String) {
        state.withLock { state in
            if case .lost = state { return }
            state = .lost("the lease \(lease) was lost: \(reason)")
        }
    }

    /// Ends it because this process released the lease.
    package func end() { state.withLock { $0 = .open } }

    /// Whether it may be begun by a claim: neither held nor lost.
    package var isOpen: Bool { state.withLock { $0 == .open } }

    /// Whether it was lost, or has run out.
    package var isLost: Bool {
        _ = reasonToStop()  // notices that it has run out
        return state.withLock { if case .lost = $0 { true } else { false } }
    }

    /// Why this process may not write now; nil while the lease is held.
    package func reasonToStop() -> String? {
        state.withLock { state in
            switch state {
            case .open: return "the lease \(lease) is not held"
            case .lost(let reason): return reason
            case .held(let end, let trouble):
                let late = end.duration(to: now())
                guard late >= .zero else { return nil }
                let cause = trouble.isEmpty ? "no renewal came through in time" : trouble
                let reason = "the lease \(lease) was lost: it ran out \(late.components.seconds) s ago; \(cause)"
                state = .lost(reason)
                return reason
            }
        }
    }
}
