// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import TestKit
import Testing

/// Watches of a server that means no good.
@Suite(.timeLimit(.minutes(1)))
struct HostileWatchTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"

    private static func chunk(_ text: String) -> String { "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n" }

    private static func event(_ name: String, _ version: String) -> String {
        let json: JSON = ["type": "ADDED", "object": configMap(name, version: version)]
        return "\(json.text)\n"
    }

    private func next(of client: KubeClient) async -> Result<WatchEvent?, KubeError> {
        var watch = client.watch(configMaps, resourceVersion: "1").makeAsyncIterator()
        do throws(KubeError) { return .success(try await watch.next(isolation: nil)) } catch { return .failure(error) }
    }

    @Test func `a line of a hundred megabytes is given up at the limit`() async throws {
        let piece = Self.chunk(String(repeating: "x", count: 1 << 20))
        try await withStubServer { _ in
            [.text(Self.head)] + Array(repeating: .text(piece), count: 100)
        } _: { server in
            let client = try client(server) { $0.maxWatchEventBytes = 2 << 20 }
            guard case .failure(let error) = await next(of: client) else {
                Issue.record("an event out of no line")
                return
            }
            #expect(error.reason == .tooLarge)
            #expect(error.message.contains("2097152 bytes"))
            // What was taken, and what waits in our buffer and the kernel's; the rest was never sent.
            #expect(server.bytesSent < 32 << 20)
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [
        String(repeating: "[", count: 100_000),
        "{\"type\":\"ADDED\",\"object\":\(String(repeating: "[", count: 100_000))",
        "{\"type\":\"\(String(repeating: "T", count: 100_000))\",\"object\":\(configMap("a").text)}", "null", "[]", "1",
        "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"resourceVersion\":\"2\"}}}",
        "{\"type\":\"ADDED\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"\(String(repeating: "K", count: 100_000))\","
            + "\"metadata\":{\"name\":\"a\",\"resourceVersion\":\"2\"}}}",
    ])
    func `a line that is no event is an error of a few words`(line: String) async throws {
        let text = Self.head + Self.chunk("\(line)\n")
        try await withStubServer { _ in
            [.text(text), .hang]
        } _: { server in
            let client = try client(server) { $0.maxRetries = 2 }
            guard case .failure(let error) = await next(of: client) else {
                Issue.record("an event out of no event")
                return
            }
            #expect(error.reason == .protocolViolation)
            #expect(error.description.utf8.count < 2500)
            #expect(server.requests.count == 3, "the watch is opened again as often as it may fail in a row")
        }
    }

    @Test func `a server that says to come back in a year is asked again within the budget`() async throws {
        let script = Self.head + Self.chunk(Self.event("a", "5"))
        try await withStubServer { request in
            request.number == 0
                ? [.reply(429, status(429, "TooManyRequests", "later"), headers: ["Retry-After": "31536000"])]
                : [.text(script), .hang]
        } _: { server in
            let client = try client(server) { $0.retryBudget = .milliseconds(20) }
            guard case .success(.added(let object)?) = await next(of: client) else {
                Issue.record("no event")
                return
            }
            #expect(object.name == "a")
            #expect(server.requests.count == 2)
        }
    }
}
