// SPDX-License-Identifier: Apache-2.0
import Testing
import Waiting

@Suite(.timeLimit(.minutes(1))) struct BackoffTests {
    @Test func `each pause is longer than the one before, up to the longest`() {
        var twice = Backoff(until: nil)
        let pauses = (0..<7).map { _ in twice.take() }
        let expected = [50, 100, 200, 400, 800, 1000, 1000].map { Duration.milliseconds($0) }
        #expect(pauses == expected)
        var half = Backoff(from: .seconds(2), times: 1.5, atMost: .seconds(4), until: nil)
        let others = (0..<4).map { _ in half.take() }
        #expect(others == [2, 3, 4, 4].map { Duration.seconds($0) })
    }

    @Test func `no pause lasts until the deadline`() {
        let now = ContinuousClock.now
        var backoff = Backoff(from: .seconds(1), atMost: .seconds(60), until: now + .seconds(2))
        #expect(!backoff.isLate(at: now))
        #expect(!backoff.isLate(at: now + .milliseconds(999)))
        #expect(backoff.isLate(at: now + .seconds(1)))
        let first = backoff.take()
        #expect(first == .seconds(1))
        #expect(backoff.isLate(at: now))
        let endless = Backoff(until: nil)
        #expect(!endless.isLate(at: now + .seconds(86_400)))
    }

    @Test func `a pause ends, or there is none because it is late`() async {
        var backoff = Backoff(from: .milliseconds(1), atMost: .seconds(3600), until: ContinuousClock.now + .seconds(60))
        let ending = await backoff.pause()
        #expect(ending == .over)
        #expect(backoff.next == .milliseconds(2))
        var late = Backoff(from: .seconds(3600), until: ContinuousClock.now + .seconds(60))
        let noPause = await late.pause()
        #expect(noPause == .late)
        #expect(late.next == .seconds(3600), "what was not made does not count")
    }

    @Test func `a cancelled task does not pause`() async {
        let task = Task {
            var backoff = Backoff(from: .seconds(3600), until: nil)
            return await backoff.pause()
        }
        task.cancel()
        let ending = await task.value
        #expect(ending == .cancelled)
    }

    @Test(arguments: [(-1, 2), (0, 2), (1, 2), (2, 4), (3, 8), (5, 32), (6, 60), (70, 60), (Int.max, 60)])
    func `a wait doubles with each failure`(failures: Int, seconds: Int) {
        #expect(Backoff.doubled(.seconds(2), failures: failures, atMost: .seconds(60)) == .seconds(seconds))
    }
}
