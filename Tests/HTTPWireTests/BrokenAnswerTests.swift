// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import TestKit
import Testing

/// What the wire makes of servers that break off, hang, or talk too much.
@Suite(.timeLimit(.minutes(1)))
struct BrokenAnswerTests {
    private static let shortLength = "HTTP/1.1 200 OK\r\nContent-Length: 33\r\n\r\n{\"kind\":\"List\""
    private static let cutChunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n{\"kind\":"
    private static let missingLastChunk = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"

    @Test(arguments: [
        ([StubHTTPServer.Step.text(shortLength), .close], HTTPError.Reason.connectionLost),
        ([.text(shortLength), .reset], .connectionLost),
        ([.text(cutChunk), .close], .connectionLost),
        ([.text(missingLastChunk), .close], .connectionLost),
        ([.text(shortLength), .hang], .timeout),
        ([.hang], .timeout),
        ([.close], .connectionLost),
        ([.reset], .connectionLost),
        ([.drip(shortLength, every: .milliseconds(50))], .timeout),
        ([.text("SSH-2.0-OpenSSH_9.2\r\n"), .close], .malformedAnswer),
        (
            [.text("HTTP/1.1 200 OK\r\nContent-Length: 2000000\r\n\r\n\(String(repeating: "x", count: 2000))"), .hang],
            .tooLarge
        ),
        (
            [
                .text(
                    "HTTP/1.1 200 OK\r\n\(String(repeating: "X-Fill: \(String(repeating: "y", count: 990))\r\n", count: 400))"
                )
            ], .malformedAnswer
        ),
    ])
    func `a broken answer is an error`(steps: [StubHTTPServer.Step], reason: HTTPError.Reason) async throws {
        let wire = HTTPWire()
        try await withStubServer { _ in
            steps
        } _: { server in
            var request = HTTPRequest(url: "\(server.url)/x")
            request.deadlines = HTTPDeadlines(total: .milliseconds(700))
            request.maxBodyBytes = 1000
            let error = await #expect(throws: HTTPError.self) { try await wire.send(request) }
            #expect(error?.reason == reason)
            #expect(error?.mayHaveBeenSent == true)
        }
    }

    @Test func `a server that sends nothing for too long is given up`() async throws {
        let wire = HTTPWire()
        try await withStubServer { _ in
            [.text("HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nx"), .hang]
        } _: { server in
            var request = HTTPRequest(url: server.url)
            request.deadlines = HTTPDeadlines(total: .seconds(50), silence: .milliseconds(200))
            let error = await #expect(throws: HTTPError.self) { try await wire.send(request) }
            #expect(error?.reason == .timeout)
            #expect(error?.message.contains("sent nothing for") == true)
        }
    }

    @Test func `a closed port is an error without a sending`() async throws {
        let port = try await withStubServer { _ in
            []
        } _: {
            $0.port
        }
        try await eventually("the port is closed") {
            let error = await #expect(throws: HTTPError.self) {
                try await HTTPWire().send(HTTPRequest(url: "http://127.0.0.1:\(port)/"))
            }
            #expect(error?.mayHaveBeenSent == false || error?.reason == .connectionLost)
            return error?.reason == .connect
        }
    }

    @Test(arguments: ["ftp://host/", "http://", "http://user:pass@host/", "", "http://host:99999/"])
    func `what is no URL is refused before anything is sent`(url: String) async throws {
        let error = await #expect(throws: HTTPError.self) { try await HTTPWire().send(HTTPRequest(url: url)) }
        #expect(error?.reason == .badRequest)
        #expect(error?.mayHaveBeenSent == false)
    }

    @Test func `a header with a line break is refused`() async throws {
        let request = HTTPRequest(url: "http://127.0.0.1:1/", headers: [HTTPHeader("X", "a\r\nY: b")])
        let error = await #expect(throws: HTTPError.self) { try await HTTPWire().send(request) }
        #expect(error?.reason == .badRequest)
    }
}
