// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import TestKit
import Testing

/// Answers made to cost memory, time or a wrong conclusion: each is an error of bounded length, and nothing more.
@Suite(.timeLimit(.minutes(1)))
struct HostileAnswerTests {
    private static let start = "{\"kind\":\"ConfigMapList\",\"metadata\":{\"resourceVersion\":\"1\"},\"items\":"

    /// An answer with these bytes as its body.
    private static func answer(_ body: [UInt8], headers: String = "") -> [StubHTTPServer.Step] {
        let head =
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\(headers)\r\n"
        return [.bytes(Array(head.utf8) + body)]
    }

    /// What listing says when each answer has this body.
    private func refusal(of body: [UInt8], headers: String = "") async throws -> KubeError? {
        try await withStubServer { _ in
            Self.answer(body, headers: headers)
        } _: { server in
            let client = try client(server) { $0.maxFailureRetries = 0 }
            return await kubeError { () async throws(KubeError) in try await client.list(configMaps) }
        }
    }

    static let bodies: [(name: String, body: String, word: String)] = [
        ("a list 100,000 deep", start + String(repeating: "[", count: 100_000), "nested deeper than 512 levels"),
        (
            "maps 100,000 deep", start + String(repeating: "{\"a\":", count: 100_000),
            "nested deeper than 512 levels"
        ),
        ("a number of a megabyte", start + "[" + String(repeating: "9", count: 1 << 20) + "]}", "out of range"),
        ("a kind of a megabyte", "{\"kind\":\"\(String(repeating: "k", count: 1 << 20))\"}", "expected ConfigMapList"),
        (
            "a key of a megabyte that is no text",
            start + "[{\"metadata\":{\"name\":\"a\",\"labels\":{\"\(String(repeating: "k", count: 1 << 20))\":1}}}]}",
            "an item is no v1 ConfigMap"
        ),
        ("a control character", start + "[\"\u{1}\"]}", "control character"),
        ("NUL behind the end", start + "[]}\u{0}", "behind the end"),
        ("the last of two kinds", "{\"kind\":\"ConfigMapList\",\"kind\":\"PodList\"}", "got PodList"),
        (
            "the last of two versions",
            "{\"kind\":\"ConfigMapList\",\"metadata\":{\"resourceVersion\":\"1\"},\"metadata\":{},\"items\":[]}",
            "without metadata.resourceVersion"
        ),
        ("items that are numbers", start + "[1,2,3]}", "an item is no"),
        ("items that are null", start + "[null]}", "an item is no"),
        (
            "an item of another version", start + "[{\"apiVersion\":\"v2\",\"metadata\":{\"name\":\"a\"}}]}",
            "an item is no"
        ),
        (
            "a token of a megabyte",
            "{\"kind\":\"ConfigMapList\",\"metadata\":{\"resourceVersion\":\"1\",\"continue\":\""
                + String(repeating: "t", count: 1 << 20) + "\"},\"items\":[]}", "a continue token of 1048576 bytes"
        ),
    ]

    @Test(arguments: bodies.map(\.name))
    func `a hostile list is an error of a few words`(name: String) async throws {
        let (_, body, word) = try #require(Self.bodies.first { $0.name == name })
        let error = try #require(try await refusal(of: Array(body.utf8)))
        #expect(error.reason == .protocolViolation)
        #expect(error.description.contains(word), "\(error.description.prefix(300))")
        #expect(error.description.utf8.count < 2500)
    }

    @Test func `bytes that are no UTF-8 are no list`() async throws {
        let body = Array("\(Self.start)[{\"metadata\":{\"name\":\"".utf8) + [0xC3, 0x28] + Array("\"}}]}".utf8)
        let error = try await refusal(of: body)
        #expect(error?.reason == .protocolViolation)
        #expect(error?.description.contains("invalid UTF-8") == true)
    }

    @Test func `a body that is packed although nobody asked is no answer`() async throws {
        // 100 bytes of gzip would unpack to a megabyte; nothing here ever unpacks it.
        let packed: [UInt8] = [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 3] + Array(repeating: 0, count: 90)
        for encoding in ["gzip", "br", "deflate, gzip", "aws-chunked"] {
            let error = try await refusal(of: packed, headers: "Content-Encoding: \(encoding)\r\n")
            #expect(error?.reason == .protocolViolation)
            #expect(error?.description.contains("Content-Encoding \(encoding)") == true, "\(error?.description ?? "")")
        }
        try await withStubServer { request in
            let head = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n"
            return request.query("watch") == nil
                ? [.reply(200, listText(["a"]), headers: ["Content-Encoding": "identity"])] : [.text(head), .hang]
        } _: { server in
            let client = try client(server) { $0.maxRetries = 2 }
            let unpacked = try await client.list(configMaps)
            #expect(unpacked.objects.count == 1)
            var watch = client.watch(configMaps, resourceVersion: "1").makeAsyncIterator()
            let error = await kubeError { () async throws(KubeError) in try await watch.next(isolation: nil) }
            #expect(error?.reason == .protocolViolation)
            #expect(server.requests.allSatisfy { $0.headers["accept-encoding"] == nil })
        }
    }

