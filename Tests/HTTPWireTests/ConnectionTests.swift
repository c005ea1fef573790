// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import TestKit
import Testing

/// Connections are kept, shared, counted and given up.
@Suite(.timeLimit(.minutes(1)))
struct ConnectionTests {
    @Test func `without a thread every request fails with that reason`() async {
        // No machine has the addresses for such a stack.
        let wire = HTTPWire(stackBytes: 1 << 50)
        for _ in 0..<2 {
            let error = await #expect(throws: HTTPError.self) {
                try await wire.send(HTTPRequest(url: "http://127.0.0.1:9/"))
            }
            #expect(error?.message.hasPrefix("no thread can be started: ") == true, "\(error?.message ?? "")")
            #expect(error?.mayHaveBeenSent == false)
        }
    }

    @Test func `requests in a row use one connection`() async throws {
        let wire = HTTPWire()
        try await withStubServer {
            .init([.reply(200, "answer \($0.number)")])
        } _: { server in
            for number in 0..<20 {
                let answer = try await wire.send(HTTPRequest(url: "\(server.url)/\(number)"))
                #expect(String(decoding: answer.body, as: UTF8.self) == "answer \(number)")
            }
            #expect(server.connections == 1)
        }
    }

    @Test func `requests to one host wait for their turn`() async throws {
        let wire = HTTPWire(requestsPerHost: 4)
        try await withStubServer { _ in
            [.drip("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", every: .microseconds(200))]
        } _: { server in
            await withTaskGroup { group in
                for _ in 0..<40 {
                    group.addTask { _ = try? await wire.send(HTTPRequest(url: server.url)) }
                }
            }
            #expect(server.requests.count == 40)
            #expect(server.mostConnectionsAtOnce <= 4)
        }
    }

    @Test func `method, headers and body arrive as they are`() async throws {
        let wire = HTTPWire()
        try await withStubServer { _ in
            [.reply(201, "made", headers: ["X-Two": "b"])]
        } _: { server in
            for mayBeResent in [true, false] {
                let body = Array(String(repeating: "0123456789", count: 300_000).utf8)
                let answer = try await wire.send(
                    HTTPRequest(
                        method: "PATCH",
                        url: "\(server.url)/a?b=c",
                        headers: [HTTPHeader("Content-Type", "application/json"), HTTPHeader("X-One", "1")],
                        body: body,
                        mayBeResent: mayBeResent
                    )
                )
                let seen = try #require(server.requests.last)
                #expect(seen.method == "PATCH")
                #expect(seen.target == "/a?b=c")
                #expect(seen.headers["x-one"] == "1")
                #expect(seen.headers["content-type"] == "application/json")
                #expect(seen.headers["accept-encoding"] == nil)
                #expect(seen.headers["expect"] == nil)
                #expect(seen.body == body)
                #expect(answer.status == 201)
                #expect(answer.head.header("x-two") == "b")
            }
        }
    }

    @Test(arguments: [("GET", nil), ("DELETE", nil), ("POST", [UInt8]()), ("DELETE", Array("{}".utf8)), ("PUT", [1])])
    func `every method works with and without a body`(method: String, body: [UInt8]?) async throws {
        let wire = HTTPWire()
        try await withStubServer { _ in
            [.reply(200, "")]
        } _: { server in
            _ = try await wire.send(HTTPRequest(method: method, url: server.url, body: body))
            #expect(server.requests.map(\.method) == [method])
            #expect(server.requests.map(\.body) == [body ?? []])
        }
    }

    @Test func `a HEAD request has headers and no body`() async throws {
        let wire = HTTPWire()
        try await withStubServer { _ in
            [.text("HTTP/1.1 200 OK\r\nContent-Length: 77\r\nX-Digest: d\r\n\r\n")]
        } _: { server in
            let answer = try await wire.send(HTTPRequest(method: "HEAD", url: server.url))
            #expect(answer.head.header("x-digest") == "d")
            #expect(answer.body.isEmpty)
        }
    }

    @Test func `a redirect is an answer, not a command`() async throws {
        let wire = HTTPWire()
        try await withStubServer { _ in
            [.reply(302, "", headers: ["Location": "http://127.0.0.1:1/"])]
        } _: { server in
            let answer = try await wire.send(HTTPRequest(url: server.url))
            #expect(answer.status == 302)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `an interim answer is passed over`() async throws {
        let wire = HTTPWire()
        let text = "HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
        try await withStubServer { _ in
            [.text(text)]
        } _: { server in
            let answer = try await wire.send(HTTPRequest(url: server.url))
            #expect(answer.status == 200)
            #expect(answer.head.header("link") == nil)
        }
    }

    @Test(arguments: [(true, 3), (false, 2)])
    func `only what may happen twice is sent again on a new connection`(mayBeResent: Bool, requests: Int) async throws {
        let wire = HTTPWire()
        try await withStubServer { request in
            request.number == 1 ? [.close] : [.reply(200, "ok")]
        } _: { server in
            _ = try await wire.send(HTTPRequest(url: server.url))
            let write = HTTPRequest(method: "POST", url: server.url, body: [1, 2, 3], mayBeResent: mayBeResent)
            if mayBeResent {
                #expect(try await wire.send(write).status == 200)
            } else {
                let error = await #expect(throws: HTTPError.self) { try await wire.send(write) }
                #expect(error?.reason == .connectionLost)
                #expect(error?.mayHaveBeenSent == true)
            }
            #expect(server.requests.count == requests)
        }
    }

    @Test func `cancelling a task ends its transfer`() async throws {
        let wire = HTTPWire()
        try await withStubServer { _ in
            [.hang]
        } _: { server in
            let url = server.url
            let task = Task { try await wire.send(HTTPRequest(url: url)) }
            try await eventually("the request has arrived") { server.requests.count == 1 }
            task.cancel()
            let error = await #expect(throws: HTTPError.self) { try await task.value }
            #expect(error?.reason == .cancelled)
            #expect(error?.mayHaveBeenSent == true)
            try await eventually("the connection is closed") { server.openConnections == 0 }
        }
    }

    @Test func `a task cancelled before its turn sends nothing`() async throws {
        let wire = HTTPWire(requestsPerHost: 1)
        try await withStubServer { _ in
            [.hang]
        } _: { server in
            let url = server.url
            let first = Task { try await wire.send(HTTPRequest(url: url)) }
            try await eventually("the first has arrived") { server.requests.count == 1 }
            let second = Task { try await wire.send(HTTPRequest(url: url)) }
            second.cancel()
            let error = await #expect(throws: HTTPError.self) { try await second.value }
            #expect(error?.reason == .cancelled)
            // Whether the wire is sure of it depends on how far the task had come; that nothing arrives does not.
            first.cancel()
            _ = await first.result
            #expect(server.requests.count == 1)
        }
    }

    @Test func `closing the wire ends everything`() async throws {
        let wire = HTTPWire()
        try await withStubServer { _ in
            [.hang]
        } _: { server in
            let url = server.url
            let task = Task { try await wire.send(HTTPRequest(url: url)) }
            try await eventually("the request has arrived") { server.requests.count == 1 }
            wire.close()
            #expect(await #expect(throws: HTTPError.self) { try await task.value }?.reason == .cancelled)
            let later = await #expect(throws: HTTPError.self) { try await wire.send(HTTPRequest(url: url)) }
            #expect(later?.reason == .cancelled)
        }
    }

    @Test func `requests go through the proxy that is asked for`() async throws {
        let wire = HTTPWire()
        try await withStubServer { _ in
            [.reply(200, "from the proxy")]
        } _: { proxy in
            var request = HTTPRequest(url: "http://api.invalid/x")
            request.proxy = .url(proxy.url)
            let answer = try await wire.send(request)
            #expect(answer.status == 200)
            #expect(proxy.requests.map(\.target) == ["http://api.invalid/x"])
            request.url = "https://api.invalid/x"
            let error = await #expect(throws: HTTPError.self) { try await wire.send(request) }
            #expect(error?.mayHaveBeenSent == true || error?.reason == .proxy || error?.reason == .tls)
            #expect(proxy.requests.last?.method == "CONNECT")
        }
    }
}
