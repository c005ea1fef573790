// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeObjects
import PlainText
import Waiting

/// The credential of one request.
struct Credential: Sendable {
    /// The value of the `Authorization` header.
    var authorization: String?
    var identity: HTTPSecurity.Identity?
    /// Counts renewals, so that of many requests refused at once only the first asks for a new one.
    var generation = 0
}

/// Keeps the credentials of one client fresh: reads token files again, runs plug-ins when their answer expires, and reads the
/// kubeconfig again when they are refused.
actor CredentialSource {
    /// A token file is read again after this long: kubelet renews it well before it expires.
    private static let tokenFileAge: Duration = .seconds(60)

    /// Who is refused for another reason is not to read files at every request.
    private static let renewalPause: Duration = .seconds(5)

    private let configuration: KubeConfiguration
    private let redactor: Redactor
    private let renewal: KubeClient.Renewal?
    private let renewalLimit: Duration
    private var nextRenewal = ContinuousClock.now
    /// Since when the settings are being read; nil when they are not.
    private var renewalStart: ContinuousClock.Instant?
    private var kind: KubeCredentials
    private var identity: HTTPSecurity.Identity?
    private var cached: Credential?
    private var goodUntil: Expiry = .never
    private var generation = 0
    private let plugins = SingleFlight<ExecPlugin, ExecPlugin.Answer, KubeError>(cancelled: CredentialSource.cancelled)
    /// A file system that hangs keeps one thread, and not another one for each refusal.
    private let renewals = SingleFlight<String, Void, KubeError>(
        cancelled: CredentialSource.cancelled,
        outlivesWaiters: true
    )
    private static let cancelled = KubeError(reason: .cancelled, message: "cancelled")

    private enum Expiry {
        case never
        case instant(ContinuousClock.Instant)
        case date(Date)

        var isOver: Bool {
            switch self {
            case .never: false
            case .instant(let instant): ContinuousClock.now >= instant
            case .date(let date): Date.now >= date
            }
        }
    }

    /// - Parameters:
    ///   - configuration: How the server is told who asks.
    ///   - redactor: Learns each token and password.
    ///   - renewal: Reads the settings anew after a refusal.
    ///   - renewalLimit: So long after a reading has begun nobody waits for it any more.
    init(
        _ configuration: KubeConfiguration,
        redactor: Redactor,
        renewal: KubeClient.Renewal?,
        renewalLimit: Duration = .seconds(10)
    ) {
        self.configuration = configuration
        self.redactor = redactor
        self.renewal = renewal
        self.renewalLimit = renewalLimit
        kind = configuration.credentials
        identity = configuration.identity
        CredentialSource.register(configuration.credentials, with: redactor)
    }

    private static func register(_ kind: KubeCredentials, with redactor: Redactor) {
        switch kind {
        case .token(let token): redactor.register(token)
        case .basic(_, let password): redactor.register(password)
        case .none, .tokenFile, .plugin: break
        }
    }

    /// The credential to send now.
    func current() async throws(KubeError) -> Credential {
        if let cached, !goodUntil.isOver { return cached }
        switch kind {
        case .none: return keep(nil, until: .never)
        case .token(let token): return keep("Bearer \(token)", until: .never)
        case .basic(let user, let password):
            return keep("Basic \(Base64.text(of: Array("\(user):\(password)".utf8)))", until: .never)
        case .tokenFile(let path): return try readToken(path)
        case .plugin(let plugin): return try await run(plugin)
        }
    }

    /// Notes that the server refused a credential. False when there is no way to get another one.
    func invalidate(_ refused: Credential) async -> Bool {
        // Another request was refused as well, and there is another credential since.
        guard refused.generation == generation else { return true }
        await renew()
        guard refused.generation == generation else { return true }
        switch kind {
        case .none, .token, .basic: return false
        case .tokenFile, .plugin:
            cached = nil
            return true
        }
    }

    /// How many requests wait for the settings to be read anew.
    var renewalWaiterCount: Int { renewals.waiterCount(for: configuration.contextName) }

    /// Reads the settings anew, once for all requests that are refused meanwhile, unless that was lately. A reading that
    /// takes too long goes on, but nobody waits for it; nor does a task that is cancelled.
    private func renew() async {
        guard let renewal else { return }
        let end = (renewalStart ?? ContinuousClock.now) + renewalLimit
        guard ContinuousClock.now < end else { return }
        let renewals = renewals
        let name = configuration.contextName
        await withTaskGroup(of: Void.self) { group in
            // It throws when the time is over; then the credential in hand is all there is.
            group.addTask { try? await renewals.value(for: name) { await self.read(renewal) } }
            group.addTask { try? await Task.sleep(until: end) }
            await group.next()
            group.cancelAll()
        }
    }

    /// Reads the settings and takes their credentials, also when nobody waits for them any more.
    private func read(_ renewal: KubeClient.Renewal) async {
        guard ContinuousClock.now >= nextRenewal else { return }
        nextRenewal = .now + CredentialSource.renewalPause
        renewalStart = .now
        let fresh = await renewal()
        renewalStart = nil
        if let fresh { take(fresh) }
    }

    /// Takes credentials from settings that were read anew, if they are others, and those of the same user of the same
    /// server.
    private func take(_ fresh: KubeConfiguration) {
        guard fresh.server == configuration.server, fresh.contextName == configuration.contextName,
            fresh.impersonation == configuration.impersonation,
            fresh.credentials != kind || fresh.identity != identity
        else { return }
        CredentialSource.register(fresh.credentials, with: redactor)
        kind = fresh.credentials
        identity = fresh.identity
        cached = nil
        generation += 1
    }

    private func keep(
        _ authorization: String?,
        identity: HTTPSecurity.Identity? = nil,
        until expiry: Expiry
    ) -> Credential {
        generation += 1
        let fresh = Credential(
            authorization: authorization,
            identity: identity ?? self.identity,
            generation: generation
        )
        cached = fresh
        goodUntil = expiry
        return fresh
    }

    private func readToken(_ path: String) throws(KubeError) -> Credential {
        let expiry = Expiry.instant(.now + CredentialSource.tokenFileAge)
        do throws(KubeError) {
            let bytes = try KubeconfigFile.bytes(of: path, for: "token file")
            let token = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            guard !token.isEmpty else {
                throw KubeError(reason: .configuration, message: "token file: \(path) holds no token")
            }
            redactor.register(token)
            return keep("Bearer \(token)", until: expiry)
        } catch {
            // The file is being replaced, perhaps: the token in hand may still be good.
            guard let cached else { throw error }
            goodUntil = expiry
            return cached
        }
    }

    /// Runs the plug-in once for all requests that wait for it.
    private func run(_ plugin: ExecPlugin) async throws(KubeError) -> Credential {
        let result: Result<ExecPlugin.Answer, KubeError>
        do throws(KubeError) {
            result = .success(
                try await plugins.value(for: plugin) { () async throws(KubeError) in try await plugin.run() }
            )
        } catch {
            guard error.reason != .cancelled else { throw error }
            result = .failure(error)
        }
        // Its user is not the one of the settings any more.
        guard kind == .plugin(plugin) else { return try await current() }
        let answer = try result.get()
        // Another request that waited for it has taken it.
        if let cached, !goodUntil.isOver { return cached }
        return take(answer)
    }

    private func take(_ answer: ExecPlugin.Answer) -> Credential {
        if let token = answer.token { redactor.register(token) }
        return keep(
            answer.token.map { "Bearer \($0)" },
            identity: answer.identity,
            until: answer.expiry.map(Expiry.date) ?? .never
        )
    }
}
