// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SyncLoop

/// A newer commit ends what is done and waited for on behalf of the older one.
@Suite(.timeLimit(.minutes(1)))
struct SupersessionTests {
    /// Waits as an apply or a health check does: until it is cancelled.
    private static func waitForEver() async -> String {
        do {
            try await Task.sleep(for: .seconds(600))
            return "ended by itself"
        } catch {
            return "cancelled"
        }
    }

    @Test func `a newer commit cancels the wait and its result is kept`() async {
        let result = await untilSuperseded(every: .milliseconds(5), { true }) { await Self.waitForEver() }
        #expect(result == "cancelled")
    }

    @Test func `without a newer commit the body ends by itself`() async {
        let result = await untilSuperseded(every: .milliseconds(1), { false }) { "done" }
        #expect(result == "done")
    }

    @Test func `a shutdown reaches the body, too`() async {
        let task = Task { await untilSuperseded(every: .seconds(60), { false }) { await Self.waitForEver() } }
        task.cancel()
        #expect(await task.value == "cancelled")
    }
}
