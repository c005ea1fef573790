// SPDX-License-Identifier: Apache-2.0
import SyncApply
import SyncPlan
import SyncSource
import Testing

@testable import SyncLoop

/// When a write that failed is tried again.
struct StepBackoffTests {
    private let start = ContinuousClock.now
    private let words = "the server said no"

    /// A backoff after passes at these seconds, in all of which the step failed.
    private func backoff(_ step: Step, failedAt seconds: [Int]) -> StepBackoff {
        var backoff = StepBackoff(interval: .seconds(30))
        let outcome = StepFixture.outcome(step, .failed, error: words)
        for second in seconds {
            backoff.carriedOut(StepFixture.plan([step]), [outcome], began: start + .seconds(second))
        }
        return backoff
    }

    @Test(
        arguments: [
            (0, 30), (1, 30), (2, 60), (3, 120), (4, 240), (5, 480), (6, 600), (100, 600), (Int.max, 600),
        ]
    )
    func `each failure in a row doubles the wait, up to ten minutes`(failures: Int, seconds: Int) {
        #expect(StepBackoff.delay(after: failures, interval: .seconds(30)) == .seconds(seconds))
    }

    @Test func `a step that failed is withheld until shortly before the poll at which it is due`() throws {
        let step = try StepFixture.step()
        let plan = StepFixture.plan([step])
        let backoff = backoff(step, failedAt: [0])
        let early = backoff.withheld(at: start + .seconds(26), commit: plan.commit.id)
        #expect(early[step.id]?.reason == words)
        #expect(early[step.id]?.isSame(as: step) == true)
        let late = backoff.withheld(at: start + .seconds(28), commit: plan.commit.id)
        #expect(late.isEmpty)
        #expect(backoff.nextDue(commit: plan.commit.id) == start + .seconds(27))
        #expect(backoff.standing == ["\(step.id) \(words)"])
    }

    @Test func `a second failure waits twice as long`() throws {
        let step = try StepFixture.step()
        let id = StepFixture.plan([step]).commit.id
        #expect(backoff(step, failedAt: [0, 30]).nextDue(commit: id) == start + .seconds(30 + 60 - 3))
    }

    @Test func `what succeeds is forgotten, what was not tried is not`() throws {
        let step = try StepFixture.step()
        let plan = StepFixture.plan([step])
        var backoff = backoff(step, failedAt: [0])
        backoff.carriedOut(plan, [StepFixture.outcome(step, .skipped)], began: start + .seconds(30))
        #expect(backoff.nextDue(commit: plan.commit.id) != nil)
        backoff.carriedOut(plan, [StepFixture.outcome(step, .configured)], began: start + .seconds(60))
        #expect(backoff.nextDue(commit: plan.commit.id) == nil)
        #expect(backoff.standing.isEmpty)
    }

    @Test func `a new commit tries everything again`() throws {
        let step = try StepFixture.step()
        let backoff = backoff(step, failedAt: [0])
        let next = StepFixture.plan([step], commit: "b").commit.id
        #expect(backoff.withheld(at: start, commit: next).isEmpty)
        #expect(backoff.nextDue(commit: next) == nil)
    }

    @Test func `what git no longer declares is forgotten`() throws {
        let step = try StepFixture.step()
        var backoff = backoff(step, failedAt: [0])
        let empty = StepFixture.plan([])
        backoff.carriedOut(empty, [], began: start + .seconds(30))
        #expect(backoff.nextDue(commit: empty.commit.id) == nil)
    }
}
