// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A task that sleeps until it is answered. Each is to be answered exactly once.
package struct Waiter<Answer: Sendable>: Sendable {
    /// Tells one waiter from all others of this process.
    package typealias Number = UInt64

    fileprivate let number: Number
    private let continuation: CheckedContinuation<Answer, Never>

    /// Resumes the task. To be called after the lock that guards its place is released, not under it.
    package func resume(returning answer: Answer) { continuation.resume(returning: answer) }

    /// Sleeps until it is answered.
    ///
    /// - Parameters:
    ///   - join: Gives the waiter a place, or an answer at once. To be asked under the same lock as `leave`, and there to
    ///     look at `Task.isCancelled`: a cancellation that came before finds no place to leave.
    ///   - leave: The task was cancelled: takes the waiter of that number from its place and answers it. It may have no
    ///     place any more, or not yet.
    /// - Returns: The answer.
    package static func wait(
        joining join: @Sendable (Waiter<Answer>) -> Void,
        leaving leave: @Sendable (Number) -> Void
    ) async -> Answer {
        let number = WaiterNumbers.last.wrappingAdd(1, ordering: .relaxed).newValue
        return await withTaskCancellationHandler {
            await withCheckedContinuation { join(Waiter(number: number, continuation: $0)) }
        } onCancel: {
            leave(number)
        }
    }
}

private enum WaiterNumbers {
    static let last = Atomic<UInt64>(0)
}

/// Tasks that wait for their turn, first in, first out. A value, without a lock of its own: the queue must change
/// together with the state that admits tasks.
package struct WaitingQueue<Answer: Sendable>: Sendable {
    private var waiters: [Waiter<Answer>] = []

    package init() {}

    /// How many wait.
    package var count: Int { waiters.count }

    /// Whether no task waits.
    package var isEmpty: Bool { waiters.isEmpty }

    /// Gives the waiter the last place.
    package mutating func append(_ waiter: Waiter<Answer>) { waiters.append(waiter) }

    /// Takes out the one whose turn is next; nil when no task waits.
    package mutating func popFirst() -> Waiter<Answer>? { waiters.isEmpty ? nil : waiters.removeFirst() }

    /// Takes out the one of that number, wherever it stands; nil when it has no place.
    package mutating func remove(_ number: Waiter<Answer>.Number) -> Waiter<Answer>? {
        waiters.firstIndex { $0.number == number }.map { waiters.remove(at: $0) }
    }

    /// Takes out all, in their order.
    package mutating func removeAll() -> [Waiter<Answer>] {
        defer { waiters = [] }
        return waiters
    }
}
