// SPDX-License-Identifier: Apache-2.0

/// Why a request got no (whole) answer. An answer with any status is not an error here.
package struct HTTPError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What went wrong.
    package enum Reason: Sendable, Hashable {
        /// The task was cancelled or the wire closed.
        case cancelled
        /// The name has no address.
        case nameResolution
        /// No process listens there, or there is no route.
        case connect
        /// The name leads to an address that the request avoids.
        case refusedAddress
        /// The proxy refused or did not answer.
        case proxy
        /// The server's certificate is not trusted, or carries another name, or the handshake failed.
        case tls
        /// One of ``HTTPDeadlines`` passed.
        case timeout
        /// The connection ended before the answer was whole.
        case connectionLost
        /// The answer is longer than ``HTTPRequest/maxBodyBytes``.
        case tooLarge
        /// What came is not HTTP.
        case malformedAnswer
        /// The request itself cannot be sent: a bad URL or a certificate that cannot be read.
        case badRequest
        /// ``HTTPRequest/gate`` gave a reason not to send it; the reason is the message.
        case withheld
    }

    package let reason: Reason
    /// One line for people: what, where, why. May hold text from outside; the caller redacts it.
    package let message: String
    /// Whether the whole request may have reached the server, so that a write may have happened.
    package let mayHaveBeenSent: Bool

    package init(reason: Reason, message: String, mayHaveBeenSent: Bool) {
        self.reason = reason
        self.message = message
        self.mayHaveBeenSent = mayHaveBeenSent
    }

    package var description: String { message }
}
