// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// How many requests of one client may be in flight: any number, until the server says that they are too many (429).
///
/// From then on half of the most that were in flight so far, at least one; with every round of good answers one more, and
/// any number again once that is as many as there were. A request that waits to be sent again is not in flight.
final class RequestThrottle: Sendable {
    fileprivate struct Waiter: Sendable {
        let number: Int
        let continuation: CheckedContinuation<Void, Never>
    }

    fileprivate struct State: Sendable {
        var inFlight = 0
        /// Nil for any number.
        var limit: Int?
        /// The most that were in flight while there was no limit: where it is lifted.
        var peak = 0
        /// Counts the halvings: requests that were sent before one do not halve again.
        var halvings = 0
        var goodAnswers = 0
        var waiters: [Waiter] = []
        var lastNumber = 0

        var hasRoom: Bool { limit.map { inFlight < $0 } ?? true }

        mutating func add() {
            inFlight += 1
            if limit == nil { peak = max(peak, inFlight) }
        }

        /// The waiters that may continue now, counted as in flight.
        mutating func admitted() -> [Waiter] {
            var admitted: [Waiter] = []
            while hasRoom, !waiters.isEmpty {
                add()
                admitted.append(waiters.removeFirst())
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
        let number = state.withLock { state -> Int? in
            if state.hasRoom, state.waiters.isEmpty {
                state.add()
                return nil
            }
            state.lastNumber += 1
            return state.lastNumber
        }
        if let number {
            await withTaskCancellationHandler {
                await withCheckedContinuation { continuation in
                    enqueue(Waiter(number: number, continuation: continuation))
                }
            } onCancel: {
                letIn(number)
            }
        }
        return Pass(halvings: state.withLock { $0.halvings })
    }

    /// Notes that a request is no longer in flight.
    func leave(_ pass: Pass, _ ending: Ending) {
        let admitted = state.withLock { state -> [Waiter] in
            switch ending {
            case .good: state.takeGoodAnswer()
            case .tooMany: if pass.halvings == state.halvings { state.halve() }
            case .other: break
            }
            state.inFlight -= 1
            return state.admitted()
        }
        for waiter in admitted { waiter.continuation.resume() }
    }

    /// How many are in flight and how many wait for room now.
    var counts: (inFlight: Int, waiting: Int) { state.withLock { ($0.inFlight, $0.waiters.count) } }

    private func enqueue(_ waiter: Waiter) {
        let isFree = state.withLock { state -> Bool in
            // Room may have come, or the task may have been cancelled, since the number was drawn.
            guard state.hasRoom || Task.isCancelled else {
                state.waiters.append(waiter)
                return false
            }
            state.add()
            return true
        }
        if isFree { waiter.continuation.resume() }
    }

    private func letIn(_ number: Int) {
        let waiter = state.withLock { state -> Waiter? in
            guard let index = state.waiters.firstIndex(where: { $0.number == number }) else { return nil }
            state.add()
            return state.waiters.remove(at: index)
        }
        waiter?.continuation.resume()
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
