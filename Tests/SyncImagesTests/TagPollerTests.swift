// SPDX-License-Identifier: Apache-2.0
import Foundation
import OCIRegistry
import Synchronization
import TestKit
import Testing

@testable import SyncImages

/// Who asks registries how often. The registry is a closure that counts.
@Suite(.timeLimit(.minutes(2))) struct TagPollerTests {
    /// A registry of a few lines.
    private final class FakeRegistry: Sendable {
        private struct State {
            var counts: [String: Int] = [:]
            var answers: [String: Result<TagReading, RegistryError>] = [:]
            var hanging: Set<String> = []
        }
        private let state = Mutex(State())

        func answer(_ image: String, _ result: Result<TagReading, RegistryError>) throws {
            let name = try ImageReference(image).description
            state.withLock { $0.answers[name] = result }
        }
        func hang(_ registry: String) { state.withLock { _ = $0.hanging.insert(registry) } }
        func count(_ image: String) throws -> Int {
            let name = try ImageReference(image).description
            return state.withLock { $0.counts[name] ?? 0 }
        }

        var read: TagPoller.Read {
            { image, _, _ in
                let (answer, hangs) = self.state.withLock { state in
                    state.counts[image.description, default: 0] += 1
                    return (state.answers[image.description], state.hanging.contains(image.registry))
                }
                if hangs { try? await Task.sleep(for: .seconds(3600)) }
                return answer ?? .failure(RegistryError(reason: .tagMissing, message: "no such tag"))
            }
        }
    }

    private func subject(_ image: String, _ keyring: RegistryKeyring = .anonymous) throws -> TagPoller.Subject {
        TagPoller.Subject(image: try ImageReference(image), keyring: keyring)
    }

    /// Runs the poller beside `body`, and stops it.
    private func running(_ poller: TagPoller, _ body: () async throws -> Void) async throws {
        let task = Task { await poller.run() }
        defer { task.cancel() }
        try await body()
        task.cancel()
        await task.value
    }

    @Test func `an image is asked for once an interval, however many projects want it`() async throws {
        let registry = FakeRegistry()
        try registry.answer("nginx", .success(try ImageFixture.reading(ImageFixture.first)))
        let poller = TagPoller(read: registry.read)
        let image = try subject("nginx")
        for project in 0..<50 { await poller.want([image], every: .seconds(60), for: "project-\(project)") }
        try await running(poller) {
            try await eventually("a poll") { await poller.sighting(of: image) != nil }
            // Another image that is wanted later shows that the poller has gone on.
            let later = try subject("busybox")
            await poller.want([image, later], every: .seconds(60), for: "project-0")
            try await eventually("the next image's poll") { await poller.sighting(of: later) != nil }
        }
        #expect(try registry.count("nginx") == 1)
        #expect(await poller.sighting(of: image)?.known?.digest == ImageFixture.first)
    }

    @Test func `R8: a registry that hangs delays no other registry's images`() async throws {
        let registry = FakeRegistry()
        registry.hang("slow.example.com")
        let poller = TagPoller(read: registry.read)
        let slow = try (0..<20).map { try subject("slow.example.com/a/b\($0)") }
        let quick = try subject("quick.example.com/a/b")
        await poller.want(Set(slow + [quick]), every: .seconds(60), for: "posts")
        try await running(poller) {
            try await eventually("the quick one") { await poller.sighting(of: quick) != nil }
            await poller.pollNow()
            try await eventually("and again") { try registry.count("quick.example.com/a/b") == 2 }
            for one in slow { #expect(await poller.sighting(of: one) == nil) }
        }
    }

    @Test func `the next poll comes after an interval at the latest, and a tenth earlier at most`() async throws {
        let registry = FakeRegistry()
        let poller = TagPoller(read: registry.read, now: { ImageFixture.noon })
        let images = try (0..<100).map { try subject("quick.example.com/a/b\($0)") }
        await poller.want(Set(images), every: .seconds(1000), for: "posts")
        try await running(poller) {
            try await eventually("all polls") {
                for image in images where await poller.sighting(of: image) == nil { return false }
                return true
            }
        }
        var waits: Set<Int> = []
        for image in images {
            let next = try #require(await poller.nextPoll(of: image))
            let wait = next.timeIntervalSince(ImageFixture.noon)
            #expect((800...1000).contains(wait), "\(wait)")
            waits.insert(Int(wait))
        }
        #expect(waits.count > 10, "they are spread")
    }

    @Test func `a project that wants an image more often gets it, also when another was content with less`()
        async throws
    {
        let registry = FakeRegistry()
        let poller = TagPoller(read: registry.read, now: { ImageFixture.noon })
        let image = try subject("nginx")
        await poller.want([image], every: .seconds(86_400), for: "slow")
        try await running(poller) {
            try await eventually("a poll") { await poller.sighting(of: image) != nil }
        }
        await poller.want([image], every: .seconds(30), for: "quick")
        let next = try #require(await poller.nextPoll(of: image))
        #expect(next.timeIntervalSince(ImageFixture.noon) <= 30)
        await poller.want([image], every: .seconds(3600), for: "quick")
        let still = try #require(await poller.nextPoll(of: image))
        #expect(still.timeIntervalSince(ImageFixture.noon) <= 30, "and it is not put off")
    }

    @Test func `what nobody wants any more is forgotten`() async throws {
        let registry = FakeRegistry()
        let poller = TagPoller(read: registry.read)
        let image = try subject("nginx")
        await poller.want([image], every: .seconds(60), for: "a")
        await poller.want([image], every: .seconds(60), for: "b")
        try await running(poller) { try await eventually("a poll") { await poller.sighting(of: image) != nil } }
        await poller.want([], every: .seconds(60), for: "a")
        #expect(await poller.sighting(of: image) != nil)
        await poller.want([], every: .seconds(60), for: "b")
        #expect(await poller.sighting(of: image) == nil)
        #expect(await poller.nextPoll(of: image) == nil)
    }

    /// Answers one after the other, and whether the last one is offered as news.
    struct News: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let answers: [@Sendable () throws -> Result<TagReading, RegistryError>]
        let isNews: Bool
    }

    private static func digest(_ number: Int) -> @Sendable () throws -> Result<TagReading, RegistryError> {
        { .success(try ImageFixture.reading(ImageFixture.digest(number))) }
    }
    private static func failure(
        _ reason: RegistryError.Reason
    ) -> @Sendable () throws -> Result<TagReading, RegistryError> {
        { .failure(RegistryError(reason: reason, message: "\(reason)")) }
    }

    @Test(arguments: [
        News(testDescription: "the first answer", answers: [digest(1)], isNews: true),
        News(testDescription: "the second look", answers: [digest(1), digest(1)], isNews: true),
        News(testDescription: "a third look", answers: [digest(1), digest(1), digest(1)], isNews: false),
        News(testDescription: "another digest", answers: [digest(1), digest(1), digest(1), digest(2)], isNews: true),
        News(testDescription: "a failure", answers: [digest(1), failure(.timeout)], isNews: true),
        News(testDescription: "the same failure", answers: [failure(.timeout), failure(.timeout)], isNews: false),
        News(testDescription: "another failure", answers: [failure(.timeout), failure(.denied)], isNews: true),
        News(
            testDescription: "a registry that is left alone for longer",
            answers: [
                failure(.backingOff(until: ImageFixture.noon)),
                failure(.backingOff(until: ImageFixture.noon.addingTimeInterval(60))),
            ],
            isNews: false
        ),
    ])
    func `only news wakes those who look`(_ row: News) async throws {
        let registry = FakeRegistry()
        let polls = Mutex(0.0)
        // The time of each poll is another one, so that its end can be seen.
        let poller = TagPoller(read: registry.read) {
            polls.withLock { count in
                count += 1
                return ImageFixture.noon.addingTimeInterval(count)
            }
        }
        let image = try subject("nginx")
        try await running(poller) {
            for (index, answer) in row.answers.enumerated() {
                try registry.answer("nginx", try answer())
                var news: AsyncStream<TagPoller.News>?
                if index == row.answers.count - 1 { news = await poller.sightings(for: "posts") }
                let checked = await poller.sighting(of: image)?.checkedAt
                if index == 0 {
                    await poller.want([image], every: .seconds(3600), for: "posts")
                } else {
                    await poller.pollNow()
                }
                try await eventually("poll \(index)") { await poller.sighting(of: image)?.checkedAt != checked }
                guard let news else { continue }
                // Whoever asks again ends the sequence before.
                _ = await poller.sightings(for: "posts")
                var digests: [ImageDigest?] = []
                for await item in news { digests.append(item.sighting.known?.digest) }
                let known = await poller.sighting(of: image)?.known?.digest
                #expect(digests == (row.isNews ? [known] : []))
            }
        }
    }

    @Test func `a project gets the sightings of its own images, until the poller ends`() async throws {
        let registry = FakeRegistry()
        for name in ["nginx", "busybox"] { try registry.answer(name, try Self.digest(1)()) }
        let poller = TagPoller(read: registry.read)
        let (mine, other) = (try subject("nginx"), try subject("busybox"))
        await poller.want([mine], every: .seconds(3600), for: "posts")
        await poller.want([other], every: .seconds(3600), for: "shop")
        let (news, nothing) = (await poller.sightings(for: "posts"), await poller.sightings(for: "news"))
        try await running(poller) {
            for one in [mine, other] {
                try await eventually("a poll") { await poller.sighting(of: one) != nil }
            }
        }
        var seen: [TagPoller.Subject] = []
        for await item in news { seen.append(item.subject) }
        #expect(seen == [mine])
        for await item in nothing { Issue.record("\(item.subject.image) is not wanted") }
    }

    @Test func `another digest holds a restart up, and a registry that fails does not`() async throws {
        let registry = FakeRegistry()
        try registry.answer("nginx", try Self.digest(1)())
        let poller = TagPoller(read: registry.read)
        let image = try subject("nginx")
        await poller.want([image], every: .seconds(3600), for: "posts")
        try await running(poller) {
            try await eventually("a poll") { await poller.sighting(of: image) != nil }
            let seen = [image.image: try #require(await poller.sighting(of: image))]
            #expect(await poller.hasNews([image.image: image], since: seen) == false)
            #expect(await poller.hasNews([image.image: image], since: [:]), "what nobody has seen is news")

            try registry.answer("nginx", try Self.failure(.timeout)())
            await poller.pollNow()
            try await eventually("the failure") { (try? await poller.sighting(of: image)?.result.get()) == nil }
            #expect(await poller.hasNews([image.image: image], since: seen) == false)

            try registry.answer("nginx", try Self.digest(2)())
            await poller.pollNow()
            try await eventually("the move") { (try? await poller.sighting(of: image)?.result.get()) != nil }
            #expect(await poller.hasNews([image.image: image], since: seen))
        }
    }

    @Test func `a poll that was cancelled is none`() async throws {
        let registry = FakeRegistry()
        try registry.answer("nginx", try Self.failure(.cancelled)())
        let poller = TagPoller(read: registry.read)
        let image = try subject("nginx")
        await poller.want([image], every: .seconds(3600), for: "posts")
        let news = await poller.sightings(for: "posts")
        try await running(poller) {
            try await eventually("a poll") { try registry.count("nginx") == 1 }
            await poller.pollNow()
            try await eventually("another, so that the first has ended") { try registry.count("nginx") >= 2 }
        }
        #expect(await poller.sighting(of: image) == nil)
        for await item in news { Issue.record("\(item.sighting) is no answer") }
    }
}
