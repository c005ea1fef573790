// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// Lets a task sleep until a time, or until somebody has news for it. The alarm only ends a sleep: what has happened is
/// for the sleeper to find out, so that news in plenty wakes it once.
package final class Alarm: Sendable {
    private struct State {
        /// Whether it rang while nobody slept; then the next sleep is none.
        var isRung = false
        var sleepers = WaitingQueue<Void>()
    }

    private let state = Mutex(State())

    package init() {}

    /// Ends the sleep under way, or the next one before it begins.
    package func ring() {
        let sleepers = state.withLock { state -> [Waiter<Void>] in
            let sleepers = state.sleepers.removeAll()
            if sleepers.isEmpty { state.isRung = true }
            return sleepers
        }
        for sleeper in sleepers { sleeper.resume(returning: ()) }
    }

    /// Sleeps until the time, until it rings, or until the task is cancelled; leaves nothing asleep behind.
    ///
    /// - Parameter time: Nil sleeps until it rings.
    package func sleep(until time: ContinuousClock.Instant?) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.ringing() }
            // Sleep throws only when the task is cancelled, which ends this sleep, too.
            if let time { group.addTask { try? await Task.sleep(until: time) } }
            await group.next()
            group.cancelAll()
        }
    }

    private func ringing() async {
        await Waiter<Void>.wait(joining: { self.enqueue($0) }, leaving: { self.giveUp($0) })
    }

    private func enqueue(_ waiter: Waiter<Void>) {
        let isOver = state.withLock { state -> Bool in
            if state.isRung {
                state.isRung = false
                return true
            }
            if Task.isCancelled { return true }
            state.sleepers.append(waiter)
            return false
        }
        if isOver { waiter.resume(returning: ()) }
    }

    private func giveUp(_ number: Waiter<Void>.Number) {
        let waiter = state.withLock { state in state.sleepers.remove(number) }
        waiter?.resume(returning: ())
    }
}
