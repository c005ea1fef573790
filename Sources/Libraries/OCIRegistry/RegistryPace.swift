// SPDX-License-Identifier: Apache-2.0
import Waiting

/// When one registry may be asked again. Pure but for chance: the time comes in from outside.
struct RegistryPace: Sendable {
    /// How a call ended, as far as the pace cares.
    enum Ending: Sendable, Hashable {
        /// The registry works, whatever it answered.
        case good
        /// 429, 5xx or no answer; with the pause that it asked for.
        case failed(retryAfter: Duration?)
        /// The caller went away; nothing was learnt.
        case unknown
    }

    /// The longest pause that a registry may ask for.
    static let longestAsked: Duration = .seconds(6 * 3600)

    private(set) var closedUntil: ContinuousClock.Instant?
    /// Failures in a row; calls that were on their way when one was counted do not count again.
    private(set) var failures = 0

    /// Notes how a call ended.
    ///
    /// - Parameters:
    ///   - ending: The end.
    ///   - failuresAtStart: ``failures`` when the call began.
    ///   - now: The present.
    ///   - settings: The lengths of pauses.
    mutating func note(
        _ ending: Ending,
        failuresAtStart: Int,
        now: ContinuousClock.Instant,
        settings: RegistrySettings
    ) {
        switch ending {
        case .unknown: break
        case .good: failures = 0
        case .failed(let asked):
            if failures == failuresAtStart { failures += 1 }
            let pause = asked.map { min(max($0, .seconds(1)), RegistryPace.longestAsked) } ?? ownPause(settings)
            close(until: now.advanced(by: pause))
        }
    }

    /// Notes that the allowance is used up: what is left of the window is spread over its requests.
    mutating func noteExhausted(_ limit: RateLimit, now: ContinuousClock.Instant, settings: RegistrySettings) {
        let share = limit.window / max(1, limit.allowance ?? 100)
        close(until: now.advanced(by: min(max(share, settings.firstPause), settings.longestPause)))
    }

    private mutating func close(until instant: ContinuousClock.Instant) {
        closedUntil = max(closedUntil ?? instant, instant)
    }

    /// Doubles with each failure, give or take a fifth.
    private func ownPause(_ settings: RegistrySettings) -> Duration {
        let pause = Backoff.doubled(settings.firstPause, failures: failures, atMost: settings.longestPause)
        return pause * Double.random(in: 0.8...1.2)
    }

    /// Until when nothing may be sent; nil when it is open.
    func closed(at now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        closedUntil.flatMap { $0 > now ? $0 : nil }
    }
}

/// What Docker Hub says of its allowance: `ratelimit-limit: 100;w=21600`, `ratelimit-remaining: 0;w=21600`.
struct RateLimit: Sendable, Hashable {
    /// Requests in a window, if the registry reports them.
    let allowance: Int?
    let remaining: Int
    /// The length of the window, at most a day.
    let window: Duration

    /// Nil when the headers do not say what remains.
    init?(limit: String?, remaining: String?) {
        guard let remaining, let (left, window) = RateLimit.read(remaining) else { return nil }
        self.remaining = left
        let told = limit.flatMap(RateLimit.read)
        allowance = told?.count
        self.window = .seconds(min(window ?? told?.window ?? 3600, 86_400))
    }

    private static func read(_ text: String) -> (count: Int, window: Int?)? {
        let parts = text.prefix(100).split(separator: ";").map { $0.filter { $0 != " " } }
        guard let first = parts.first, let count = Int(first), count >= 0 else { return nil }
        let window = parts.dropFirst().first { $0.hasPrefix("w=") }.flatMap { Int($0.dropFirst(2)) }
        return (count, window.flatMap { $0 > 0 ? $0 : nil })
    }
}
