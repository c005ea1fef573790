// SPDX-License-Identifier: Apache-2.0

/// How long a lease lasts, and how often its holder renews it.
package struct LeaseTiming: Sendable, Hashable {
    /// Whole seconds: the record in the cluster holds no parts of one. Others take over when they have seen no renewal
    /// for this long.
    package let duration: Duration
    /// The holder writes nothing any more when its last successful renewal was begun longer ago. The difference to
    /// `duration` is the time that a request under way has before somebody else may write.
    package let renewDeadline: Duration
    /// Between two renewals, and between two readings while standing by; up to a fifth is added at random.
    package let retryPeriod: Duration

    /// The durations of Kubernetes' own controllers, but for a calmer period: there is one lease a project.
    package static let standard = LeaseTiming(seconds: 15, renewDeadline: .seconds(10), retryPeriod: .seconds(3))

    private init(seconds: Int64, renewDeadline: Duration, retryPeriod: Duration) {
        duration = .seconds(seconds)
        self.renewDeadline = renewDeadline
        self.retryPeriod = retryPeriod
    }

    /// Checks the durations against each other.
    ///
    /// - Throws: ``ConfigurationError`` unless duration > deadline > 1.2 × period > 0 and the duration is whole seconds.
    package init(duration: Duration, renewDeadline: Duration, retryPeriod: Duration) throws(ConfigurationError) {
        let seconds = duration.components.seconds
        guard seconds >= 1, duration == .seconds(seconds), seconds <= LeaseTiming.longestSeconds else {
            throw ConfigurationError("a lease lasts whole seconds, from 1 to \(LeaseTiming.longestSeconds)")
        }
        guard duration > renewDeadline, retryPeriod > .zero, renewDeadline > retryPeriod * 1.2 else {
            throw ConfigurationError(
                "the lease's duration (\(duration)) must be above its renew deadline (\(renewDeadline)), and that above"
                    + " 1.2 times its retry period (\(retryPeriod))"
            )
        }
        self.init(seconds: seconds, renewDeadline: renewDeadline, retryPeriod: retryPeriod)
    }

    /// The longest duration that is accepted from a record.
    static let longestSeconds: Int64 = 3600

    /// The time to the next renewal or reading.
    var nextPeriod: Duration { retryPeriod * Double.random(in: 1...1.2) }
}
