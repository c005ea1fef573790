// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import Testing

@testable import SyncLoop

/// When an object that has to be created again and again is a fight, and how long it is left alone.
struct RecreationWatchTests {
    private let start = ContinuousClock.now

    private func step(
        _ cause: Step.Cause = .deleted,
        action: Step.Action = .create,
        contentHash: String = "h"
    ) throws -> Step {
        let step = try StepFixture.step(cause: cause)
        return Step(
            id: step.id,
            action: action,
            cause: cause,
            object: step.object,
            resource: step.resource,
            origin: step.origin,
            contentHash: contentHash,
            live: nil,
            differences: [],
            dependsOn: [],
            mayRecreate: false
        )
    }

    /// A watch that was told of this step at each of these seconds.
    private func watch(_ step: Step, at seconds: [Int], slowest: Duration = .seconds(3600)) -> RecreationWatch {
        var watch = RecreationWatch(interval: .seconds(30), slowest: slowest)
        for second in seconds { watch.created([step], at: start + .seconds(second)) }
        return watch
    }

    private func isContested(_ watch: RecreationWatch, at second: Int) -> Bool {
        !watch.contested(at: start + .seconds(second)).isEmpty
    }

    @Test func `four deletions are none, five are a fight`() throws {
        let step = try step()
        #expect(!isContested(watch(step, at: [0, 30, 60, 90]), at: 91))
        let fights = watch(step, at: [0, 30, 60, 90, 120]).contested(at: start + .seconds(121))
        let contest = try #require(fights[step.id])
        #expect(contest.creations == 5 && contest.contentHash == "h" && contest.pause == .seconds(600))
        #expect(fights.count == 1)
    }

    @Test func `the first creation is no deletion, but each further one of the same manifest is`() throws {
        let missing = try step(.missing)
        #expect(!isContested(watch(missing, at: [0, 1, 2, 3, 4]), at: 5))
        #expect(isContested(watch(missing, at: [0, 1, 2, 3, 4, 5]), at: 6))
    }

    @Test func `deletions that lie far apart are no fight`() throws {
        let seldom = watch(try step(), at: (0..<20).map { $0 * 200 })
        #expect(!isContested(seldom, at: 3801))
    }

    @Test func `another manifest, and what was not created, count for nothing`() throws {
        var changing = RecreationWatch(interval: .seconds(30))
        for second in 0..<8 {
            changing.created([try step(contentHash: "\(second)")], at: start + .seconds(second))
        }
        #expect(!isContested(changing, at: 9))
        let configured = watch(try step(.drift, action: .configure), at: [0, 1, 2, 3, 4, 5])
        #expect(!isContested(configured, at: 6))
    }

    @Test func `what we deleted ourselves is forgotten`() throws {
        let step = try step()
        var watch = watch(step, at: [0, 1, 2, 3])
        watch.pruned([step.id])
        watch.created([step], at: start + .seconds(4))
        #expect(!isContested(watch, at: 5))
    }

    @Test(arguments: [Step.Cause.deleted, .missing])
    func `it is left alone for the window, and after one more deletion for twice as long`(cause: Step.Cause) throws {
        var watch = watch(try step(), at: [0, 1, 2, 3, 4])
        #expect(isContested(watch, at: 603))
        #expect(!isContested(watch, at: 605))
        watch.created([try step(cause)], at: start + .seconds(605))
        #expect(isContested(watch, at: 1804))
        #expect(!isContested(watch, at: 1806))
        let fights = watch.contested(at: start + .seconds(606))
        #expect(fights.values.map(\.creations) == [6])
    }

    @Test func `no pause is longer than the longest`() throws {
        let twice = watch(try step(), at: [0, 1, 2, 3, 4, 605], slowest: .seconds(900))
        #expect(isContested(twice, at: 1504))
        #expect(!isContested(twice, at: 1506))
    }
}
