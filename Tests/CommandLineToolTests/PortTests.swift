// SPDX-License-Identifier: Apache-2.0
import Dashboard
import Foundation
import Logging
import SyncLoop
import SyncRecord
import Synchronization
import TestKit
import Testing

/// The port as clients see it.
@Suite(.timeLimit(.minutes(2)))
struct PortTests {
    /// Serves while the body runs; gives it the port.
    private func serving(
        _ limits: PortLimits = PortLimits(),
        host: String = "127.0.0.1",
        reading: PageReading? = nil,
        _ body: (Int) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let history = try await History.open(
                folder: folder.path,
                mode: .operate,
                hearing: { reading?.hear($0) }
            )
            let port = Mutex<Int?>(nil)
            let server = DashboardServer(
                address: .init(host: host, port: 0),
                board: StatusBoard(projects: ["posts"]),
                history: history,
                limits: limits,
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            ) { taken in
                port.withLock { $0 = taken }
            }
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await server.run() }
                try await eventually("the server listens") { port.withLock { $0 } != nil }
                try await body(port.withLock { $0 } ?? 0)
                group.cancelAll()
            }
            try await history.close()
        }
    }

    /// Halts the pages at the history, where each of them begins, until the test opens the gate.
    private final class PageReading: Sendable {
        let gate = Gate()
        private let begun = Mutex(0)

        /// How many pages were begun.
        var count: Int { begun.withLock { $0 } }

        func hear(_ statement: String) {
            guard statement.hasPrefix("SELECT run FROM audit") else { return }
            begun.withLock { $0 += 1 }
            gate.pass()
        }
    }

    private func request(_ path: String) -> String { "GET \(path) HTTP/1.1\r\nHost: localhost\r\n\r\n" }

    /// A connection that has asked for a page.
    private func visitor(_ port: Int) throws -> RawConnection {
        let connection = try RawConnection(port: port)
        connection.send(request("/"))
        return connection
    }

    private func ask(_ port: Int, _ text: String) async throws -> String {
        let connection = try RawConnection(port: port)
        connection.send(text)
        return try #require(await connection.answer(), "no end of the connection")
    }

    private func get(_ port: Int, _ path: String, host: String = "localhost", method: String = "GET") async throws
        -> String
    {
        try await ask(port, "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n\r\n")
    }

    @Test func `HEAD is answered as GET is, without the body`() async throws {
        try await serving { port in
            for path in ["/", "/healthz", "/style.css", "/readyz", "/nowhere"] {
                let whole = try await get(port, path), head = try await get(port, path, method: "HEAD")
                #expect(head.prefix { $0 != "\r\n" } == whole.prefix { $0 != "\r\n" }, "\(path)")
                #expect(head.hasSuffix("\r\n\r\n"), "\(path): \(head.suffix(100))")
                #expect(whole.lowercased().contains("connection: close"), "\(path)")
            }
        }
    }

    @Test func `a body is refused, other methods are, and so are long headers`() async throws {
        try await serving { port in
            let head = "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 300000000\r\n\r\n"
            let body = head + String(repeating: "x", count: 5000)
            #expect(try await ask(port, body).hasPrefix("HTTP/1.1 413 "))
            let post = try await get(port, "/healthz", method: "POST")
            #expect(post.hasPrefix("HTTP/1.1 405 ") && post.contains("Allow: GET, HEAD"))
            let long = "GET / HTTP/1.1\r\nHost: localhost\r\nA: \(String(repeating: "x", count: 20_000))\r\n\r\n"
            #expect(try await ask(port, long).hasPrefix("HTTP/1.1 431 "))
            #expect(try await ask(port, "nonsense\r\n\r\n").hasPrefix("HTTP/1.1 400 "))
        }
    }

    @Test func `half a request is answered with 408 when its time is over`() async throws {
        try await serving(PortLimits(headDeadline: .milliseconds(300))) { port in
            for beginning in ["GET / HTTP/1.1\r\nHost: ", ""] {
                let answer = try await ask(port, beginning)
                #expect(answer.hasPrefix("HTTP/1.1 408 "), "\(answer)")
            }
        }
    }

    @Test func `a second request on a connection is not read`() async throws {
        try await serving { port in
            let two = "GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n"
            let answer = try await ask(port, two + two)
            #expect(answer.components(separatedBy: "HTTP/1.1 200").count == 2, "\(answer)")
        }
    }

    @Test func `a client that does not take its answer is not kept for ever`() async throws {
        try await serving(PortLimits(lifetime: .milliseconds(500), closeGrace: .seconds(60))) { port in
            let connection = try RawConnection(port: port)
            connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(await connection.answer(within: .seconds(10)) != nil)
        }
    }

    @Test func `in a crowd that asks nothing, who asks is answered, and the oldest give way`() async throws {
        // Only the crowd closes a connection.
        let limits = PortLimits(connections: 8, headDeadline: .seconds(600), lifetime: .seconds(600))
        try await serving(limits) { port in
            var crowd: [RawConnection] = []
            for _ in 0..<300 {
                let connection = try RawConnection(port: port)
                connection.send("GET / HTTP/1.1\r\n")
                crowd.append(connection)
                guard crowd.count % 50 == 0 else { continue }
                // Event loops take connections in no common order: who asks comes when the crowd has its places.
                try await eventually("all but the newest are closed") { crowd.count { !$0.isEnded } <= 8 }
                #expect(try await get(port, "/healthz").hasSuffix("ok\n"))
            }
        }
    }

    @Test func `who has an answer and does not leave makes room for who comes`() async throws {
        // Only who comes closes a connection.
        let limits = PortLimits(connections: 4, lifetime: .seconds(600), closeGrace: .seconds(600))
        try await serving(limits) { port in
            var crowd: [RawConnection] = []
            for _ in 0..<20 {
                // A client sees the end of its answer a moment before its place is free.
                try await eventually("there is room", within: .seconds(10)) {
                    let connection = try RawConnection(port: port)
                    connection.send(request("/healthz"))
                    guard await connection.answer()?.hasSuffix("ok\n") == true else { return false }
                    crowd.append(connection)
                    return true
                }
            }
            #expect(crowd.count == 20)
        }
    }

    @Test(arguments: [
        ("localhost", true), ("127.0.0.1", true), ("[::1]", true), ("localhost:8080", true), ("[::1]:80", true),
        ("127.0.0.1:80.evil.com", false), ("localhost:99@evil", false), ("localhost.evil.com", false), ("", false),
        ("localhost:", false), ("10.0.0.1", false), ("127.0.0.1:123456", false),
    ])
    func `pages and reasons are told only to who names this machine`(host: String, isTold: Bool) async throws {
        try await serving { port in
            #expect(try await get(port, "/", host: host).hasPrefix("HTTP/1.1 \(isTold ? 200 : 421) "))
            let ready = try await get(port, "/readyz", host: host)
            #expect(ready.hasPrefix("HTTP/1.1 503 "))
            #expect(ready.contains("first pass") == isTold)
        }
    }

    @Test func `on an address that others reach, readiness has no reason`() async throws {
        try await serving(host: "0.0.0.0") { port in
            let ready = try await get(port, "/readyz"), page = try await get(port, "/")
            #expect(ready.hasSuffix("not ready\n"))
            #expect(page.hasPrefix("HTTP/1.1 404 "))
        }
    }

    @Test func `pages are made one at a time, few wait, and all others are told at once to come back`() async throws {
        let reading = PageReading()
        try await serving(PortLimits(pages: 1, waitingPages: 2), reading: reading) { port in
            defer { reading.gate.open() }
            let visitors = try (0..<8).map { _ in try visitor(port) }
            try await eventually("all are refused but one page and two that wait") {
                visitors.count(where: \.isAnswered) == 5 && reading.count == 1
            }
            for path in ["/healthz", "/style.css"] {
                #expect(try await get(port, path).hasPrefix("HTTP/1.1 200 "), "\(path)")
            }
            #expect(try await get(port, "/readyz").contains("first pass"))
            #expect(visitors.count(where: \.isAnswered) == 5)
            reading.gate.open()
            var answers: [String] = []
            for visitor in visitors { answers.append(try #require(await visitor.answer())) }
            let pages = answers.filter { $0.hasPrefix("HTTP/1.1 200 ") }
            #expect(pages.count == 3)
            let refused = answers.filter { $0.hasPrefix("HTTP/1.1 503 ") }
            #expect(refused.count == 5)
            #expect(refused.allSatisfy { $0.lowercased().contains("retry-after: 2") })
            #expect(reading.count == 3)
        }
    }

    @Test func `who hangs up while waiting gives its place up, and its page is not made`() async throws {
        let reading = PageReading()
        try await serving(PortLimits(pages: 1, waitingPages: 1), reading: reading) { port in
            defer { reading.gate.open() }
            let first = try visitor(port)
            try await eventually("a page is being made") { reading.count == 1 }
            let two = [try visitor(port), try visitor(port)]
            try await eventually("one of two finds no place") { two.count(where: \.isAnswered) == 1 }
            let waiting = try #require(two.first { !$0.isAnswered })
            waiting.hangUp()
            let refusal = await waiting.answer()
            #expect(refusal?.hasPrefix("HTTP/1.1 503 ") == true)
            #expect(refusal?.contains("the client hung up") == true && refusal?.contains("too many") == false)
            let next = [try visitor(port), try visitor(port)]
            try await eventually("its place is taken by one of two") { next.count(where: \.isAnswered) == 1 }
            reading.gate.open()
            let page = await first.answer()
            #expect(page?.hasPrefix("HTTP/1.1 200 ") == true)
            try await eventually("the other page is made, too") { next.allSatisfy(\.isAnswered) }
            #expect(reading.count == 2)
        }
    }

    @Test func `a connection that is closed keeps its place while its page is being made`() async throws {
        let reading = PageReading()
        try await serving(PortLimits(connections: 1), reading: reading) { port in
            defer { reading.gate.open() }
            do {
                let gone = try visitor(port)
                try await eventually("its page is being made") { reading.count == 1 }
                gone.resetAtEnd()
            }
            for _ in 0..<20 {
                let answer = try await get(port, "/healthz")
                #expect(answer.isEmpty)
            }
            reading.gate.open()
            try await eventually("the place is free again") { try await get(port, "/healthz").hasSuffix("ok\n") }
        }
    }
}
