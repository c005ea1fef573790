// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import Synchronization
import Waiting

/// Reads tags of image registries (OCI distribution-spec v1.1; Docker's registry API v2).
///
/// Each registry has a budget of its own: so many calls at a time, and none for a while after it failed or asked for
/// fewer. Tokens are kept and shared. For many callers at once.
package final class RegistryClient: Sendable {
    let wire: HTTPWire
    let settings: RegistrySettings
    let clock: RegistryClock
    let gate: RegistryGate
    let tokens: TokenStore
    let tokenFlights = SingleFlight<TokenStore.Key, String, RegistryError>(cancelled: RegistryClient.cancelled)
    let reads = SingleFlight<ReadKey, TagReading, RegistryError>(cancelled: RegistryClient.cancelled)
    private static let cancelled = RegistryError(reason: .cancelled, message: "cancelled")
    private let state = Mutex(State())

    /// What makes two readings the same work.
    struct ReadKey: Sendable, Hashable {
        let image: ImageReference
        let known: TagReading?
        let credentials: [RegistryCredential]
    }

    private struct State: Sendable {
        var statistics = RegistryStatistics()
        /// Which of http and https worked, for hosts where both are tried.
        var schemes: [String: String] = [:]
        /// The place in the list of the credential that worked last, by host and repository.
        var preferred: [String: RegistryCredential?] = [:]
    }

    private static let maxRemembered = 4096

    /// A client that knows nothing yet. It keeps what it learns: make one for the process.
    package init(wire: HTTPWire, settings: RegistrySettings = RegistrySettings(), clock: RegistryClock = .system) {
        self.wire = wire
        self.settings = settings
        self.clock = clock
        gate = RegistryGate(settings: settings, clock: clock)
        tokens = TokenStore(clock: clock)
    }

    /// How many requests were sent so far.
    package var statistics: RegistryStatistics { state.withLock { $0.statistics } }

    func count(_ method: String, isTokenRequest: Bool, host: String) {
        state.withLock { state in
            if state.statistics.byRegistry.count >= RegistryClient.maxRemembered,
                state.statistics.byRegistry[host] == nil
            {
                return
            }
            var counts = state.statistics.byRegistry[host] ?? RegistryStatistics.Counts()
            if isTokenRequest {
                counts.tokens += 1
            } else if method == "HEAD" {
                counts.heads += 1
            } else {
                counts.gets += 1
            }
            state.statistics.byRegistry[host] = counts
        }
    }

    /// The schemes to try, the one that worked last alone.
    func schemes(for registry: String) -> [String] {
        let all = settings.schemes(for: registry)
        guard all.count > 1, let known = state.withLock({ $0.schemes[registry] }) else { return all }
        return [known]
    }

    /// Notes what any answer of a registry tells: that its scheme works, and what is left of its allowance.
    func learn(from answer: HTTPResponse, origin: HTTPOrigin, session: RegistrySession) {
        if origin.authority == session.host, !(origin.scheme == "http" && answer.status == 400),
            settings.schemes(for: session.image.registry).count > 1
        {
            state.withLock { state in
                if state.schemes.count >= RegistryClient.maxRemembered { state.schemes = [:] }
                state.schemes[session.image.registry] = origin.scheme
            }
        }
        let header = answer.head.header
        if let limit = RateLimit(limit: header("ratelimit-limit"), remaining: header("ratelimit-remaining")),
            limit.remaining == 0
        {
            gate.noteExhausted(limit, by: session.host)
        }
    }

    /// Forgets which scheme worked: the server may have been set up anew.
    func forgetScheme(of registry: String) { state.withLock { $0.schemes[registry] = nil } }

    /// The credentials to try, the one that worked last first; anonymous is always among them, last unless it worked.
    func candidates(_ image: ImageReference, _ keyring: RegistryKeyring) -> [RegistryCredential?] {
        let all: [RegistryCredential?] = keyring.credentials(for: image) + [nil]
        guard let preferred = state.withLock({ $0.preferred[image.name] }), all.contains(preferred) else { return all }
        return [preferred] + all.filter { $0 != preferred }
    }

    func prefer(_ credential: RegistryCredential?, for image: ImageReference) {
        state.withLock { state in
            if state.preferred.count >= RegistryClient.maxRemembered { state.preferred = [:] }
            state.preferred[image.name] = .some(credential)
        }
    }
}
