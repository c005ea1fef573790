// SPDX-License-Identifier: Apache-2.0
import Synchronization
import TestKit
import Testing
import Waiting

@Suite(.timeLimit(.minutes(1))) struct CancellationShieldTests {
    /// Something that is gone as soon as nobody has it any more.
    private final class Canary: Sendable {}

    private final class Memory: Sendable {
        private struct Reference {
            weak var canary: Canary?
        }

        private let reference: Mutex<Reference>

        init(of canary: Canary) { reference = Mutex(Reference(canary: canary)) }

        var isGone: Bool { reference.withLock { $0.canary == nil } }
    }

    @Test func `the work sees no cancellation, and its result arrives`() async {
        let (gate, opening) = AsyncStream<Never>.makeStream()
        let task = Task {
            await shieldedFromCancellation(grace: .seconds(3600)) {
                for await _ in gate {}
                return Task.isCancelled ? "cancelled" : "done"
            }
        }
        task.cancel()
        opening.finish()
        let ending = await task.value
        #expect(ending == "done")
    }

    @Test func `the work is cancelled when its grace has passed`() async {
        let task = Task {
            await shieldedFromCancellation(grace: .milliseconds(20)) {
                do { try await Task.sleep(for: .seconds(3600)) } catch { return "cancelled" }
                return "done"
            }
        }
        task.cancel()
        let ending = await task.value
        #expect(ending == "cancelled")
    }

    @Test func `no task sleeps on when the work has ended`() async throws {
        let (gate, opening) = AsyncStream<Never>.makeStream()
        let task = Task {
            let canary = await shieldedFromCancellation(grace: .seconds(3600)) {
                for await _ in gate {}
                return Canary()
            }
            return Memory(of: canary)
        }
        task.cancel()
        opening.finish()
        let memory = await task.value
        // What waits to cancel the work has the work's result.
        try await eventually("nobody has the result") { memory.isGone }
    }

    @Test func `work that nobody cancels is over at once`() async {
        let result = await shieldedFromCancellation(grace: .seconds(3600)) { 7 }
        #expect(result == 7)
    }
}
