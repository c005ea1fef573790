// SPDX-License-Identifier: Apache-2.0

/// How many requests were sent, since the client was made. A try that got no connection counts.
package struct RegistryStatistics: Sendable, Hashable {
    /// The requests for one registry, those to its token service and to where it redirects included.
    package struct Counts: Sendable, Hashable {
        /// HEAD requests for manifests.
        package var heads = 0
        /// GET requests for manifests.
        package var gets = 0
        /// Requests to a token service.
        package var tokens = 0

        /// No request yet.
        package init() {}

        /// All kinds together.
        package var total: Int { heads + gets + tokens }
    }

    /// By the host that was asked: `registry-1.docker.io`, `127.0.0.1:5000`.
    package internal(set) var byRegistry: [String: Counts] = [:]

    /// No request yet.
    package init() {}

    /// All of them.
    package var total: Int { byRegistry.values.reduce(0) { $0 + $1.total } }
}
