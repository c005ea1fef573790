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
    let options: KubeClientOptions
    let credentials: CredentialSource
    private let requests = Atomic(0)
    private let retries = Atomic(0)

    package init(configuration: KubeConfiguration, wire: HTTPWire, options: KubeClientOptions = .init()) {
        self.configuration = configuration
        self.wire = wire
        self.options = options
        credentials = CredentialSource(configuration.credentials, identity: configuration.identity)
    }

    /// Requests sent (each retry counts again) and retries among them, since the start.
    package var statistics: (requests: Int, retries: Int) {
        (requests.load(ordering: .relaxed), retries.load(ordering: .relaxed))
    }

    func countRequest() { requests.add(1, ordering: .relaxed) }
    func countRetry() { retries.add(1, ordering: .relaxed) }
}
