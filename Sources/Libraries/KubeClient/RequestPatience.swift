// SPDX-License-Identifier: Apache-2.0

/// How long a caller waits for a request, where that is less than the client's options give.
package struct RequestPatience: Sendable, Hashable {
    /// How long one sending may last.
    package let attempt: Duration
    /// For how long it is sent again, counted from the first.
    package let retries: Duration

    package init(attempt: Duration, retries: Duration) {
        self.attempt = attempt
        self.retries = retries
    }
}
