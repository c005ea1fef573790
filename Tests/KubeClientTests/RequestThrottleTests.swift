// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing

@testable import KubeClient

/// How many requests may be in flight.
@Suite(.timeLimit(.minutes(1)))
struct RequestThrottleTests {
    /// Sends so many requests at once and ends those that are let in; the others are cancelled while they wait.
    ///
    /// - Returns: How many were let in.
    private func round(
        of count: Int,
        through throttle: RequestThrottle,
        _ ending: RequestThrottle.Ending
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: RequestThrottle.Pass.self) { group in
            for _ in 0..<count { group.addTask { await throttle.enter() } }
            try await eventually("each request is let in or waits") {
                let now = throttle.counts
                return now.inFlight + now.waiting == count
            }
            let admitted = throttle.counts.inFlight
            group.cancelAll()
            var passes: [RequestThrottle.Pass] = []
            for try await pass in group { passes.append(pass) }
            for pass in passes.prefix(admitted) { throttle.leave(pass, ending) }
            for pass in passes.dropFirst(admitted) { throttle.leave(pass, .other) }
            return admitted
        }
    }

    @Test func `A1: a busy server halves what is in flight once, and good answers bring it back`() async throws {
        let throttle = RequestThrottle()
        // All eight are refused: that halves once, not eight times.
        #expect(try await round(of: 8, through: throttle, .tooMany) == 8)
        #expect(try await round(of: 8, through: throttle, .good) == 4)
        #expect(try await round(of: 8, through: throttle, .tooMany) == 5)
        #expect(try await round(of: 8, through: throttle, .good) == 2)
        for _ in 0..<40 { throttle.leave(await throttle.enter(), .good) }
        #expect(try await round(of: 12, through: throttle, .good) == 12)
    }

    @Test func `A1: at least one request may be in flight`() async throws {
        let throttle = RequestThrottle()
        for _ in 0..<6 { throttle.leave(await throttle.enter(), .tooMany) }
        #expect(try await round(of: 3, through: throttle, .other) == 1)
    }
}
