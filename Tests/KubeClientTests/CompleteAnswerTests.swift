// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import TestKit
import Testing

/// One answer is one complete JSON document of the expected kind, or it is an error.
@Suite(.timeLimit(.minutes(1)))
struct CompleteAnswerTests {
    private static let list = listText(["a", "b", "c"])

    /// The list cut at a byte, in a form whose end HTTP/1.1 cannot tell from a proper one.
    private static func cut(at count: Int) -> [StubHTTPServer.Step] {
        [.text("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n\(list.prefix(count))"), .close]
    }

    @Test func `a list cut at any byte is an error and never a shorter list`() async throws {
        let length = CompleteAnswerTests.list.utf8.count
        try await withStubServer { request in
            CompleteAnswerTests.cut(at: request.query("labelSelector").flatMap { Int($0) } ?? 0)
        } _: { server in
            let client = try client(server) { $0.maxFailureRetries = 0 }
            for count in 0..<length {
                let error = await kubeError { () async throws(KubeError) in
                    try await client.list(configMaps, labelSelector: String(count))
                }
                #expect(error?.reason == .protocolViolation || error?.reason == .unreachable, "cut at \(count)")
            }
            let whole = try await client.list(configMaps, labelSelector: String(length))
            #expect(whole.objects.count == 3)
        }
    }

    @Test(arguments: [
        ("", "application/json"),
        ("<html>login</html>", "text/html"),
        ("null", "application/json"),
        ("[]", "application/json"),
        ("{}", "application/json"),
        ("{\"kind\":\"Status\",\"status\":\"Success\"}", "application/json"),
        ("{\"kind\":\"PodList\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}", "application/json"),
        ("{\"kind\":\"ConfigMapList\",\"metadata\":{},\"items\":[]}", "application/json"),
        ("{\"kind\":\"ConfigMapList\",\"metadata\":{\"resourceVersion\":\"\"},\"items\":[]}", "application/json"),
        ("{\"kind\":\"ConfigMapList\",\"metadata\":{\"resourceVersion\":\"1\"}}", "application/json"),
        ("{\"kind\":\"ConfigMapList\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":{}}", "application/json"),
        (
            "{\"kind\":\"ConfigMapList\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[{\"kind\":\"Pod\"}]}",
            "application/json"
        ),
        ("{\"kind\":\"ConfigMapList\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[{}]}", "application/json"),
        ("\(listText(["a"])){}", "application/json"),
    ])
    func `what is no list of the kind is no answer`(body: String, type: String) async throws {
        try await withStubServer { _ in
            [.reply(200, body, type: type)]
        } _: { server in
            let client = try client(server) { $0.maxFailureRetries = 1 }
            let error = await kubeError { () async throws(KubeError) in try await client.list(configMaps) }
            #expect(error?.reason == .protocolViolation)
            #expect(error?.isRetryable == true)
            #expect(server.requests.count == 2)
        }
    }

    @Test func `an empty list may have null items`() async throws {
        let body =
            "{\"kind\":\"ConfigMapList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"7\"},\"items\":null}"
        try await withStubServer { _ in
            [.reply(200, body)]
        } _: { server in
            let list = try await client(server).list(configMaps)
            #expect(list == KubeList(objects: [], resourceVersion: "7"))
        }
    }

    @Test(arguments: [
        configMap("other").text, "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"a\"}}",
        "{\"apiVersion\":\"v2\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"}}",
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\"}", "{\"kind\":\"ConfigMap\"}",
        String(configMap("a").text.dropLast()),
    ])
    func `another object than the one asked for is no answer`(body: String) async throws {
        try await withStubServer { _ in
            [.reply(200, body)]
        } _: { server in
            let client = try client(server) { $0.maxFailureRetries = 0 }
            let error = await kubeError { () async throws(KubeError) in
                try await client.get(configMaps, namespace: "ns", name: "a")
            }
            #expect(error?.reason == .protocolViolation)
        }
    }

    @Test func `only the server's word about the name itself means that an object is absent`() async throws {
        try await withStubServer { request in
            switch request.path {
            case "/api/v1/namespaces/ns/configmaps/absent":
                [.reply(404, status(404, "NotFound", "configmaps \"absent\" not found", name: "absent"))]
            case "/api/v1/namespaces/ns/configmaps/unserved":
                [.reply(404, "404 page not found\n", type: "text/plain")]
            case "/api/v1/namespaces/ns/configmaps/nameless":
                [.reply(404, status(404, "NotFound", "the server could not find the requested resource"))]
            default: [.reply(404, "", type: "text/html")]
            }
        } _: { server in
            let client = try client(server)
            #expect(try await client.get(configMaps, namespace: "ns", name: "absent") == nil)
            for name in ["unserved", "nameless", "empty"] {
                let error = await kubeError { () async throws(KubeError) in
                    try await client.get(configMaps, namespace: "ns", name: name)
                }
                #expect(error?.reason == .notFound, "\(name)")
            }
        }
    }

    @Test func `an answer beyond the limit is refused`() async throws {
        let body = listText((0..<200).map { "name-\($0)" })
        try await withStubServer { _ in
            [.reply(200, body)]
        } _: { server in
            let client = try client(server) { $0.maxBodyBytes = 1000 }
            let error = await kubeError { () async throws(KubeError) in try await client.list(configMaps) }
            #expect(error?.reason == .tooLarge)
        }
    }
}
