// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import TestKit
import Testing

/// Servers that send too much, for too long, or lie about how much: each ends at a limit, with the rest unread.
@Suite(.timeLimit(.minutes(1)))
struct HostileServerTests {
    /// What the wire says, and how many bytes the server got rid of.
    private func send(
        _ steps: [StubHTTPServer.Step],
        maxBodyBytes: Int = 1 << 20,
        total: Duration = .seconds(20)
    ) async throws -> (error: HTTPError?, sent: Int) {
        try await withStubServer { _ in
            steps
        } _: { server in
            var request = HTTPRequest(url: "\(server.url)/x")
            request.deadlines = HTTPDeadlines(total: total)
            request.maxBodyBytes = maxBodyBytes
            do throws(HTTPError) {
                _ = try await HTTPWire().send(request)
                return (nil, server.bytesSent)
            } catch {
                return (error, server.bytesSent)
            }
        }
    }

    private static let pieces: [StubHTTPServer.Step] = {
        let piece = "100000\r\n\(String(repeating: "x", count: 1 << 20))\r\n"
        return [.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")]
            + Array(repeating: .text(piece), count: 200)
    }()

    @Test func `a chunked body without end is given up at the limit`() async throws {
        let (error, sent) = try await send(Self.pieces, maxBodyBytes: 4 << 20)
        #expect(error?.reason == .tooLarge)
        #expect(sent < 40 << 20, "\(sent) bytes were taken of 200 MiB")
    }

    @Test func `informational answers without end are given up`() async throws {
        let flood = Array(
            repeating: StubHTTPServer.Step.text(String(repeating: "HTTP/1.1 102 Processing\r\n\r\n", count: 10_000)),
            count: 100
        )
        let (error, sent) = try await send(flood)
        #expect(error?.reason == .malformedAnswer)
        #expect(sent < 20 << 20, "\(sent) bytes were taken of 26 MiB")
    }

    @Test(arguments: [1, 1000])
    func `a megabyte of headers is given up`(lines: Int) async throws {
        let line = "X-Fill: \(String(repeating: "y", count: (1 << 20) / lines))\r\n"
        let text = "HTTP/1.1 200 OK\r\n\(String(repeating: line, count: lines))Content-Length: 2\r\n\r\n{}"
        let (error, _) = try await send([.text(text)])
        #expect(error?.reason == .malformedAnswer, "\(error?.message ?? "an answer")")
    }

    @Test(arguments: [
        "Content-Length: 9223372036854775807", "Content-Length: 99999999999999999999999", "Content-Length: -5",
        "Content-Length: 5, 7",
    ])
    func `a length that is a lie is believed for no byte`(header: String) async throws {
        let (error, _) = try await send([.text("HTTP/1.1 200 OK\r\n\(header)\r\n\r\n{}"), .close], total: .seconds(2))
        // Nothing is set aside for it. libcurl may treat an invalid number as no length at all; what comes then ends
        // with the connection, and whoever asked parses it to its end.
        if let error {
            #expect([.connectionLost, .malformedAnswer, .tooLarge].contains(error.reason), "\(error)")
        } else {
            #expect(!header.hasSuffix("775807"))
        }
    }

    @Test(arguments: ["FFFFFFFFFFFFFFFFF\r\nx", "-1\r\nx", "zz\r\nx", "7FFFFFFFFFFFFFFF\r\nx"])
    func `a chunk with an invalid size is an error`(chunk: String) async throws {
        let text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\(chunk)"
        let (error, _) = try await send([.text(text), .close], total: .seconds(2))
        #expect(error != nil)
    }

    @Test func `a body that comes a byte at a time ends at the deadline`() async throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
        let drip = StubHTTPServer.Step.drip(String(repeating: "x", count: 1000), every: .milliseconds(20))
        let (error, sent) = try await send([.text(head), drip], total: .milliseconds(400))
        #expect(error?.reason == .timeout)
        #expect(sent < 1000)
    }
}
