// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeObjects

/// One call to one registry: its requests one after the other, with one credential, before one deadline.
struct RegistrySession: Sendable {
    let client: RegistryClient
    /// The image as this registry or mirror holds it.
    let image: ImageReference
    let credential: RegistryCredential?
    let deadline: ContinuousClock.Instant

    private static let maxRedirects = 3

    /// The host that is asked, for people and for counting.
    var host: String { RegistrySettings.apiHost(of: image.registry) }

    /// Asks for a manifest by tag or digest; follows redirects and authenticates.
    ///
    /// - Returns: The last answer, of any status but 401, 403, 429 and those above 500 but 501.
    func send(_ method: String, _ reference: String) async throws(RegistryError) -> HTTPResponse {
        let path = "/v2/\(image.repository)/manifests/\(reference)"
        let schemes = client.schemes(for: image.registry)
        do throws(RegistryError) {
            return try await follow(method, "\(schemes[0])://\(host)\(path)")
        } catch  where schemes.count > 1 && (error.reason == .tls || error.reason == .unreachable) {
            let plain: HTTPResponse
            do throws(RegistryError) {
                plain = try await follow(method, "http://\(host)\(path)")
            } catch  where error.reason == .unreachable {
                throw afterBoth(error)
            }
            // What TLS servers answer to plain http: the certificate was the problem.
            guard plain.status != 400 else { throw error }
            return plain
        }
    }

    /// Neither scheme works: says so of both.
    private func afterBoth(_ error: RegistryError) -> RegistryError {
        RegistryError(reason: error.reason, message: "\(error.message) (https was tried first)")
    }

    private func follow(_ method: String, _ first: String) async throws(RegistryError) -> HTTPResponse {
        var url = first
        guard let start = HTTPOrigin(url: first) else {
            throw RegistryError(reason: .configuration, message: "\(host) is no host name; check the image name")
        }
        var origin = start
        for hop in 0...RegistrySession.maxRedirects {
            // Credentials never leave the server that they were meant for.
            let answer = try await authenticated(method, url, origin, origin.key == start.key ? credential : nil)
            guard [301, 302, 303, 307, 308].contains(answer.status) else { return answer }
            guard hop < RegistrySession.maxRedirects else { break }
            guard let location = answer.head.header("location"), !location.isEmpty else {
                throw failure(.badAnswer, "it redirects without saying where")
            }
            url =
                location.hasPrefix("/") && !location.hasPrefix("//")
                ? "\(origin.scheme)://\(origin.authority)\(location)" : location
            origin = try RegistryAddress.checked(url, from: origin, what: "redirect", settings: client.settings)
        }
        throw failure(.badAnswer, "it redirects more than \(RegistrySession.maxRedirects) times")
    }

    /// Sends a request with the authorization that is known; after a refusal, once more with what the refusal asks for.
    private func authenticated(
        _ method: String,
        _ url: String,
        _ origin: HTTPOrigin,
        _ credential: RegistryCredential?
    ) async throws(RegistryError) -> HTTPResponse {
        let key = TokenStore.Key(origin: origin.key, repository: image.repository, credential: credential)
        let first = try await knownAuthorization(key, origin)
        let answer = try await exchange(method, url, origin, authorization: first)
        guard answer.status == 401 else { return try allowed(answer) }
        let challenges = RegistryChallenge.parse(answer.head.values(of: "www-authenticate"))
        guard let second = try await authorization(after: challenges, refused: first, key, origin) else {
            throw refusal(answer)
        }
        let retried = try await exchange(method, url, origin, authorization: second)
        if retried.status == 401 {
            if second.hasPrefix("Bearer ") { client.tokens.drop(String(second.dropFirst(7)), for: key) }
            throw refusal(retried)
        }
        return try allowed(retried)
    }

    private func allowed(_ answer: HTTPResponse) throws(RegistryError) -> HTTPResponse {
        guard answer.status == 403 else { return answer }
        throw refusal(answer)
    }

    private func refusal(_ answer: HTTPResponse) -> RegistryError {
        let who = credential == nil ? "without credentials" : "with a credential of the pull Secrets"
        return failure(
            .denied,
            "it refuses to show it \(who) (\(answer.status)\(RegistryWords(answer).text)); "
                + "check the image name and imagePullSecrets"
        )
    }

