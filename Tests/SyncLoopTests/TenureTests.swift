// SPDX-License-Identifier: Apache-2.0
import SyncLoop
import Synchronization
import Testing

/// Whether a write may leave, by a clock that goes on while the process stands still.
struct TenureTests {
    private final class Clock: Sendable {
        private let instant = Mutex(ContinuousClock.now)
        var now: ContinuousClock.Instant { instant.withLock { $0 } }
        func advance(by duration: Duration) { instant.withLock { $0 = $0.advanced(by: duration) } }
    }

    private func tenure() -> (tenure: Tenure, clock: Clock) {
        let clock = Clock()
        return (Tenure(lease: "ns/sternpost-posts", now: { clock.now }), clock)
    }

    @Test func `nothing may be written before the lease is held`() {
        let (tenure, _) = tenure()
        #expect(tenure.isOpen)
        #expect(!tenure.isLost)
        #expect(tenure.reasonToStop() == "the lease ns/sternpost-posts is not held")
    }

    @Test func `P9: a tenure that ran out while the process stood still is over before anything is sent`() {
        let (tenure, clock) = tenure()
        tenure.begin(until: clock.now.advanced(by: .seconds(10)))
        #expect(tenure.reasonToStop() == nil)
        clock.advance(by: .seconds(60))
        #expect(tenure.isLost)
        let reason = tenure.reasonToStop() ?? ""
        #expect(reason.contains("ran out 50 s ago"))
    }

    @Test func `P9: a renewal that comes late does not revive it`() {
        let (tenure, clock) = tenure()
        tenure.begin(until: clock.now.advanced(by: .seconds(10)))
        clock.advance(by: .seconds(10))
        tenure.extend(until: clock.now.advanced(by: .seconds(10)))
        #expect(tenure.reasonToStop() != nil)
        #expect(tenure.isLost)
    }

    @Test func `P9: it lasts as long as renewals come in time, and says why the last one failed`() {
        let (tenure, clock) = tenure()
        tenure.begin(until: clock.now.advanced(by: .seconds(10)))
        for _ in 0..<20 {
            clock.advance(by: .seconds(9))
            tenure.extend(until: clock.now.advanced(by: .seconds(10)))
            #expect(tenure.reasonToStop() == nil)
        }
        tenure.note(trouble: "writing the lease: connection refused")
        #expect(tenure.reasonToStop() == nil)
        clock.advance(by: .seconds(11))
        let reason = tenure.reasonToStop() ?? ""
        #expect(reason.contains("connection refused"))
    }

    @Test func `P8: the first reason of a loss stays, and a new holding begins clean`() {
        let (tenure, clock) = tenure()
        tenure.begin(until: clock.now.advanced(by: .seconds(10)))
        tenure.lose("other leads now")
        tenure.lose("another reason")
        #expect(tenure.reasonToStop() == "the lease ns/sternpost-posts was lost: other leads now")
        tenure.extend(until: clock.now.advanced(by: .seconds(10)))
        #expect(tenure.isLost)
        tenure.begin(until: clock.now.advanced(by: .seconds(10)))
        #expect(tenure.reasonToStop() == nil)
        tenure.end()
        #expect(tenure.isOpen)
        #expect(!tenure.isLost)
    }
}
