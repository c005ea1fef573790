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
        _ body: (Int) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let history = try await History.open(folder: folder.path, mode: .operate)
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
        try await serving(PortLimits(connections: 8)) { port in
            var crowd: [RawConnection] = []
            for _ in 0..<300 {
                let connection = try RawConnection(port: port)
                connection.send("GET / HTTP/1.1\r\n")
                crowd.append(connection)
                guard crowd.count % 50 == 0 else { continue }
                #expect(try await get(port, "/healthz").hasSuffix("ok\n"))
            }
            try await eventually("all but the newest are closed") { crowd.count { !$0.isEnded } <= 8 }
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
}
