// SPDX-License-Identifier: Apache-2.0
import Synchronization
import TestKit
import Testing
import Waiting

/// Work that is shared by those who wait for it, and ends when nobody does.
@Suite(.timeLimit(.minutes(1))) struct SingleFlightTests {
    private enum Failure: Error, Equatable {
        case left
        case ended
    }

    /// Work that lasts until it is let go or cancelled, and counts how often that was.
    private final class Work: Sendable {
        private let counts = Mutex((begun: 0, cancelled: 0))
        let alarm = Alarm()

        var begun: Int { counts.withLock { $0.begun } }
        var cancelled: Int { counts.withLock { $0.cancelled } }

        func run() async throws(Failure) -> Int {
            let number = counts.withLock { counts in
                counts.begun += 1
                return counts.begun
            }
            await alarm.sleep(until: nil)
            guard !Task.isCancelled else {
                counts.withLock { $0.cancelled += 1 }
                throw .ended
            }
            return number
        }
    }

    private let flights = SingleFlight<String, Int, Failure>(cancelled: .left)

    private func join(
        _ work: Work,
        in other: SingleFlight<String, Int, Failure>? = nil
    ) -> Task<Result<Int, Failure>, Never> {
        let flights = other ?? flights
        return Task { () async -> Result<Int, Failure> in
            do throws(Failure) {
                return .success(try await flights.value(for: "a") { () async throws(Failure) in try await work.run() })
            } catch {
                return .failure(error)
            }
        }
    }

    @Test func `who leaves does not take the work along from those who wait`() async throws {
        let work = Work()
        let first = join(work)
        try await eventually("the work runs") { work.begun == 1 }
        let second = join(work)
        try await eventually("two wait for it") { flights.waiterCount(for: "a") == 2 }
        first.cancel()
        let left = await first.value
        #expect(left == .failure(.left))
        #expect(work.cancelled == 0)
        work.alarm.ring()
        let result = await second.value
        #expect(result == .success(1))
        #expect(work.begun == 1)
    }

    @Test func `work that nobody waits for is cancelled, and the next one begins anew`() async throws {
        let work = Work()
        let only = join(work)
        try await eventually("the work runs") { work.begun == 1 }
        #expect(flights.waiterCount(for: "a") == 1)
        only.cancel()
        let left = await only.value
        #expect(left == .failure(.left))
        try await eventually("the work is cancelled") { work.cancelled == 1 }
        #expect(flights.waiterCount(for: "a") == 0)
        let next = join(work)
        try await eventually("it begins anew") { work.begun == 2 }
        work.alarm.ring()
        let result = await next.value
        #expect(result == .success(2))
    }

    @Test func `work that outlives those who wait goes on, and who comes next joins it`() async throws {
        let lasting = SingleFlight<String, Int, Failure>(cancelled: .left, outlivesWaiters: true)
        let work = Work()
        let only = join(work, in: lasting)
        try await eventually("the work runs") { work.begun == 1 }
        only.cancel()
        let left = await only.value
        #expect(left == .failure(.left))
        #expect(lasting.waiterCount(for: "a") == 0)
        let next = join(work, in: lasting)
        try await eventually("another waits for it") { lasting.waiterCount(for: "a") == 1 }
        work.alarm.ring()
        let result = await next.value
        #expect(result == .success(1))
        #expect(work.begun == 1 && work.cancelled == 0)
    }
}
