// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SyncApply

/// How long the waits for health of one pass may last, between waves as at the end.
@Suite(.timeLimit(.minutes(1)))
struct HealthBudgetTests {
    /// Waits so long, whatever it was given; gives what it was given.
    private func wait(_ time: Duration, within budget: HealthBudget) async -> Duration {
        await budget.spend { given in
            let start = ContinuousClock.now
            while start.duration(to: .now) < time { await Task.yield() }
            return given
        }
    }

    @Test(arguments: [Duration.zero, .seconds(2), .seconds(121), .seconds(600), .seconds(7_200)])
    func `the first wait may last as long as the project says, however long that is`(timeout: Duration) async {
        let budget = HealthBudget(timeout)
        #expect(budget.left == timeout)
        let given = await budget.spend { $0 }
        #expect(given == timeout)
    }

    @Test func `a later wait may last as long as the ones before it have left`() async {
        let budget = HealthBudget(.seconds(600))
        let pause = Duration.milliseconds(20)
        let first = await wait(pause, within: budget)
        let second = await wait(pause, within: budget)
        #expect(first == .seconds(600))
        // A busy machine may have taken longer than the pause, and not minutes.
        #expect(second <= Duration.seconds(600) - pause && second > .seconds(500))
        #expect(budget.left <= second - pause)
    }

    @Test func `behind a wait that took all of it one look is left, and no wait`() async {
        let budget = HealthBudget(.milliseconds(5))
        _ = await wait(.milliseconds(20), within: budget)
        #expect(budget.left == .zero)
        let given = await budget.spend { $0 }
        #expect(given == .zero)
    }

    @Test func `waits at the same time cost as much as one`() async {
        let budget = HealthBudget(.seconds(600))
        let start = ContinuousClock.now
        await withTaskGroup(of: Void.self) { group in
            for _ in 0..<20 {
                group.addTask { _ = await budget.spend { _ in try? await Task.sleep(for: .milliseconds(50)) } }
            }
        }
        #expect(budget.left >= .seconds(600) - start.duration(to: .now))
        #expect(budget.left <= .seconds(600) - .milliseconds(50))
    }

    @Test func `what a pass cannot go on without is waited for with what is left, or by its own limit`() async {
        #expect(HealthBudget(.zero).bound(.seconds(30)) == .seconds(30))
        #expect(HealthBudget(.seconds(5)).bound(.seconds(30)) == .seconds(5))
        #expect(HealthBudget(.seconds(300)).bound(.seconds(30)) == .seconds(30))
        let spent = HealthBudget(.milliseconds(5))
        _ = await wait(.milliseconds(20), within: spent)
        #expect(spent.bound(.seconds(30)) == .zero)
    }
}
