// SPDX-License-Identifier: Apache-2.0
import Synchronization
import Waiting

/// Where pages are made: so many at a time, and the others wait in a queue that has an end. What is short, such as health and
/// readiness, never comes here.
final class PageDesk: Sendable {
    /// Why a page is not made.
    enum Refusal: Error, Sendable, Hashable {
        /// As many wait as may.
        case full
        /// The client left while it waited, or says no more: from here that looks the same.
        case left
    }

    private typealias Answer = Result<Void, Refusal>

    private struct State: Sendable {
        var making = 0
        var waiting = WaitingQueue<Answer>()
    }

    private let atOnce: Int
    private let maxWaiting: Int
    private let state = Mutex(State())

    /// - Parameters:
    ///   - atOnce: How many pages are made at a time, 1 or more.
    ///   - maxWaiting: How many may wait for that.
    init(atOnce: Int, maxWaiting: Int) {
        self.atOnce = max(1, atOnce)
        self.maxWaiting = max(0, maxWaiting)
    }

    /// Makes a page when its turn has come. A task that is cancelled gives its place in the queue up; a page that is begun is
    /// made to its end.
    ///
    /// - Throws: ``Refusal``, and the page is not begun; or what `work` throws.
    func make<Page: Sendable>(_ work: @Sendable () async throws -> Page) async throws -> Page {
        let turn = await Waiter<Answer>.wait(joining: { self.enqueue($0) }, leaving: { self.giveUp($0) })
        try turn.get()
        defer { passOn() }
        return try await work()
    }

    private func enqueue(_ waiter: Waiter<Answer>) {
        let answer = state.withLock { state -> Answer? in
            if state.making < atOnce {
                state.making += 1
                return .success(())
            }
            if Task.isCancelled { return .failure(.left) }
            guard state.waiting.count < maxWaiting else { return .failure(.full) }
            state.waiting.append(waiter)
            return nil
        }
        if let answer { waiter.resume(returning: answer) }
    }

    private func giveUp(_ number: Waiter<Answer>.Number) {
        let waiter = state.withLock { $0.waiting.remove(number) }
        waiter?.resume(returning: .failure(.left))
    }

    /// Gives the turn to the next one, if any waits.
    private func passOn() {
        let next = state.withLock { state -> Waiter<Answer>? in
            let next = state.waiting.popFirst()
            if next == nil { state.making -= 1 }
            return next
        }
        next?.resume(returning: .success(()))
    }
}