    /// One request and its answer. Counts it, notes what it tells of the registry, and turns failures into errors.
    func exchange(
        _ method: String,
        _ url: String,
        _ origin: HTTPOrigin,
        authorization: String?,
        form: String? = nil,
        isTokenRequest: Bool = false
    ) async throws(RegistryError) -> HTTPResponse {
        let left = ContinuousClock.now.duration(to: deadline)
        guard left > .zero else { throw failure(.timeout, "it was too slow; is it overloaded?") }
        var headers = [HTTPHeader("User-Agent", "sternpost")]
        if !isTokenRequest { headers.append(HTTPHeader("Accept", ImageManifest.acceptedTypes.joined(separator: ", "))) }
        if let authorization { headers.append(HTTPHeader("Authorization", authorization)) }
        if form != nil { headers.append(HTTPHeader("Content-Type", "application/x-www-form-urlencoded")) }
        let isNamed = client.settings.mayAskThisMachine(origin, for: image.registry)
        guard isNamed || !RegistryAddress.isOfThisMachine(origin.host) else { throw unnamed(origin) }
        var request = HTTPRequest(
            method: method,
            url: url,
            headers: headers,
            body: form.map { Array($0.utf8) },
            security: client.settings.security(for: origin, registry: image.registry),
            proxy: .fromEnvironment(for: url, environment: client.settings.proxyEnvironment),
            deadlines: HTTPDeadlines(connect: min(client.settings.connectDeadline, left), total: left),
            maxBodyBytes: isTokenRequest ? 256 << 10 : ImageManifest.maxBytes,
            // A request for a token changes nothing, so it may be sent again when a kept connection turns out to be dead.
            mayBeResent: true
        )
        request.avoidsThisMachine = !isNamed
        client.count(method, isTokenRequest: isTokenRequest, host: host)
        let answer: HTTPResponse
        do throws(HTTPError) {
            answer = try await client.wire.send(request)
        } catch {
            throw failure(error, at: origin)
        }
        if !isTokenRequest { client.learn(from: answer, origin: origin, session: self) }
        try refuseFailure(answer, origin)
        return answer
    }

    private func refuseFailure(_ answer: HTTPResponse, _ origin: HTTPOrigin) throws(RegistryError) {
        let isLimit = answer.status == 429
        guard isLimit || answer.status >= 500 && answer.status != 501 else { return }
        let pause = RetryAfter.read(answer.head.header("retry-after"), now: client.clock.date())
        let what = isLimit ? "wants fewer requests" : "failed"
        throw failure(
            isLimit ? .rateLimited : .serverError,
            "\(origin.authority) \(what) (\(answer.status)\(RegistryWords(answer).text)); it is asked again later",
            retryAfter: pause
        )
    }

    /// An error about this image at this registry.
    func failure(_ reason: RegistryError.Reason, _ why: String, retryAfter: Duration? = nil) -> RegistryError {
        RegistryError(reason: reason, message: "cannot read \(image) from \(host): \(why)", retryAfter: retryAfter)
    }

    /// The text of an image is a committer's, who must not make us ask around inside.
    private func unnamed(_ origin: HTTPOrigin) -> RegistryError {
        failure(
            .untrusted,
            "\(origin.authority) is this machine, its link or a cloud's metadata service, which an image's name may not lead "
                + "to; if it is a registry, name it in spec.images.registries of the project"
        )
    }

    private func failure(_ error: HTTPError, at origin: HTTPOrigin) -> RegistryError {
        if error.reason == .refusedAddress { return unnamed(origin) }
        let reason: RegistryError.Reason =
            switch error.reason {
            // Requests to registries have no gate.
            case .cancelled, .withheld: .cancelled
            case .timeout: .timeout
            case .tls: .tls
            case .tooLarge: .tooLarge
            case .badRequest: .configuration
            case .refusedAddress: .untrusted
            case .nameResolution, .connect, .proxy, .connectionLost, .malformedAnswer: .unreachable
            }
        return failure(reason, error.message)
    }
}

/// The first of a registry's own words for an error (distribution-spec, "Error Codes").
struct RegistryWords: Sendable {
    /// `MANIFEST_UNKNOWN`; empty when there is none.
    let code: String
    private let message: String

    private static let limits = JSONParser.Limits(maxDepth: 16, maxBytes: 64 << 10, maxValues: 1000)

    init(_ answer: HTTPResponse) {
        let document = try? JSONParser.parse(answer.body, limits: RegistryWords.limits)  // anything else is no words
        let first = document?["errors"]?.array?.first
        code = OutsideText.oneLine(first?["code"]?.string ?? "", limit: 64)
        message = OutsideText.oneLine(first?["message"]?.string ?? document?["details"]?.string ?? "", limit: 200)
    }

    /// `: CODE: message`, or empty.
    var text: String { [code, message].filter { !$0.isEmpty }.map { ": \($0)" }.joined() }
}