    @Test func `a list that goes on for ever ends at its limit of pages`() async throws {
        try await withStubServer { request in
            [.reply(200, listText([], token: "t\(request.number)"))]
        } _: { server in
            let client = try client(server) { $0.maxListPages = 20 }
            let error = await kubeError { () async throws(KubeError) in try await client.list(configMaps) }
            #expect(error?.reason == .tooLarge)
            #expect(error?.message.contains("20 pages") == true)
            #expect(server.requests.count == 20)
        }
    }

    @Test func `tokens that go round in a circle end at the limit of pages`() async throws {
        try await withStubServer { request in
            [.reply(200, listText(["a"], token: request.query("continue") == "one" ? "two" : "one"))]
        } _: { server in
            let client = try client(server) { $0.maxListPages = 7 }
            let error = await kubeError { () async throws(KubeError) in try await client.list(configMaps) }
            #expect(error?.reason == .tooLarge)
            #expect(server.requests.count == 7)
        }
    }

    @Test func `a list that goes on for ever ends at its limit of bytes`() async throws {
        let names = (0..<100).map { "name-\($0)" }
        try await withStubServer { request in
            [.reply(200, listText(names, token: "t\(request.number)"))]
        } _: { server in
            let page = listText(names, token: "t0").utf8.count
            let client = try client(server) { $0.maxListBytes = 5 * page }
            let error = await kubeError { () async throws(KubeError) in try await client.list(configMaps) }
            #expect(error?.reason == .tooLarge)
            #expect((5...6).contains(server.requests.count))
        }
    }

    @Test(arguments: ["same token in one piece", "another token in one piece"])
    func `a list asked for in one piece that comes in pieces is no list`(fault: String) async throws {
        try await withStubServer { request in
            let isWhole = request.query("limit") == nil
            return [.reply(200, listText(["a"], token: isWhole && fault.hasPrefix("another") ? "other" : "same"))]
        } _: { server in
            let client = try client(server)
            let error = await kubeError { () async throws(KubeError) in try await client.list(configMaps) }
            #expect(error?.reason == .protocolViolation)
            #expect(server.requests.count == 3)
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308])
    func `a redirect is not followed, and nobody else sees the credentials`(status: Int) async throws {
        try await withStubServer { _ in
            [.reply(200, listText(["a"]))]
        } _: { other in
            let target = "\(other.url)/api/v1/configmaps"
            try await withStubServer { _ in
                [.reply(status, "", headers: ["Location": target])]
            } _: { server in
                let client = try client(server, user: ["token": "t0ken-of-the-user"]) { $0.maxFailureRetries = 1 }
                let error = await kubeError { () async throws(KubeError) in try await client.list(configMaps) }
                #expect(error?.reason == .protocolViolation && error?.statusCode == status)
                #expect(server.requests.first?.headers["authorization"] == "Bearer t0ken-of-the-user")
                #expect(other.requests.isEmpty)
            }
        }
    }

    @Test(arguments: [
        ("9223372036854775807", 1), ("99999999999999999999", 1), ("Fri, 31 Dec 2999 23:59:59 GMT", 1), ("-1", 3),
        ("1e3", 3), ("Sun, 06 Nov 1994 08:49:37 GMT", 3),
    ])
    func `a wait that nobody would wait for ends the request`(seconds: String, requests: Int) async throws {
        try await withStubServer { _ in
            [.reply(429, "", headers: ["Retry-After": seconds])]
        } _: { server in
            let client = try client(server) { $0.maxRetries = 2 }
            let error = await kubeError { () async throws(KubeError) in try await client.list(configMaps) }
            #expect(error?.reason == .tooManyRequests)
            #expect(server.requests.count == requests)
        }
    }

    @Test func `a failure with megabytes of words is a few of them`() async throws {
        let long = String(repeating: "word ", count: 200_000)
        let causes = (0..<10_000).map { _ -> JSON in
            ["reason": "FieldValueInvalid", "message": .string("x"), "field": ""]
        }
        for body in [long, status(500, "InternalError", long), status(422, "Invalid", "no", causes: causes)] {
            try await withStubServer { _ in
                [.reply(500, body, type: body.hasPrefix("{") ? "application/json" : "text/plain")]
            } _: { server in
                let client = try client(server) { $0.maxFailureRetries = 0 }
                let error = await kubeError { () async throws(KubeError) in try await client.list(configMaps) }
                #expect(error != nil)
                #expect((error?.description.utf8.count ?? .max) < 2500)
            }
        }
    }
}
