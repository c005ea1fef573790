// SPDX-License-Identifier: Apache-2.0
import Synchronization
import TestKit
import Testing
import Waiting

@Suite(.timeLimit(.minutes(1))) struct ConcurrentlyTests {
    /// How many run, and the most that ever did.
    private final class Count: Sendable {
        private let state = Mutex((running: 0, most: 0))

        func begin() {
            state.withLock { state in
                state.running += 1
                state.most = max(state.most, state.running)
            }
        }

        func end() { state.withLock { $0.running -= 1 } }

        var most: Int { state.withLock { $0.most } }
        var running: Int { state.withLock { $0.running } }
    }

    @Test(arguments: [(0, 3), (1, 3), (20, 1), (20, 3), (20, 100), (5, 0)])
    func `results come in the order of the items, and no more than so many run`(items: Int, limit: Int) async {
        let count = Count()
        let results = await concurrently(Array(0..<items), limit: limit) { item in
            count.begin()
            for _ in 0..<(item % 3) { await Task.yield() }
            count.end()
            return item * item
        }
        let expected: [Int?] = (0..<items).map { $0 * $0 }
        #expect(results == expected)
        #expect(count.most <= max(1, limit))
    }

    @Test func `a cancelled task starts no more, and waits for those that run`() async throws {
        let count = Count()
        let (gate, opening) = AsyncStream<Never>.makeStream()
        let task = Task {
            await concurrently(Array(0..<10), limit: 1) { item in
                count.begin()
                defer { count.end() }
                // Another task waits: this one's cancellation would end the loop.
                await Task { for await _ in gate {} }.value
                return item
            }
        }
        try await eventually("the first runs") { count.running == 1 }
        task.cancel()
        opening.finish()
        let results = await task.value
        let expected: [Int?] = [0] + [Int?](repeating: nil, count: 9)
        #expect(results == expected)
        #expect(count.running == 0)
    }
}
