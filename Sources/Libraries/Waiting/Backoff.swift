// SPDX-License-Identifier: Apache-2.0

/// The pauses of a loop that checks until a condition holds: each longer than the one before, up to a longest, and none
/// that would last until the deadline.
package struct Backoff: Sendable, Hashable {
    /// How a pause ended.
    package enum Ending: Sendable, Hashable {
        /// It is time to check again.
        case over
        /// There was none: it would have lasted until the deadline or beyond.
        case late
        /// The task was cancelled.
        case cancelled
    }

    /// The length of the next pause.
    package private(set) var next: Duration
    private let factor: Double
    private let longest: Duration
    private let end: ContinuousClock.Instant?

    /// - Parameters:
    ///   - first: The first pause.
    ///   - factor: How many times as long each further one is.
    ///   - longest: The longest one.
    ///   - end: The deadline; nil when the caller has another rule for that.
    package init(
        from first: Duration = .milliseconds(50),
        times factor: Double = 2,
        atMost longest: Duration = .seconds(1),
        until end: ContinuousClock.Instant?
    ) {
        next = first
        self.factor = factor
        self.longest = longest
        self.end = end
    }

    /// Whether the next pause would last until the deadline or beyond.
    package func isLate(at now: ContinuousClock.Instant = .now) -> Bool {
        end.map { now + next >= $0 } ?? false
    }

    /// The length of the next pause, which counts as made, for a caller that sleeps by its own means.
    package mutating func take() -> Duration {
        defer { next = min(next * factor, longest) }
        return next
    }

    /// Sleeps until it is time to check again.
    package mutating func pause() async -> Ending {
        guard !isLate() else { return .late }
        // Sleep throws only when the task is cancelled.
        do { try await Task.sleep(for: take()) } catch { return .cancelled }
        return .over
    }

    /// How long to wait after so many failures in a row: `first` after one, twice as long after each further one.
    package static func doubled(_ first: Duration, failures: Int, atMost longest: Duration) -> Duration {
        min(first * (1 << min(max(failures - 1, 0), 20)), longest)
    }
}
