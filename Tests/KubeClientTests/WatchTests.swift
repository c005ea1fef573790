// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import TestKit
import Testing

/// Watches go on by themselves and end only when they must.
@Suite(.timeLimit(.minutes(1)))
struct WatchTests {
    private static let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    private static let lastChunk = "0\r\n\r\n"

    private static func event(_ type: String, _ name: String, _ version: String) -> String {
        let json: JSON = ["type": .string(type), "object": configMap(name, version: version)]
        return json.text + "\n"
    }

    private static func bookmark(_ version: String) -> String {
        "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"ConfigMap\",\"apiVersion\":\"v1\",\"metadata\":"
            + "{\"resourceVersion\":\"\(version)\"}}}\n"
    }

    private static func failure(_ text: String) -> String { "{\"type\":\"ERROR\",\"object\":\(text)}\n" }

    private static func chunk(_ text: String) -> String {
        text.isEmpty ? "" : "\(String(text.utf8.count, radix: 16))\r\n\(text)\r\n"
    }

    /// What a test says of an event: type, name and version.
    private func short(_ event: WatchEvent) -> String {
        switch event {
        case .added(let object): "+\(object.name)@\(object.resourceVersion ?? "")"
        case .modified(let object): "~\(object.name)@\(object.resourceVersion ?? "")"
        case .deleted(let object): "-\(object.name)@\(object.resourceVersion ?? "")"
        case .bookmark(let version): "#\(version)"
        }
    }

    /// Watches from version 1 until `count` events came or the watch threw.
    private func watch(
        _ server: StubHTTPServer,
        count: Int,
        _ change: (inout KubeClientOptions) -> Void = { _ in }
    ) async throws -> (events: [String], error: KubeError?) {
        var events: [String] = []
        var iterator = try client(server, change).watch(configMaps, resourceVersion: "1").makeAsyncIterator()
        do throws(KubeError) {
            while events.count < count, let event = try await iterator.next(isolation: nil) {
                events.append(short(event))
            }
            return (events, nil)
        } catch {
            return (events, error)
        }
    }

    @Test(arguments: [1, 2, 3, 7, 64, 1000])
    func `lines may be cut anywhere`(size: Int) async throws {
        let text =
            WatchTests.event("ADDED", "a", "2") + WatchTests.event("MODIFIED", "ä", "3") + "\r\n\n"
            + WatchTests.event("DELETED", "a", "4") + WatchTests.bookmark("9")
        let bytes = Array(text.utf8)
        var steps: [StubHTTPServer.Step] = [.text(WatchTests.head)]
        for start in stride(from: 0, to: bytes.count, by: size) {
            let piece = Array(bytes[start..<min(start + size, bytes.count)])
            steps.append(.bytes(Array("\(String(piece.count, radix: 16))\r\n".utf8) + piece + Array("\r\n".utf8)))
        }
        let script = steps + [.hang]
        try await withStubServer { _ in
            script
        } _: { server in
            let (events, error) = try await watch(server, count: 4)
            #expect(events == ["+a@2", "~ä@3", "-a@4", "#9"])
            #expect(error == nil)
            let request = try #require(server.requests.first)
            #expect(request.query("watch") == "1")
            #expect(request.query("allowWatchBookmarks") == "true")
            #expect(request.query("resourceVersion") == "1")
            #expect(Int(request.query("timeoutSeconds") ?? "").map { (300...600).contains($0) } == true)
        }
    }

    @Test(arguments: ["end", "break", "reset", "half line"])
    func `a connection that ends is followed by one from the last version`(fault: String) async throws {
        try await withStubServer { request in
            switch request.query("resourceVersion") {
            case "1":
                var text = WatchTests.chunk(WatchTests.event("ADDED", "a", "5"))
                if fault == "half line" {
                    text += WatchTests.chunk(String(WatchTests.event("ADDED", "b", "7").prefix(40)))
                }
                if fault == "end" { text += WatchTests.lastChunk }
                return [.text(WatchTests.head + text), fault == "reset" ? .reset : .close]
            case "5": return [.text(WatchTests.head + WatchTests.chunk(WatchTests.bookmark("8"))), .close]
            case "8": return [.text(WatchTests.head + WatchTests.chunk(WatchTests.event("ADDED", "b", "9"))), .hang]
            default: return [.reply(410, status(410, "Expired", "too old"))]
            }
        } _: { server in
            let (events, error) = try await watch(server, count: 3)
            #expect(error == nil)
            #expect(events == ["+a@5", "#8", "+b@9"])
        }
    }

    @Test func `a watch gone silent is opened again`() async throws {
        try await withStubServer { request in
            request.number == 0
                ? [.text(WatchTests.head + WatchTests.chunk(WatchTests.event("ADDED", "a", "5"))), .hang]
                : [.text(WatchTests.head + WatchTests.chunk(WatchTests.event("ADDED", "b", "6"))), .hang]
        } _: { server in
            let (events, error) = try await watch(server, count: 2) { $0.watchSilence = .milliseconds(200) }
            #expect(events == ["+a@5", "+b@6"])
            #expect(error == nil)
            #expect(server.requests.map { $0.query("resourceVersion") } == ["1", "5"])
        }
    }

