// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import SyncImages

/// When a follower looks, by a clock that the test turns.
struct LookScheduleTests {
    private let start = ContinuousClock.now

    /// A follower that looks once a minute, every two seconds while something is under way.
    private var schedule: LookSchedule { LookSchedule(interval: .seconds(60), watching: .seconds(2), now: start) }

    /// One that has looked once, in no time.
    private func looked(_ ending: LookSchedule.Ending) -> LookSchedule {
        var schedule = schedule
        schedule.begin()
        schedule.end(ending, at: start)
        return schedule
    }

    /// How long after the start the next look is due.
    private func wait(_ schedule: LookSchedule) -> Duration? { schedule.due.map { start.duration(to: $0) } }

    @Test func `the first look is due at once, and none is during one`() {
        var schedule = schedule
        #expect(wait(schedule) == .zero)
        schedule.begin()
        #expect(schedule.due == nil && schedule.state == .looking(again: nil))
    }

    @Test(arguments: [
        (LookSchedule.Ending.quiet, Duration.seconds(60)), (.underWay, .seconds(2)), (.concluded, .zero),
    ])
    func `how a look ended says when the next one is due`(ending: LookSchedule.Ending, pause: Duration) {
        #expect(wait(looked(ending)) == pause)
    }

    @Test func `a sighting brings the next look forward, and more of them do not put it off`() {
        var schedule = looked(.quiet)
        schedule.take(.sighting, at: start + .seconds(30))
        #expect(wait(schedule) == Duration.seconds(30) + LookSchedule.gathering)
        schedule.take(.sighting, at: start + .milliseconds(30_100))
        #expect(wait(schedule) == Duration.seconds(30) + LookSchedule.gathering)
    }

    @Test func `a sighting that comes during a look asks for another one`() {
        var schedule = schedule
        schedule.begin()
        schedule.take(.sighting, at: start + .seconds(1))
        schedule.take(.sighting, at: start + .seconds(2))
        schedule.end(.quiet, at: start + .seconds(5))
        #expect(wait(schedule) == Duration.seconds(1) + LookSchedule.gathering, "it is over already")
        schedule.begin()
        schedule.end(.quiet, at: start + .seconds(6))
        #expect(wait(schedule) == .seconds(66), "it has been looked at")
    }

    @Test func `changes of workloads bring the next look forward, and cost no more than one in ten seconds`() {
        var schedule = looked(.quiet)
        for second in 1...5 { schedule.take(.change, at: start + .seconds(second)) }
        #expect(wait(schedule) == .seconds(10))
        schedule = looked(.quiet)
        schedule.take(.change, at: start + .seconds(30))
        #expect(wait(schedule) == Duration.seconds(30) + LookSchedule.gathering)
        schedule.begin()
        schedule.take(.change, at: start + .seconds(31))
        schedule.end(.quiet, at: start + .seconds(32))
        #expect(wait(schedule) == .seconds(41))
    }

    @Test func `news puts no look off`() {
        for news in [LookSchedule.News.sighting, .change] {
            var schedule = looked(.underWay)
            schedule.take(news, at: start + .milliseconds(1_900))
            #expect(wait(schedule) == .seconds(2))
        }
    }

    @Test func `a look that is not allowed is due again later`() {
        var schedule = looked(.concluded)
        schedule.postpone(at: start + .seconds(1))
        #expect(wait(schedule) == .seconds(3))
    }
}
