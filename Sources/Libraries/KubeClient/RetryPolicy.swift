// SPDX-License-Identifier: Apache-2.0
import Waiting

/// Decides whether and when one request is sent again. Pure but for the jitter: time comes in from outside.
struct RetryPolicy {
    private let request: KubeRequest
    private let options: KubeClientOptions
    private var throttled = 0
    private var failed = 0
    private var timedOut = 0
    /// Whether an earlier sending may have had its effect although no answer came.
    private(set) var wasOutcomeUnknown = false

    private static let maxTimeoutRetries = 1

    init(request: KubeRequest, options: KubeClientOptions) {
        self.request = request
        self.options = options
    }

    /// How long to wait before the next sending; nil when there is to be none.
    mutating func delay(after error: KubeError, elapsed: Duration) -> Duration? {
        if error.isOutcomeUnknown { wasOutcomeUnknown = true }
        guard let wait = wait(after: error) else { return nil }
        return elapsed + wait <= min(options.retryBudget, request.patience?.retries ?? options.retryBudget) ? wait : nil
    }

    private mutating func wait(after error: KubeError) -> Duration? {
        let mayRepeat = request.safety != .once
        switch error.reason {
        case .tooManyRequests where mayRepeat || error.retryAfter != nil: return throttle(error)
        case .serverError where error.retryAfter != nil && (mayRepeat || error.statusCode == 503):
            return throttle(error)
        case .unreachable where mayRepeat || !error.isOutcomeUnknown, .serverError where mayRepeat,
            .protocolViolation where mayRepeat, .webhookFailed:
            failed += 1
            return failed <= options.maxFailureRetries ? backOff(failed) : nil
        case .timeout where mayRepeat || !error.isOutcomeUnknown:
            timedOut += 1
            return timedOut <= RetryPolicy.maxTimeoutRetries ? error.retryAfter ?? backOff(timedOut) : nil
        default: return nil
        }
    }

    /// The server said when to come back: then, plus jitter so that not all come at once.
    private mutating func throttle(_ error: KubeError) -> Duration? {
        throttled += 1
        guard throttled <= options.maxRetries else { return nil }
        guard let asked = error.retryAfter else { return backOff(throttled) }
        return asked + options.firstRetryDelay * Double.random(in: 0...1)
    }

    private func backOff(_ attempt: Int) -> Duration {
        RetryPolicy.backOff(attempt, options: options)
    }

    /// Doubles from the first delay up to the longest; half of it is random.
    static func backOff(_ attempt: Int, options: KubeClientOptions) -> Duration {
        let full = Backoff.doubled(options.firstRetryDelay, failures: attempt, atMost: options.maxRetryDelay)
        return full * Double.random(in: 0.5...1)
    }
}
