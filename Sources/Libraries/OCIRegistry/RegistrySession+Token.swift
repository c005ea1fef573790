// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects
import PlainText
import Waiting

/// How a call proves who it is: HTTP basic, or the bearer tokens of distribution's token specification.
extension RegistrySession {
    /// The `Authorization` header to begin with, out of what the registry wanted before; nil when nothing is known.
    func knownAuthorization(_ key: TokenStore.Key, _ origin: HTTPOrigin) async throws(RegistryError) -> String? {
        if case .registryToken(let token) = key.credential { return "Bearer \(token)" }
        if let token = client.tokens.token(for: key) { return "Bearer \(token)" }
        guard let challenge = client.tokens.challenge(of: origin.key) else { return nil }
        if challenge.scheme == .basic { return RegistrySession.basic(key.credential) }
        // The registry's own words were about another repository.
        let mine = RegistryChallenge(
            scheme: .bearer,
            parameters: challenge.parameters.merging(["scope": ownScope]) { $1 }
        )
        return "Bearer \(try await token(mine, key, origin))"
    }

    private var ownScope: String { "repository:\(image.repository):pull" }

    /// The header that answers a refusal; nil when there is none that was not refused already.
    func authorization(
        after challenges: [RegistryChallenge],
        refused: String?,
        _ key: TokenStore.Key,
        _ origin: HTTPOrigin
    ) async throws(RegistryError) -> String? {
        if case .registryToken = key.credential { return nil }
        if let refused, refused.hasPrefix("Bearer ") { client.tokens.drop(String(refused.dropFirst(7)), for: key) }
        guard let wanted = challenges.first(where: { $0.scheme == .bearer }) ?? challenges.first else {
            client.tokens.keep(nil, of: origin.key)
            return nil
        }
        if wanted.scheme == .basic {
            client.tokens.keep(wanted, of: origin.key)
            let header = RegistrySession.basic(key.credential)
            return header == refused ? nil : header
        }
        let token = try await token(wanted, key, origin)
        client.tokens.keep(wanted, of: origin.key)
        return "Bearer \(token)"
    }

    private static func basic(_ credential: RegistryCredential?) -> String? {
        switch credential {
        case .basic(let username, let password): basic(username, password)
        case .identityToken(let token, let username): basic(username.isEmpty ? "<token>" : username, token)
        case .registryToken, nil: nil
        }
    }

    private static func basic(_ username: String, _ password: String) -> String {
        let text = Base64.text(of: Array("\(username):\(password)".utf8))
        Redactor.shared.register(text)
        return "Basic \(text)"
    }

    /// A new token, asked for once for all calls that need it now.
    private func token(
        _ challenge: RegistryChallenge,
        _ key: TokenStore.Key,
        _ origin: HTTPOrigin
    ) async throws(RegistryError) -> String {
        do throws(RegistryError) {
            return try await client.tokenFlights.value(for: key) { () async throws(RegistryError) in
                // Another call's flight may have landed just before this one began.
                if let other = client.tokens.token(for: key) { return other }
                let (token, life) = try await fetchToken(challenge, key.credential, origin)
                Redactor.shared.register(shortLived: token)
                client.tokens.keep(token, for: key, life: life)
                return token
            }
        } catch {
            // The service may have moved: the next call asks the registry where it is. One that says no has not.
            if ![.denied, .cancelled, .rateLimited].contains(error.reason) { client.tokens.keep(nil, of: origin.key) }
            throw error
        }
    }

    private func fetchToken(
        _ challenge: RegistryChallenge,
        _ credential: RegistryCredential?,
        _ origin: HTTPOrigin
    ) async throws(RegistryError) -> (token: String, life: Duration) {
        guard let realm = challenge.parameters["realm"], !realm.isEmpty else {
            throw failure(.badAnswer, "it wants a token and does not say from where")
        }
        let service = try RegistryAddress.checked(realm, from: origin, what: "token realm", settings: client.settings)
        guard credential == nil || client.settings.mayHaveCredentials(service, of: origin) else {
            throw failure(
                .untrusted,
                "its token realm \(service.authority) is another port of the same host, which may be anybody's, so it gets no "
                    + "credential; if it is the registry's, name it in spec.images.registries of the project"
            )
        }
        var fields: [(String, String)] = []
        if let name = challenge.parameters["service"], !name.isEmpty { fields.append(("service", name)) }
        let scope = challenge.parameters["scope"] ?? ""
        let scopes = (scope.isEmpty ? ownScope : scope).split(separator: " ").prefix(8).map(String.init)
        if case .identityToken(let refresh, _) = credential {
            let form = [
                ("grant_type", "refresh_token"), ("client_id", "sternpost"), ("scope", scopes.joined(separator: " ")),
                ("refresh_token", refresh),
            ]
            let answer = try await exchange(
                "POST",
                realm,
                service,
                authorization: nil,
                form: RegistrySession.encoded(form + fields),
                isTokenRequest: true
            )
            if answer.status != 404, answer.status != 405 { return try readToken(answer, service) }
        }
        fields += scopes.map { ("scope", $0) }
        let query = RegistrySession.encoded(fields)
        let answer = try await exchange(
            "GET",
            "\(realm)\(realm.contains("?") ? "&" : "?")\(query)",
            service,
            authorization: RegistrySession.basic(credential),
            isTokenRequest: true
        )
        return try readToken(answer, service)
    }

    private static func encoded(_ fields: [(String, String)]) -> String {
        fields.map { "\($0.0)=\(Redactor.percentEncoded($0.1))" }.joined(separator: "&")
    }

    private func readToken(
        _ answer: HTTPResponse,
        _ service: HTTPOrigin
    ) throws(RegistryError) -> (token: String, life: Duration) {
        if [400, 401, 403].contains(answer.status) {
            let who = credential == nil ? "nobody without credentials" : "the credential of the pull Secrets"
            throw failure(
                .denied,
                "its token service \(service.authority) lets in not \(who) (\(answer.status)\(RegistryWords(answer).text)); "
                    + "check the image name and imagePullSecrets"
            )
        }
        guard answer.status == 200 else {
            throw failure(.badAnswer, "its token service \(service.authority) answers \(answer.status)")
        }
        let limits = JSONParser.Limits(maxDepth: 16, maxBytes: 256 << 10, maxValues: 10_000)
        let document = try? JSONParser.parse(answer.body, limits: limits)  // anything else holds no token
        let texts = [document?["token"]?.string, document?["access_token"]?.string]
        guard let token = texts.compactMap({ $0 }).first(where: { !$0.isEmpty }), token.utf8.count <= 64 << 10,
            token.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { throw failure(.badAnswer, "its token service \(service.authority) sends no token") }
        let seconds = document?["expires_in"]?.int.flatMap { $0 > 0 ? $0 : nil }
        return (token, seconds.map { .seconds(min($0, 86_400)) } ?? TokenStore.defaultLife)
    }
}
