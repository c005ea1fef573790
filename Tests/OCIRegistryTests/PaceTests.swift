// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import Synchronization
import TestKit
import Testing

/// How much one registry is asked, and when it is left alone.
@Suite(.timeLimit(.minutes(1)))
struct PaceTests {
    private func read(_ client: RegistryClient, _ image: ImageReference) async -> RegistryError? {
        await registryError { () async throws(RegistryError) in try await client.read(image, keyring: .anonymous) }
    }

    private func isBackingOff(_ error: RegistryError?) -> Bool {
        if case .backingOff = error?.reason { true } else { false }
    }

    /// The date of ``ManualClock`` plus 90 seconds.
    private static let date = "Tue, 14 Nov 2023 22:14:50 GMT"

    @Test(arguments: [("90", 90), (date, 90), ("nonsense", 30), ("", 30), ("999999999999999999999", 21_600), ("0", 1)])
    func `R2: a registry that wants fewer requests gets none until it said, and others get theirs`(
        header: String,
        seconds: Int
    ) async throws {
        try await withStubServer {
            $0.number == 0
                ? $0.refuse(429, "TOOMANYREQUESTS", headers: header.isEmpty ? [:] : ["Retry-After": header])
                : $0.manifest(manifestText("a"))
        } _: { busy in
            try await withStubServer {
                $0.manifest(manifestText("b"))
            } _: { other in
                let clock = ManualClock()
                let client = client(busy, other, clock: clock)
                let (image, another, free) = (try busy.image(), try busy.image("another"), try other.image())
                #expect(await read(client, image)?.reason == .rateLimited)
                #expect(isBackingOff(await read(client, another)))
                #expect(busy.requests.count == 1)
                #expect(await read(client, free) == nil)
                let early = Double(seconds) * 0.79 - 0.5
                let reason = await read(client, image)?.reason
                clock.advance(by: .seconds(max(0, early)))
                #expect(isBackingOff(await read(client, image)))
                #expect(await read(client, image)?.reason == reason)
                clock.advance(by: .seconds(Double(seconds) * 1.21 - max(0, early)))
                #expect(await read(client, image) == nil)
            }
        }
    }

    @Test func `R2: pauses double up to half an hour, and a good answer ends the row`() async throws {
        let isGood = Mutex(false)
        try await withStubServer {
            isGood.withLock { $0 } ? $0.manifest(manifestText("a")) : $0.refuse(503, "UNAVAILABLE")
        } _: { server in
            let clock = ManualClock()
            let client = client(server, clock: clock)
            let image = try server.image()
            var pauses: [Double] = []
            for _ in 0..<9 {
                #expect(await read(client, image)?.reason == .serverError)
                let pause = await read(client, image)?.retryAfter ?? .zero
                pauses.append(pause / .seconds(1))
                clock.advance(by: pause + .seconds(1))
            }
            for (index, pause) in pauses.enumerated() {
                let full = min(30 * pow(2, Double(index)), 1800)
                #expect((full * 0.8...full * 1.2).contains(pause), "\(pauses)")
            }
            isGood.withLock { $0 = true }
            #expect(await read(client, image) == nil)
            isGood.withLock { $0 = false }
            #expect(await read(client, image)?.reason == .serverError)
            #expect((await read(client, image)?.retryAfter ?? .zero) < .seconds(37))
        }
    }

    @Test func `R2: an allowance that is used up slows the polls`() async throws {
        try await withStubServer {
            let headers = [
                "ratelimit-limit": "100;w=21600", "ratelimit-remaining": $0.number < 3 ? "0;w=21600" : "100;w=21600",
                "Docker-Content-Digest": digest(manifestText("a")).description,
            ]
            return $0.answer(200, manifestText("a"), headers: headers, type: ociManifest)
        } _: { server in
            let clock = ManualClock()
            let client = client(server, clock: clock)
            let image = try server.image()
            #expect(await read(client, image) == nil)
            #expect(isBackingOff(await read(client, image)))
            clock.advance(by: .seconds(217))
            #expect(await read(client, image) == nil)
        }
    }

