// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeClient
import KubeObjects
import TestKit
import Testing

/// What is sent again, how often, and what is not.
@Suite(.timeLimit(.minutes(1)))
struct RetryTests {
    /// The kinds of request that differ in what a second sending does.
    enum Call: String, CaseIterable {
        case get, apply, create, patch, delete
    }

    private func call(_ call: Call, _ client: KubeClient) async -> KubeError? {
        await kubeError { () async throws(KubeError) in
            guard let object = try? KubeObject(configMap("a")) else { return }
            switch call {
            case .get: _ = try await client.get(configMaps, namespace: "ns", name: "a")
            case .apply: _ = try await client.apply(object, to: configMaps, fieldManager: "t")
            case .create: _ = try await client.create(object, in: configMaps, fieldManager: "t")
            case .patch:
                _ = try await client.patch(
                    configMaps,
                    namespace: "ns",
                    name: "a",
                    type: .merge,
                    body: [:],
                    fieldManager: "t"
                )
            case .delete:
                _ = try await client.delete(configMaps, namespace: "ns", name: "a", uid: "u1", propagation: .background)
            }
        }
    }

    /// Answers the first request with a fault, the others well.
    private func outcome(
        of kind: Call,
        after fault: [StubHTTPServer.Step]
    ) async throws -> (error: KubeError?, requests: Int) {
        try await withStubServer {
            $0.number == 0 ? fault : [.reply(200, configMap("a").text)]
        } _: { server in
            let client = try client(server) { $0.requestDeadline = .milliseconds(300) }
            return (await call(kind, client), server.requests.count)
        }
    }

