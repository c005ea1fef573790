// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import TestKit
import Testing

/// Bodies that are read while they arrive.
@Suite(.timeLimit(.minutes(1)))
struct StreamTests {
    private static let chunkedHead = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"

    @Test func `pieces arrive before the body ends`() async throws {
        let wire = HTTPWire()
        try await withStubServer { _ in
            [.text("\(StreamTests.chunkedHead)3\r\nabc\r\n"), .hang]
        } _: { server in
            let stream = try await wire.stream(HTTPRequest(url: server.url))
            var pieces = stream.makeAsyncIterator()
            #expect(stream.head.status == 200)
            #expect(try await pieces.next() == Array("abc".utf8))
        }
    }

    @Test func `the end and a break are told apart`() async throws {
        let wire = HTTPWire()
        try await withStubServer { request in
            let end = request.path == "/whole" ? "0\r\n\r\n" : ""
            return [.text("\(StreamTests.chunkedHead)3\r\nabc\r\n\(end)"), .close]
        } _: { server in
            var whole = try await wire.stream(HTTPRequest(url: "\(server.url)/whole")).makeAsyncIterator()
            var bytes: [UInt8] = []
            while let piece = try await whole.next() { bytes += piece }
            #expect(bytes == Array("abc".utf8))
            var broken = try await wire.stream(HTTPRequest(url: "\(server.url)/broken")).makeAsyncIterator()
            let error = await #expect(throws: HTTPError.self) {
                while try await broken.next() != nil {}
            }
            #expect(error?.reason == .connectionLost)
        }
    }

    @Test func `a slow reader slows the server down and loses nothing`() async throws {
        let wire = HTTPWire()
        let total = 64 << 20
        let body = [UInt8](repeating: 120, count: total)
        let head = "HTTP/1.1 200 OK\r\nContent-Length: \(total)\r\n\r\n"
        try await withStubServer { _ in
            [.text(head), .bytes(body)]
        } _: { server in
            var request = HTTPRequest(url: server.url)
            request.maxBodyBytes = 1 << 20
            var pieces = try await wire.stream(request).makeAsyncIterator()
            var received = 0
            var largest = 0
            // Our buffer and the kernel's two take some; without back-pressure all 64 MiB would come.
            try await eventually("the buffers are full") { server.bytesSent > 1 << 20 }
            let slack = 24 << 20
            while let piece = try await pieces.next() {
                received += piece.count
                largest = max(largest, piece.count)
                #expect(server.bytesSent <= received + slack)
            }
            #expect(received == total)
            #expect(largest <= (1 << 20) + 65_536)
        }
    }

    @Test func `dropping a stream closes its connection`() async throws {
        let wire = HTTPWire()
        try await withStubServer { _ in
            [.text("\(StreamTests.chunkedHead)3\r\nabc\r\n"), .hang]
        } _: { server in
            do {
                var pieces = try await wire.stream(HTTPRequest(url: server.url)).makeAsyncIterator()
                _ = try await pieces.next()
                #expect(server.openConnections == 1)
            }
            try await eventually("the connection is closed") { server.openConnections == 0 }
        }
    }

    @Test func `a silent stream ends at its deadline`() async throws {
        let wire = HTTPWire()
        try await withStubServer { _ in
            [.text("\(StreamTests.chunkedHead)3\r\nabc\r\n"), .hang]
        } _: { server in
            var request = HTTPRequest(url: server.url)
            request.deadlines = HTTPDeadlines(total: nil, silence: .milliseconds(200))
            var pieces = try await wire.stream(request).makeAsyncIterator()
            #expect(try await pieces.next() == Array("abc".utf8))
            let error = await #expect(throws: HTTPError.self) { try await pieces.next() }
            #expect(error?.reason == .timeout)
        }
    }

    @Test func `streams do not take the place of requests`() async throws {
        let wire = HTTPWire(requestsPerHost: 1)
        try await withStubServer { request in
            request.path == "/short" ? [.reply(200, "")] : [.text(StreamTests.chunkedHead), .hang]
        } _: { server in
            var open: [HTTPByteStream] = []
            for _ in 0..<5 { open.append(try await wire.stream(HTTPRequest(url: server.url))) }
            #expect(try await wire.send(HTTPRequest(url: "\(server.url)/short")).status == 200)
            #expect(open.count == 5)
        }
    }

    @Test func `cancelling a reader ends its stream`() async throws {
        let wire = HTTPWire()
        try await withStubServer { _ in
            [.text(StreamTests.chunkedHead), .hang]
        } _: { server in
            let url = server.url
            let task = Task {
                var pieces = try await wire.stream(HTTPRequest(url: url)).makeAsyncIterator()
                return try await pieces.next()
            }
            try await eventually("the request has arrived") { server.requests.count == 1 }
            task.cancel()
            let error = await #expect(throws: HTTPError.self) { try await task.value }
            #expect(error?.reason == .cancelled)
            try await eventually("the connection is closed") { server.openConnections == 0 }
        }
    }
}
