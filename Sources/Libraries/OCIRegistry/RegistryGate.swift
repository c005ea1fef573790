// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import Waiting

/// Lets calls to each registry through: so many at a time, and none while the registry is left alone. One registry
/// never waits for another.
final class RegistryGate: Sendable {
    /// A call that was let in; to be handed back to ``leave(_:_:)`` exactly once.
    struct Pass: Sendable {
        let host: String
        fileprivate let failures: Int
    }

    private typealias Answer = Result<Void, RegistryError>

    private struct Lane: Sendable {
        var pace = RegistryPace()
        var inFlight = 0
        var waiters = WaitingQueue<Answer>()
        /// The end of the pause as a date, the same for all who ask, whatever the clocks do meanwhile.
        var shown: (until: ContinuousClock.Instant, date: Date)?

        mutating func date(of until: ContinuousClock.Instant, left: Duration, today: Date) -> Date {
            if let shown, shown.until == until { return shown.date }
            let date = today.addingTimeInterval(left / .seconds(1))
            shown = (until, date)
            return date
        }
    }

    private struct State: Sendable {
        var lanes: [String: Lane] = [:]
    }

    /// Callers that wait for one registry, at most.
    private static let maxWaiters = 4096
    /// Registries that are remembered, at most, beside those in use.
    private static let maxLanes = 512

    private let settings: RegistrySettings
    private let clock: RegistryClock
    private let state = Mutex(State())

    init(settings: RegistrySettings, clock: RegistryClock) {
        self.settings = settings
        self.clock = clock
    }

    /// Waits for room, or fails at once while the registry is left alone.
    ///
    /// - Throws: ``RegistryError`` with `backingOff`, `busy` or `cancelled`.
    func enter(_ host: String) async throws(RegistryError) -> Pass {
        let answer = await Waiter<Answer>.wait(
            joining: { self.enqueue($0, host) },
            leaving: { self.giveUp($0, host) }
        )
        try answer.get()
        return Pass(host: host, failures: state.withLock { $0.lanes[host]?.pace.failures ?? 0 })
    }

    private func enqueue(_ waiter: Waiter<Answer>, _ host: String) {
        let now = clock.instant()
        let answer = state.withLock { state -> Answer? in
            if Task.isCancelled { return .failure(RegistryGate.cancelled(host)) }
            if state.lanes[host] == nil { makeRoom(&state.lanes, now) }
            var lane = state.lanes[host] ?? Lane()
            defer { state.lanes[host] = lane }
            if let until = lane.pace.closed(at: now) { return .failure(closed(&lane, host, until, now)) }
            if lane.inFlight < max(1, settings.callsInFlight) {
                lane.inFlight += 1
                return .success(())
            }
            guard lane.waiters.count < RegistryGate.maxWaiters else {
                return .failure(RegistryError(reason: .busy, message: "\(host): too many calls wait for this registry"))
            }
            lane.waiters.append(waiter)
            return nil
        }
        if let answer { waiter.resume(returning: answer) }
    }

    private func giveUp(_ number: Waiter<Answer>.Number, _ host: String) {
        let waiter = state.withLock { $0.lanes[host]?.waiters.remove(number) }
        waiter?.resume(returning: .failure(RegistryGate.cancelled(host)))
    }

    /// Notes the end of a call and lets the next in. When the registry failed, those who wait fail too.
    func leave(_ pass: Pass, _ ending: RegistryPace.Ending) {
        let now = clock.instant()
        let released = state.withLock { state -> [(Waiter<Answer>, Answer)] in
            guard var lane = state.lanes[pass.host] else { return [] }
            lane.inFlight -= 1
            lane.pace.note(ending, failuresAtStart: pass.failures, now: now, settings: settings)
            var released: [(Waiter<Answer>, Answer)] = []
            if let until = lane.pace.closed(at: now) {
                let error = closed(&lane, pass.host, until, now)
                released = lane.waiters.removeAll().map { ($0, .failure(error)) }
            }
            while lane.inFlight < max(1, settings.callsInFlight), let waiter = lane.waiters.popFirst() {
                lane.inFlight += 1
                released.append((waiter, .success(())))
            }
            state.lanes[pass.host] = lane
            return released
        }
        for (waiter, answer) in released { waiter.resume(returning: answer) }
    }

    /// Notes that the registry's allowance is used up.
    func noteExhausted(_ limit: RateLimit, by host: String) {
        let now = clock.instant()
        state.withLock { $0.lanes[host]?.pace.noteExhausted(limit, now: now, settings: settings) }
    }

    private func makeRoom(_ lanes: inout [String: Lane], _ now: ContinuousClock.Instant) {
        guard lanes.count >= RegistryGate.maxLanes else { return }
        lanes = lanes.filter {
            $0.value.inFlight > 0 || !$0.value.waiters.isEmpty || $0.value.pace.closed(at: now) != nil
        }
    }

    private func closed(
        _ lane: inout Lane,
        _ host: String,
        _ until: ContinuousClock.Instant,
        _ now: ContinuousClock.Instant
    ) -> RegistryError {
        let left = now.duration(to: until)
        let date = lane.date(of: until, left: left, today: clock.date())
        let message = "\(host) failed or refused before and is left alone for \(max(1, left.components.seconds)) s more"
        return RegistryError(reason: .backingOff(until: date), message: message, retryAfter: left)
    }

    private static func cancelled(_ host: String) -> RegistryError {
        RegistryError(reason: .cancelled, message: "\(host): cancelled")
    }
}
