// SPDX-License-Identifier: Apache-2.0
import Processes
import Testing

@testable import Dashboard

/// What a client is told whose page is not made now.
struct PageRefusalTests {
    @Test(
        arguments: [
            (PageDesk.Refusal.full, "too many pages"), (PageDesk.Refusal.left, "the client hung up"),
            (ThreadFailure(code: 11), "no thread can be started"),
        ] as [(any Error, String)]
    )
    func `each reason has its own words`(error: any Error, words: String) {
        #expect(DashboardServer.reasonToReturn(error)?.hasPrefix(words) == true)
    }

    @Test func `a page that cannot be made at all is not promised for later`() {
        #expect(DashboardServer.reasonToReturn(CancellationError()) == nil)
    }
}
