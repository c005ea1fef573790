// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects
import Synchronization

/// One API server, as one user. Every function returns a complete, checked answer or throws; none returns a part.
///
/// Reads are sent again after transport failures, 429 and 5xx; writes only when that cannot do harm (see ``RetryPolicy``).
package final class KubeClient: Sendable {
    package let configuration: KubeConfiguration
    let wire: HTTPWire
    package let options: KubeClientOptions
    /// Learns the values of each Secret that is sent, and whatever else must not be shown.
    package let redactor: Redactor
    let credentials: CredentialSource
    /// Each client has its own, so that a lease is renewed while the writes of a pass are refused.
    let throttle = RequestThrottle()
    let writeGate: WriteGate?
    private let counters: RequestCounters

    /// Says why writes may not be sent now; nil while they may.
    package typealias WriteGate = HTTPRequest.Gate

    /// Reads the settings of a client anew, for when the server refuses its credentials; nil when they cannot be read. Waits
    /// for the disk on a thread of its own.
    package typealias Renewal = @Sendable () async -> KubeConfiguration?

    /// A client with connections of its own.
    ///
    /// - Parameters:
    ///   - configuration: The server and the user.
    ///   - wire: The connections.
    ///   - options: Deadlines and limits.
    ///   - redactor: Learns the credentials, and masks what the server says.
    ///   - renewal: Called after a refusal, at most once in some seconds. Only the credentials are taken, and only of the
    ///     same context, server and impersonation. Nil when they never change.
    package init(
        configuration: KubeConfiguration,
        wire: HTTPWire,
        options: KubeClientOptions = .init(),
        redactor: Redactor = .shared,
        renewal: Renewal? = nil
    ) {
        self.configuration = configuration
        self.wire = wire
        self.options = options
        self.redactor = redactor
        credentials = CredentialSource(configuration, redactor: redactor, renewal: renewal)
        writeGate = nil
        counters = RequestCounters()
    }

    /// The same server and user, over the same connections and with the same counts, with other options.
    ///
    /// - Parameters:
    ///   - other: The client to share with.
    ///   - options: Its deadlines and limits; nil for those of the other client.
    ///   - writeGate: Asked each time a write is sent, when it has waited for its turn and has a connection, also when
    ///     it is sent again after a failure. While it gives a reason, nothing is sent, and the write fails with
    ///     `withheld`.
    package init(sharing other: KubeClient, options: KubeClientOptions? = nil, writeGate: WriteGate? = nil) {
        configuration = other.configuration
        wire = other.wire
        self.options = options ?? other.options
        redactor = other.redactor
        credentials = other.credentials
        self.writeGate = writeGate
        counters = other.counters
    }

    /// Requests sent (each retry counts again) and retries among them, since the start.
    package var statistics: (requests: Int, retries: Int) {
        (counters.requests.load(ordering: .relaxed), counters.retries.load(ordering: .relaxed))
    }

    func countRequest() { counters.requests.add(1, ordering: .relaxed) }
    func countRetry() { counters.retries.add(1, ordering: .relaxed) }
}

private final class RequestCounters: Sendable {
    let requests = Atomic(0)
    let retries = Atomic(0)
}