    @Test func `a caller with little patience waits neither for a hanging answer nor for many retries`() async throws {
        try await withStubServer { _ in
            [.hang]
        } _: { server in
            // The client itself would wait for a minute, and try again for two.
            let client = try client(server) { $0.requestDeadline = .seconds(60) }
            let patience = RequestPatience(attempt: .milliseconds(200), retries: .milliseconds(1))
            let error = await kubeError { () async throws(KubeError) in
                _ = try await client.list(configMaps, patience: patience)
            }
            #expect(error?.reason == .timeout)
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: Call.allCases, [[:], ["Retry-After": "1"]])
    func `429 is answered by coming back, for writes too`(kind: Call, headers: [String: String]) async throws {
        let fault = StubHTTPServer.Step.reply(429, status(429, "TooManyRequests", "slow down"), headers: headers)
        let start = ContinuousClock.now
        let (error, requests) = try await outcome(of: kind, after: [fault])
        // Without a time to come back at, a write that has no precondition is its caller's to look after.
        let isLeft = headers.isEmpty && [.apply, .create, .patch].contains(kind)
        #expect(error?.reason == (isLeft ? .tooManyRequests : nil))
        #expect(requests == (isLeft ? 1 : 2))
        if !headers.isEmpty { #expect(.now - start >= .seconds(1)) }
    }

    @Test(
        arguments: [
            ([StubHTTPServer.Step.close], KubeError.Reason.unreachable),
            ([.reset], .unreachable),
            ([.hang], .timeout),
            ([.reply(500, status(500, "InternalError", "etcdserver: leader changed"))], .serverError),
            ([.reply(502, "bad gateway", type: "text/plain")], .serverError),
            ([.reply(504, status(504, "Timeout", "request did not complete"))], .timeout),
            ([.reply(200, "{\"kind\":\"Conf")], .protocolViolation),
        ]
    )
    func `a failure is repaired by sending again only where that is harmless`(
        fault: [StubHTTPServer.Step],
        reason: KubeError.Reason
    ) async throws {
        for kind in Call.allCases {
            let (error, requests) = try await outcome(of: kind, after: fault)
            if [.apply, .create, .patch].contains(kind) {
                #expect(error?.reason == reason, "\(kind)")
                #expect(error?.isOutcomeUnknown == true, "\(kind)")
                #expect(requests == 1, "\(kind)")
            } else {
                #expect(error == nil, "\(kind)")
                #expect(requests == 2, "\(kind)")
            }
        }
    }

    @Test(arguments: [
        (400, "BadRequest"), (403, "Forbidden"), (405, "MethodNotAllowed"), (409, "AlreadyExists"), (415, ""),
        (422, "Invalid"), (401, "Unauthorized"),
    ])
    func `an answer that will not change is not asked for again`(code: Int, reason: String) async throws {
        for kind in Call.allCases {
            let (error, requests) = try await outcome(of: kind, after: [.reply(code, status(code, reason, "no"))])
            #expect(error?.statusCode == code)
            #expect(error?.isOutcomeUnknown == false)
            #expect(requests == 1)
        }
    }

    @Test func `a lost race is told to the caller`() async throws {
        let fault = StubHTTPServer.Step.reply(409, status(409, "Conflict", "the object has been modified"))
        for kind in Call.allCases where kind != .get {
            let (error, requests) = try await outcome(of: kind, after: [fault])
            #expect(error?.reason == .conflict)
            #expect(requests == 1)
        }
    }

    @Test func `retries end`() async throws {
        try await withStubServer { request in
            request.path.hasSuffix("busy") ? [.reply(429, "", type: "text/plain")] : [.reply(500, "")]
        } _: { server in
            let client = try client(server) {
                $0.maxRetries = 6
                $0.maxFailureRetries = 3
            }
            let busy = await kubeError { () async throws(KubeError) in
                try await client.get(configMaps, namespace: "ns", name: "busy")
            }
            #expect(busy?.reason == .tooManyRequests)
            #expect(server.requests.count == 7)
            let broken = await kubeError { () async throws(KubeError) in
                try await client.get(configMaps, namespace: "ns", name: "broken")
            }
            #expect(broken?.reason == .serverError)
            #expect(server.requests.count == 11)
            #expect(client.statistics == (requests: 11, retries: 9))
        }
    }

    @Test func `a wait beyond the budget is not begun`() async throws {
        try await withStubServer { _ in
            [.reply(429, "", headers: ["Retry-After": "3600"])]
        } _: { server in
            let client = try client(server)
            let error = await kubeError { () async throws(KubeError) in
                try await client.get(configMaps, namespace: "ns", name: "a")
            }
            #expect(error?.reason == .tooManyRequests)
            #expect(error?.retryAfter == .seconds(3600))
            #expect(server.requests.count == 1)
        }
    }

    @Test func `an unknown outcome stays unknown when the next answer is a refusal`() async throws {
        try await withStubServer { request in
            request.number == 0 ? [.reset] : [.reply(403, status(403, "Forbidden", "cannot patch"))]
        } _: { server in
            let error = await call(.delete, try client(server))
            #expect(error?.reason == .forbidden)
            #expect(error?.isOutcomeUnknown == true)
        }
    }

    @Test func `a server that is not there is told apart from one that answers badly`() async throws {
        let url = try await withStubServer { _ in
            []
        } _: {
            $0.url
        }
        let configuration = try KubeConfiguration(kubeconfig: kubeconfig(url), folder: "/", context: nil)
        let options = KubeClientOptions(maxFailureRetries: 2, firstRetryDelay: .milliseconds(1))
        let client = KubeClient(configuration: configuration, wire: .init(), options: options)
        let error = await call(.create, client)
        #expect(error?.reason == .unreachable)
        #expect(error?.isOutcomeUnknown == false)
        #expect(client.statistics == (requests: 3, retries: 2))
    }

    @Test func `cancelling ends the wait for a retry`() async throws {
        try await withStubServer { _ in
            [.reply(429, "", headers: ["Retry-After": "60"])]
        } _: { server in
            let client = try client(server)
            let task = Task { await call(.get, client) }
            try await eventually("the first answer is there") { server.requests.count == 1 }
            task.cancel()
            #expect(await task.value?.reason == .cancelled)
        }
    }
}
