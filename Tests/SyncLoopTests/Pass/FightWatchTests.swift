// SPDX-License-Identifier: Apache-2.0
import SyncPlan
import Testing

@testable import SyncLoop

/// When a field that is set back again and again is a fight, and how long the object is left alone.
struct FightWatchTests {
    private let start = ContinuousClock.now

    /// A watch that was told of one repair at each of these seconds.
    private func watch(
        repairsAt seconds: [Int],
        slowest: Duration = .seconds(3600),
        cause: Step.Cause = .drift
    ) throws -> FightWatch {
        var watch = FightWatch(interval: .seconds(30), slowest: slowest)
        let step = try StepFixture.step(cause: cause)
        for second in seconds { watch.repaired([step], at: start + .seconds(second)) }
        return watch
    }

    private func isContested(_ watch: FightWatch, at second: Int) -> Bool {
        !watch.contested(at: start + .seconds(second)).isEmpty
    }

    @Test func `four repairs are none, five are a fight that names the field`() throws {
        let four = try watch(repairsAt: [0, 30, 60, 90])
        #expect(!isContested(four, at: 91))
        let fight = try watch(repairsAt: [0, 30, 60, 90, 120]).contested(at: start + .seconds(121))
        let id = try StepFixture.step().id
        let contest = try #require(fight[id])
        #expect(contest.path.hasPrefix(".data") && contest.repairs == 5)
        #expect(contest.description.hasPrefix("a fight over "))
        #expect(contest.description.contains("set back 5 times"))
        #expect(fight.count == 1)
    }

    @Test func `repairs that lie far apart are no fight`() throws {
        let seldom = try watch(repairsAt: (0..<20).map { $0 * 200 })
        #expect(!isContested(seldom, at: 3801))
    }

    @Test func `what git changed is no repair`() throws {
        let commits = try watch(repairsAt: [0, 1, 2, 3, 4, 5], cause: .commit)
        #expect(!isContested(commits, at: 6))
    }

    @Test func `an object is left alone for the window, and after one more repair for twice as long`() throws {
        let once = try watch(repairsAt: [0, 1, 2, 3, 4])
        #expect(isContested(once, at: 603))
        #expect(!isContested(once, at: 605))
        let twice = try watch(repairsAt: [0, 1, 2, 3, 4, 605])
        #expect(isContested(twice, at: 1804))
        #expect(!isContested(twice, at: 1806))
        let fights = twice.contested(at: start + .seconds(606))
        #expect(fights.values.map(\.repairs) == [6])
    }

    @Test func `no pause is longer than the longest`() throws {
        let twice = try watch(repairsAt: [0, 1, 2, 3, 4, 605], slowest: .seconds(900))
        #expect(isContested(twice, at: 1504))
        #expect(!isContested(twice, at: 1506))
    }
}