    @Test func `R2: one registry has at most four calls at a time`() async throws {
        let now = Mutex(0)
        let most = Mutex(0)
        try await withStubServer { request in
            let count = now.withLock { value in
                value += 1
                return value
            }
            most.withLock { $0 = max($0, count) }
            usleep(20_000)
            now.withLock { $0 -= 1 }
            return request.manifest(manifestText("a"))
        } _: { server in
            let client = client(server)
            let images = try (0..<12).map { try server.image("app\($0)") }
            await withTaskGroup(of: Void.self) { group in
                for image in images {
                    group.addTask {
                        let error = await read(client, image)
                        #expect(error == nil)
                    }
                }
            }
            #expect(most.withLock { $0 } <= 4)
            #expect(most.withLock { $0 } > 1)
        }
    }

    @Test func `R2: those who wait for a registry that fails learn it at once`() async throws {
        try await withStubServer { _ in
            [.hang]
        } _: { server in
            let client = client(server) { $0.callDeadline = .milliseconds(300) }
            let images = try (0..<40).map { try server.image("app\($0)") }
            let start = ContinuousClock.now
            let errors = await withTaskGroup(of: RegistryError?.self) { group in
                for image in images { group.addTask { await read(client, image) } }
                return await group.reduce(into: [RegistryError?]()) { $0.append($1) }
            }
            #expect(errors.count { $0?.reason == .timeout } <= 4)
            #expect(errors.count { isBackingOff($0) } >= 36)
            #expect(ContinuousClock.now - start < .seconds(20))
        }
    }

    @Test func `R2: a poll of fifty images that have not moved costs fifty HEADs`() async throws {
        try await withStubServer {
            $0.manifest(manifestText("a"))
        } _: { server in
            let client = client(server)
            var readings: [TagReading] = []
            for index in 0..<50 {
                readings.append(try await client.read(server.image("app\(index)"), keyring: .anonymous))
            }
            let before = client.statistics
            for reading in readings {
                #expect(try await client.read(reading.image, keyring: .anonymous, known: reading) == reading)
            }
            #expect(client.statistics.total - before.total == 50)
            let counts = client.statistics.byRegistry["127.0.0.1:\(server.port)"]
            #expect(counts?.heads == 100)
            #expect(counts?.gets == 100)
        }
    }

    @Test func `calls for the same image at once share one answer`() async throws {
        try await withStubServer { request in
            usleep(50_000)
            return request.manifest(manifestText("a"))
        } _: { server in
            let client = client(server)
            let image = try server.image()
            let readings = try await withThrowingTaskGroup(of: TagReading.self) { group in
                for _ in 0..<20 { group.addTask { try await client.read(image, keyring: .anonymous) } }
                return try await group.reduce(into: Set<TagReading>()) { $0.insert($1) }
            }
            #expect(readings.count == 1)
            #expect(server.requests.count == 3)
        }
    }

    @Test func `cancelling one of those who wait fails no other, and the last one's leaving ends the call`()
        async throws
    {
        let gate = Gate()
        try await withStubServer { request in
            gate.pass()
            return request.manifest(manifestText("a"))
        } _: { server in
            let client = client(server)
            let image = try server.image()
            let first = Task { await read(client, image) }
            let second = Task { await read(client, image) }
            try await eventually("the call is on its way") { server.requests.count == 1 }
            first.cancel()
            #expect(await first.value?.reason == .cancelled)
            gate.open()
            #expect(await second.value == nil)
            #expect(server.requests.count == 3)
        }
        try await withStubServer { _ in
            [.hang]
        } _: { server in
            let client = client(server) { $0.callDeadline = .seconds(60) }
            let image = try server.image()
            let lonely = Task { await read(client, image) }
            try await eventually("the call is on its way") { server.requests.count == 1 }
            lonely.cancel()
            #expect(await lonely.value?.reason == .cancelled)
            try await eventually("its connection is closed", within: .seconds(20)) { server.openConnections == 0 }
        }
    }
}
