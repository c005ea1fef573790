// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import Synchronization
import TestKit
import Testing

/// Who may send next when there are more requests than places.
@Suite(.timeLimit(.minutes(1)))
struct TurnTests {
    private final class Sender: Sendable {}

    private final class Counter: Sendable {
        private let count = Mutex(0)
        var value: Int { count.withLock { $0 } }
        /// Counts one more, and gives the number.
        func next() -> Int {
            count.withLock { count in
                count += 1
                return count
            }
        }
    }

    @Test func `an urgent request does not wait behind ordinary ones`() async throws {
        let wire = HTTPWire(requestsPerHost: 1)
        try await withStubServer { request in
            request.path == "/urgent" ? [.reply(200, "here")] : [.hang]
        } _: { server in
            let url = server.url
            let slow = [
                Task { try await wire.send(HTTPRequest(url: url)) },
                Task { try await wire.send(HTTPRequest(url: url)) },
            ]
            try await eventually("the place is taken") { server.requests.count == 1 }
            var urgent = HTTPRequest(url: "\(url)/urgent")
            urgent.lane = .urgent
            #expect(try await wire.send(urgent).status == 200)
            for task in slow { task.cancel() }
        }
    }

    @Test func `the wait for a turn counts against the deadline, and is told apart from a request that was sent`()
        async throws
    {
        let wire = HTTPWire(requestsPerHost: 1)
        try await withStubServer { _ in
            [.hang]
        } _: { server in
            let url = server.url
            let first = Task { try await wire.send(HTTPRequest(url: url)) }
            try await eventually("the place is taken") { server.requests.count == 1 }
            let deadlines = HTTPDeadlines(total: .milliseconds(200))
            let error = await #expect(throws: HTTPError.self) {
                try await wire.send(HTTPRequest(method: "PATCH", url: url, body: [1], deadlines: deadlines))
            }
            #expect(error?.reason == .timeout)
            #expect(error?.mayHaveBeenSent == false)
            #expect(error?.message.contains("its turn did not come") == true)
            #expect(server.requests.count == 1)
            first.cancel()
        }
    }

    @Test func `a request that may not be sent any more when its turn comes is not sent`() async throws {
        let wire = HTTPWire(requestsPerHost: 1)
        let ends = Counter()
        try await withStubServer { _ in
            [.hang]
        } _: { server in
            let url = server.url
            let first = Task { try await wire.send(HTTPRequest(url: url)) }
            try await eventually("the place is taken") { server.requests.count == 1 }
            try await withThrowingTaskGroup(of: HTTPError?.self) { group in
                group.addTask {
                    var request = HTTPRequest(method: "PATCH", url: url, body: [1])
                    request.gate = { ends.value > 0 ? "it is over" : nil }
                    do {
                        _ = try await wire.send(request)
                        return nil
                    } catch {
                        return error as? HTTPError
                    }
                }
                _ = ends.next()
                first.cancel()
                let error = try await group.next() ?? nil
                #expect(error?.reason == .withheld)
                #expect(error?.message == "it is over")
                #expect(error?.mayHaveBeenSent == false)
            }
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a body does not leave when the right to send it is lost while the connection is made`() async throws {
        let wire = HTTPWire()
        let asked = Counter()
        try await withStubServer { _ in
            [.reply(200, "{}")]
        } _: { server in
            var request = HTTPRequest(method: "PATCH", url: server.url, body: Array("{}".utf8))
            request.gate = { asked.next() == 1 ? nil : "it is over" }
            let error = await #expect(throws: HTTPError.self) { try await wire.send(request) }
            #expect(error?.reason == .withheld)
            #expect(error?.mayHaveBeenSent == false)
            #expect(asked.value == 2)
            try await eventually("the connection is closed") { server.openConnections == 0 }
            #expect(server.requests.isEmpty)
        }
    }

    @Test func `a sender with one request does not wait for all of another one's`() async throws {
        let wire = HTTPWire(requestsPerHost: 1)
        let (many, one) = (Sender(), Sender())
        try await withStubServer { _ in
            [.drip("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", every: .milliseconds(1))]
        } _: { server in
            let url = server.url
            await withTaskGroup { group in
                for _ in 0..<60 {
                    group.addTask {
                        var request = HTTPRequest(url: "\(url)/many")
                        request.sender = ObjectIdentifier(many)
                        _ = try? await wire.send(request)
                    }
                }
                group.addTask {
                    try? await eventually("the others have begun") { server.requests.count > 1 }
                    var request = HTTPRequest(url: "\(url)/one")
                    request.sender = ObjectIdentifier(one)
                    _ = try? await wire.send(request)
                }
                await group.waitForAll()
            }
            let place = try #require(server.requests.firstIndex { $0.path == "/one" })
            #expect(place < 40)
        }
    }

    @Test func `many open streams do not cost the other requests their kept connections`() async throws {
        let wire = HTTPWire()
        try await withStubServer { request in
            request.path == "/stream"
                ? [.text("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"), .hang] : [.reply(200, "{}")]
        } _: { server in
            var streams: [HTTPByteStream] = []
            for _ in 0..<80 {
                var request = HTTPRequest(url: "\(server.url)/stream")
                request.deadlines.total = nil
                streams.append(try await wire.stream(request))
            }
            for _ in 0..<20 { _ = try await wire.send(HTTPRequest(url: server.url)) }
            #expect(server.connections == streams.count + 1)
        }
    }
}
