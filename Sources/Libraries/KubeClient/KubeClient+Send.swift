// SPDX-License-Identifier: Apache-2.0
import HTTPWire

extension KubeClient {
    /// Sends a request, again where that is safe and may help, until `read` accepts an answer.
    ///
    /// `read` gets answers with a 2xx status only; what it throws counts as a failure of the sending.
    func perform<Answer>(
        _ request: KubeRequest,
        _ read: (HTTPResponse) throws(KubeError) -> Answer
    ) async throws(KubeError) -> Answer {
        var policy = RetryPolicy(request: request, options: options)
        return try await perform(request, &policy, read)
    }

    /// As above, with the policy as a parameter, for callers that read afterwards what happened.
    func perform<Answer>(
        _ request: KubeRequest,
        _ policy: inout RetryPolicy,
        _ read: (HTTPResponse) throws(KubeError) -> Answer
    ) async throws(KubeError) -> Answer {
        let start = ContinuousClock.now
        var mayRefresh = true
        while true {
            let credential = try await credentials.current()
            do throws(KubeError) {
                let answer = try await exchange(request, credential)
                guard (200..<300).contains(answer.status) else { throw KubeError(answer: answer, to: request) }
                return try read(answer)
            } catch {
                if error.reason == .unauthorized, mayRefresh, await credentials.invalidate(credential) {
                    mayRefresh = false
                } else {
                    guard let wait = policy.delay(after: error, elapsed: .now - start) else {
                        throw policy.wasOutcomeUnknown ? error.withUnknownOutcome() : error
                    }
                    try await pause(wait, before: request, isOutcomeUnknown: policy.wasOutcomeUnknown)
                }
                countRetry()
            }
        }
    }

    /// Sends a request once, when the throttle allows it. After a 429 the client sends fewer at a time.
    private func exchange(_ request: KubeRequest, _ credential: Credential) async throws(KubeError) -> HTTPResponse {
        let pass = await throttle.enter()
        do throws(HTTPError) {
            let answer = try await wire.send(httpRequest(request, credential))
            countRequest()
            throttle.leave(pass, answer.status == 429 ? .tooMany : answer.status < 500 ? .good : .other)
            return answer
        } catch {
            if error.reason != .withheld { countRequest() }
            throttle.leave(pass, .other)
            throw KubeError(error, to: request)
        }
    }

    func pause(_ wait: Duration, before request: KubeRequest, isOutcomeUnknown: Bool = false) async throws(KubeError) {
        do { try await Task.sleep(for: wait) } catch {
            throw KubeError(
                reason: .cancelled,
                message: "cancelled",
                request: request.display,
                isOutcomeUnknown: isOutcomeUnknown
            )
        }
    }

    /// The request as it goes over the wire.
    func httpRequest(_ request: KubeRequest, _ credential: Credential) -> HTTPRequest {
        var headers = [HTTPHeader("Accept", request.accept), HTTPHeader("User-Agent", options.userAgent)]
        if let type = request.contentType { headers.append(HTTPHeader("Content-Type", type)) }
        if let authorization = credential.authorization { headers.append(HTTPHeader("Authorization", authorization)) }
        headers += configuration.impersonation
        var security = configuration.security
        security.identity = credential.identity
        let total = min(options.requestDeadline, request.patience?.attempt ?? options.requestDeadline)
        var sent = HTTPRequest(
            method: request.method,
            url: configuration.server + request.target,
            headers: headers,
            body: request.body,
            security: security,
            proxy: configuration.proxy,
            deadlines: HTTPDeadlines(connect: options.connectDeadline, total: total),
            maxBodyBytes: options.maxBodyBytes,
            version: options.httpVersion,
            // Each sending of a write asks the write gate; libcurl's own repetition would not.
            mayBeResent: request.safety == .read
        )
        sent.lane = options.lane
        sent.sender = ObjectIdentifier(throttle)
        if request.safety != .read { sent.gate = writeGate }
        return sent
    }
}