    @Test(arguments: [
        [StubHTTPServer.Step.reply(410, status(410, "Expired", "too old resource version"))],
        [.text(head + chunk(failure(status(410, "Expired", "too old resource version: 1 (9)")))), .hang],
        [.text(head + chunk(failure(status(410, "Gone", "gone")))), .hang],
        [
            .reply(
                504,
                status(504, "Timeout", "Too large resource version", causes: [["reason": "ResourceVersionTooLarge"]])
            )
        ],
    ])
    func `a version that the server does not have asks for a new list`(steps: [StubHTTPServer.Step]) async throws {
        try await withStubServer { _ in
            steps
        } _: { server in
            let (events, error) = try await watch(server, count: 1)
            #expect(events.isEmpty)
            #expect(error?.reason == .expired)
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [
        ([StubHTTPServer.Step.reply(403, status(403, "Forbidden", "cannot watch"))], KubeError.Reason.forbidden),
        ([.reply(404, "404 page not found", type: "text/plain")], .notFound),
        ([.reply(405, status(405, "MethodNotAllowed", "no watch here"))], .methodNotAllowed),
        ([.text(head + chunk(failure(status(403, "Forbidden", "cannot watch")))), .hang], .forbidden),
    ])
    func `what reconnecting cannot help ends the watch`(
        steps: [StubHTTPServer.Step],
        reason: KubeError.Reason
    ) async throws {
        try await withStubServer { _ in
            steps
        } _: { server in
            let (_, error) = try await watch(server, count: 1)
            #expect(error?.reason == reason)
            #expect(server.requests.count == 1)
        }
    }

    @Test(arguments: [
        "not json\n", "{}\n", "{\"type\":\"ADDED\"}\n", "{\"type\":\"ADDED\",\"object\":{\"kind\":\"ConfigMap\"}}\n",
        "{\"type\":\"EXPLODED\",\"object\":\(configMap("a").text)}\n", failure("{}"),
        failure(status(500, "InternalError", "etcd is away")), bookmark(""),
        "{\"type\":\"ADDED\",\"object\":{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p\",\"resourceVersion\":\"2\"}}}\n",
    ])
    func `a line that is no event is never passed on`(line: String) async throws {
        try await withStubServer { request in
            request.number == 0
                ? [.text(WatchTests.head + WatchTests.chunk(line)), .hang]
                : [.text(WatchTests.head + WatchTests.chunk(WatchTests.event("ADDED", "b", "6"))), .hang]
        } _: { server in
            let (events, error) = try await watch(server, count: 1)
            #expect(events == ["+b@6"])
            #expect(error == nil)
            #expect(server.requests.map { $0.query("resourceVersion") } == ["1", "1"])
        }
    }

    @Test func `events may come twice, as the server sent them`() async throws {
        let twice = WatchTests.event("ADDED", "a", "2")
        try await withStubServer { _ in
            [.text(WatchTests.head + WatchTests.chunk(twice + twice)), .hang]
        } _: { server in
            let (events, _) = try await watch(server, count: 2)
            #expect(events == ["+a@2", "+a@2"])
        }
    }

    @Test func `a server that always fails ends the watch`() async throws {
        try await withStubServer { _ in
            [.text(WatchTests.head), .close]
        } _: { server in
            let (_, error) = try await watch(server, count: 1) { $0.maxRetries = 4 }
            #expect(error?.reason == .unreachable)
            #expect(server.requests.count == 5)
        }
    }

    @Test func `an event beyond the limit ends the watch`() async throws {
        let large = WatchTests.event("ADDED", String(repeating: "a", count: 3000), "2")
        try await withStubServer { _ in
            [.text(WatchTests.head + WatchTests.chunk(String(large.dropLast()))), .hang]
        } _: { server in
            let (_, error) = try await watch(server, count: 1) { $0.maxWatchEventBytes = 2000 }
            #expect(error?.reason == .tooLarge)
        }
    }

    @Test func `a reader that does not ask slows the server down`() async throws {
        let event = WatchTests.chunk(WatchTests.event("MODIFIED", String(repeating: "x", count: 10_000), "2"))
        let count = 4000
        try await withStubServer { _ in
            [.text(WatchTests.head)] + Array(repeating: StubHTTPServer.Step.text(event), count: count) + [.hang]
        } _: { server in
            var iterator = try client(server).watch(configMaps, resourceVersion: "1").makeAsyncIterator()
            _ = try await iterator.next()
            try await eventually("the server is busy sending") { server.bytesSent > 1 << 20 }
            for number in 1..<count {
                _ = try await iterator.next()
                // One MiB of ours, one piece on the way and the kernel's buffers.
                #expect(server.bytesSent <= number * event.utf8.count + (24 << 20))
            }
        }
    }

    @Test func `cancelling the reader ends the watch and its connection`() async throws {
        try await withStubServer { _ in
            [.text(WatchTests.head), .hang]
        } _: { server in
            let watch = try client(server).watch(configMaps, resourceVersion: "1")
            let task = Task { for try await _ in watch {} }
            try await eventually("the watch is open") { server.requests.count == 1 }
            task.cancel()
            let error = await #expect(throws: KubeError.self) { try await task.value }
            #expect(error?.reason == .cancelled)
            try await eventually("the connection is closed") { server.openConnections == 0 }
        }
    }
}
