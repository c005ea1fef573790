// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import TestKit
import Testing

/// Deletes: what is sent, and what each answer means.
@Suite(.timeLimit(.minutes(1)))
struct DeleteTests {
    private static let success = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Success\"}"
    private static let gone = status(404, "NotFound", "configmaps \"a\" not found", name: "a")

    private static func dying(_ finalizers: JSON) -> String {
        var object = configMap("a")
        object[["metadata", "deletionTimestamp"]] = "2026-01-01T00:00:00Z"
        object[["metadata", "finalizers"]] = finalizers
        return object.text
    }

    private func delete(
        _ server: StubHTTPServer,
        resourceVersion: String? = nil,
        dryRun: Bool = false
    ) async throws(KubeError) -> DeleteAnswer {
        guard let client = try? client(server) else { throw KubeError(reason: .configuration, message: "test") }
        return try await client.delete(
            configMaps,
            namespace: "ns",
            name: "a",
            uid: "u1",
            resourceVersion: resourceVersion,
            propagation: .foreground,
            dryRun: dryRun
        )
    }

    @Test func `the request carries preconditions and propagation`() async throws {
        try await withStubServer { _ in
            [.reply(200, DeleteTests.success)]
        } _: { server in
            let answer = try await delete(server, resourceVersion: "42", dryRun: true)
            #expect(answer == .deleted)
            let sent = try JSONParser.parse(try #require(server.requests.first).body)
            #expect(
                sent == [
                    "kind": "DeleteOptions", "apiVersion": "v1", "propagationPolicy": "Foreground", "dryRun": ["All"],
                    "preconditions": ["uid": "u1", "resourceVersion": "42"],
                ]
            )
        }
    }

    @Test(arguments: [
        ([StubHTTPServer.Step.reply(200, success)], DeleteAnswer.deleted),
        ([.reply(200, configMap("a").text)], .deleted),
        ([.reply(200, dying(["f/1", "f/2"]))], .pending(finalizers: ["f/1", "f/2"])),
        ([.reply(202, dying([]))], .pending(finalizers: [])),
        ([.reply(404, gone)], .alreadyGone),
    ])
    func `each answer has its meaning`(steps: [StubHTTPServer.Step], meaning: DeleteAnswer) async throws {
        try await withStubServer { _ in
            steps
        } _: { server in
            let answer = try await delete(server)
            #expect(answer == meaning)
        }
    }

    @Test func `not found behind a lost answer means that we deleted it`() async throws {
        try await withStubServer {
            $0.number == 0 ? [.reset] : [.reply(404, DeleteTests.gone)]
        } _: { server in
            let answer = try await delete(server)
            #expect(answer == .deleted)
        }
    }

    @Test(arguments: [
        (
            409, status(409, "Conflict", "Precondition failed: UID in precondition: u1, UID in object meta: u2"),
            KubeError.Reason.conflict
        ),
        (404, "404 page not found", .notFound),
        (200, "{\"kind\":\"Status\",\"status\":\"Failure\"}", .protocolViolation),
        (403, status(403, "Forbidden", "admission webhook \"keep\" denied the request: no"), .admissionDenied),
    ])
    func `what is no deletion is an error`(code: Int, body: String, reason: KubeError.Reason) async throws {
        try await withStubServer { _ in
            [.reply(code, body, type: "text/plain")]
        } _: { server in
            let error = await kubeError { () async throws(KubeError) in try await delete(server) }
            #expect(error?.reason == reason)
        }
    }

    @Test func `nothing is deleted without a uid`() async throws {
        try await withStubServer { _ in
            [.reply(200, DeleteTests.success)]
        } _: { server in
            let client = try client(server)
            let error = await kubeError { () async throws(KubeError) in
                try await client.delete(configMaps, namespace: "ns", name: "a", uid: "", propagation: .background)
            }
            #expect(error?.reason == .configuration)
            #expect(server.requests.isEmpty)
        }
    }
}
