// SPDX-License-Identifier: Apache-2.0

/// When a follower looks at its project. Pure: the caller passes the time of a clock that never jumps.
struct LookSchedule: Sendable, Hashable {
    typealias Instant = ContinuousClock.Instant

    /// What the follower does.
    enum State: Sendable, Hashable {
        /// It looks. News that has come since asks for the next look at `again`; nil without any.
        case looking(again: Instant?)
        /// It waits for the next look, which news brings forward. `last` is when the last one ended; nil before the first.
        case waiting(until: Instant, last: Instant?)
    }

    /// How a look ended.
    enum Ending: Sendable, Hashable {
        /// Nothing is under way.
        case quiet
        /// Rollouts are under way, or polls that a rollout waits for.
        case underWay
        /// A rollout has ended: another look shows what has ended, and begins what waited for its turn.
        case concluded
    }

    /// What the follower waits for, beside deadlines.
    enum News: Sendable, Hashable {
        /// A poll gave a new answer.
        case sighting
        /// A watch shows that a workload has changed.
        case change
    }

    /// How long more is waited for once news has come: images that are polled together are looked at together.
    static let gathering: Duration = .milliseconds(250)

    private let interval: Duration
    private let watching: Duration
    private(set) var state: State

    /// - Parameters:
    ///   - interval: Between two looks while nothing is under way.
    ///   - watching: Between two looks while something is.
    ///   - now: The first look is due at once.
    init(interval: Duration, watching: Duration, now: Instant) {
        self.interval = interval
        self.watching = watching
        state = .waiting(until: now, last: nil)
    }

    /// Begins anew: the next look is due at once.
    mutating func restart(at now: Instant) { state = .waiting(until: now, last: nil) }

    /// When the next look is due; nil during one.
    var due: Instant? {
        switch state {
        case .looking: nil
        case .waiting(let due, _): due
        }
    }

    /// A look begins.
    mutating func begin() { state = .looking(again: nil) }

    /// The look has ended.
    mutating func end(_ ending: Ending, at now: Instant) {
        let pause: Duration =
            switch ending {
            case .quiet: interval
            case .underWay: watching
            case .concluded: .zero
            }
        var due = now + pause
        if case .looking(let again?) = state { due = min(due, again) }
        state = .waiting(until: due, last: now)
    }

    /// A look that is due is not allowed now.
    mutating func postpone(at now: Instant) {
        guard case .waiting(_, let last) = state else { return }
        state = .waiting(until: now + watching, last: last)
    }

    /// Takes in news: the next look is due soon. One after a sighting comes at once; changes of a workload, of which there may
    /// be many, cost a look now and then.
    mutating func take(_ news: News, at now: Instant) {
        let soon = now + Self.gathering
        switch state {
        case .looking(let again):
            let wanted = news == .sighting ? soon : now + spacing
            state = .looking(again: min(again ?? wanted, wanted))
        case .waiting(let due, let last):
            let wanted = news == .sighting ? soon : max(soon, last.map { $0 + spacing } ?? soon)
            state = .waiting(until: min(due, wanted), last: last)
        }
    }

    /// The least time between two looks because of changes.
    private var spacing: Duration { max(watching, interval / 6) }
}
