// SPDX-License-Identifier: Apache-2.0
import TestKit
import Testing
import Waiting

/// Sleeps that end early. None of them lasts an hour, although each could.
@Suite(.timeLimit(.minutes(1))) struct AlarmTests {
    private static var late: ContinuousClock.Instant { .now + .seconds(3600) }

    @Test func `it wakes who sleeps, whether or not there is a time`() async {
        for time in [Self.late, nil] {
            let alarm = Alarm()
            let sleeper = Task { await alarm.sleep(until: time) }
            alarm.ring()
            await sleeper.value
        }
    }

    @Test func `what rang before the sleep ends it, once for all rings`() async {
        let alarm = Alarm()
        alarm.ring()
        alarm.ring()
        await alarm.sleep(until: nil)
        let sleeper = Task { await alarm.sleep(until: nil) }
        sleeper.cancel()
        await sleeper.value
    }

    @Test func `a sleep ends at its time, and leaves no place behind that takes a ring`() async {
        let alarm = Alarm()
        let due = ContinuousClock.now + .milliseconds(20)
        await alarm.sleep(until: due)
        #expect(ContinuousClock.now >= due)
        alarm.ring()
        await alarm.sleep(until: nil)
    }

    @Test func `a task that is cancelled does not sleep`() async {
        let alarm = Alarm()
        let sleeper = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            await alarm.sleep(until: Self.late)
        }
        await sleeper.value
        alarm.ring()
        await alarm.sleep(until: nil)
    }
}
