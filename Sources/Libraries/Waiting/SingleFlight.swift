// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Work that several callers want at the same time is done once for all of them.
///
/// The task is unstructured because it belongs to all who wait: cancelling one must not fail the others. It is
/// cancelled when the last of them has gone, unless it outlives them.
package final class SingleFlight<Key: Hashable & Sendable, Value: Sendable, Failure: Error>: Sendable {
    private typealias Outcome = Result<Value, Failure>

    private struct Flight {
        let id: Int
        var task: Task<Void, Never>?
        var waiters: [Int: CheckedContinuation<Outcome, Never>] = [:]
    }

    private struct State {
        var flights: [Key: Flight] = [:]
        var lastNumber = 0
    }

    private let state = Mutex(State())
    private let cancelled: Failure
    private let outlivesWaiters: Bool

    /// - Parameters:
    ///   - cancelled: What is thrown to a caller whose task is cancelled.
    ///   - outlivesWaiters: Whether work goes on when nobody waits for it any more, and who comes then joins it. Right for
    ///     work that does not end when it is cancelled: it never runs twice at the same time.
    package init(cancelled: Failure, outlivesWaiters: Bool = false) {
        self.cancelled = cancelled
        self.outlivesWaiters = outlivesWaiters
    }

    /// How many wait for the work for `key`; 0 when none is running, or nobody waits for it any more.
    package func waiterCount(for key: Key) -> Int { state.withLock { $0.flights[key]?.waiters.count ?? 0 } }

    /// The outcome of `work` for `key`: of the one that is running, or of this one.
    package func value(
        for key: Key,
        _ work: @escaping @Sendable () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let number = state.withLock { state in
            state.lastNumber += 1
            return state.lastNumber
        }
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                join(key, number, continuation, work)
                // A cancellation that came before did not find us.
                if Task.isCancelled { leave(key, number) }
            }
        } onCancel: {
            leave(key, number)
        }
        return try outcome.get()
    }

    private func join(
        _ key: Key,
        _ number: Int,
        _ continuation: CheckedContinuation<Outcome, Never>,
        _ work: @escaping @Sendable () async throws(Failure) -> Value
    ) {
        state.withLock { state in
            if state.flights[key] != nil {
                state.flights[key]?.waiters[number] = continuation
                return
            }
            var flight = Flight(id: number)
            flight.waiters[number] = continuation
            flight.task = Task {
                do throws(Failure) {
                    land(key, number, .success(try await work()))
                } catch {
                    land(key, number, .failure(error))
                }
            }
            state.flights[key] = flight
        }
    }

    private func land(_ key: Key, _ id: Int, _ outcome: Outcome) {
        let waiters = state.withLock { state -> [Int: CheckedContinuation<Outcome, Never>] in
            guard let flight = state.flights[key], flight.id == id else { return [:] }
            state.flights[key] = nil
            return flight.waiters
        }
        for waiter in waiters.values { waiter.resume(returning: outcome) }
    }

    private func leave(_ key: Key, _ number: Int) {
        let (waiter, task) = state.withLock { state -> (CheckedContinuation<Outcome, Never>?, Task<Void, Never>?) in
            guard let waiter = state.flights[key]?.waiters.removeValue(forKey: number) else { return (nil, nil) }
            guard !outlivesWaiters, state.flights[key]?.waiters.isEmpty == true else { return (waiter, nil) }
            return (waiter, state.flights.removeValue(forKey: key)?.task)
        }
        task?.cancel()
        waiter?.resume(returning: .failure(cancelled))
    }
}
