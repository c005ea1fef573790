// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Waiting

/// How many requests of one client may be in flight: any number, until the server says that they are too many (429).
///
/// From then on half of the most that were in flight so far, at least one; with every round of good answers one more, and
/// any number again once that is as many as there were. A request that waits to be sent again is not in flight.
final class RequestThrottle: Sendable {
    fileprivate struct State: Sendable {
        var inFlight = 0
        /// Nil for any number.
        var limit: Int?
        /// The most that were in flight while there was no limit: where it is lifted.
        var peak = 0
        /// Counts the halvings: requests that were sent before one do not halve again.
        var halvings = 0
        var goodAnswers = 0
        var waiters = WaitingQueue<Void>()

        var hasRoom: Bool { limit.map { inFlight < $0 } ?? true }

        mutating func add() {
            inFlight += 1
            if limit == nil { peak = max(peak, inFlight) }
        }

        /// The waiters that may continue now, counted as in flight.
        mutating func admitted() -> [Waiter<Void>] {
            var admitted: [Waiter<Void>] = []
            while hasRoom, let waiter = waiters.popFirst() {
                add()
                admitted.append(waiter)
            }
            return admitted
        }
    }

    /// What a request in flight hands back when it ends.
    struct Pass: Sendable {
        fileprivate let halvings: Int
    }

    /// How a request ended, as far as the throttle cares.
    enum Ending: Sendable {
        case good, tooMany, other
    }

    private let state = Mutex(State())

    /// Waits for room. A cancelled task continues at once: its request fails by itself.
    func enter() async -> Pass {
        let isIn = state.withLock { state -> Bool in
            guard state.hasRoom, state.waiters.isEmpty else { return false }
            state.add()
            return true
        }
        if !isIn { await Waiter<Void>.wait(joining: { self.enqueue($0) }, leaving: { self.letIn($0) }) }
        return Pass(halvings: state.withLock { $0.halvings })
    }

    /// Notes that a request is no longer in flight.
    func leave(_ pass: Pass, _ ending: Ending) {
        let admitted = state.withLock { state -> [Waiter<Void>] in
            switch ending {
            case .good: state.takeGoodAnswer()
            case .tooMany: if pass.halvings == state.halvings { state.halve() }
            case .other: break
            }
            state.inFlight -= 1
            return state.admitted()
        }
        for waiter in admitted { waiter.resume(returning: ()) }
    }

    /// How many are in flight and how many wait for room now.
    var counts: (inFlight: Int, waiting: Int) { state.withLock { ($0.inFlight, $0.waiters.count) } }

    private func enqueue(_ waiter: Waiter<Void>) {
        let isFree = state.withLock { state -> Bool in
            // Room may have come, or the task may have been cancelled, since the last look.
            guard state.hasRoom || Task.isCancelled else {
                state.waiters.append(waiter)
                return false
            }
            state.add()
            return true
        }
        if isFree { waiter.resume(returning: ()) }
    }

    private func letIn(_ number: Waiter<Void>.Number) {
        let waiter = state.withLock { state -> Waiter<Void>? in
            guard let waiter = state.waiters.remove(number) else { return nil }
            state.add()
            return waiter
        }
        waiter?.resume(returning: ())
    }
}

extension RequestThrottle.State {
    fileprivate mutating func halve() {
        limit = max(1, (limit ?? peak) / 2)
        halvings += 1
        goodAnswers = 0
    }

    fileprivate mutating func takeGoodAnswer() {
        guard let current = limit else { return }
        goodAnswers += 1
        guard goodAnswers >= current else { return }
        goodAnswers = 0
        limit = current + 1 < peak ? current + 1 : nil
    }
}
