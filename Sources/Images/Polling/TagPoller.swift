// SPDX-License-Identifier: Apache-2.0
import Foundation
import OCIRegistry
import Waiting

/// Asks registries what tags point to: each image once an interval, however many workloads and projects use it, and
/// each registry by itself, so that one that hangs does not delay the images of others.
package actor TagPoller {
    /// Reads one tag: `RegistryClient.read`.
    package typealias Read =
        @Sendable (ImageReference, RegistryKeyring, TagReading?) async -> Result<
            TagReading, RegistryError
        >

    /// What is to be polled, and with what.
    package struct Subject: Sendable, Hashable {
        package let image: ImageReference
        package let keyring: RegistryKeyring

        package init(image: ImageReference, keyring: RegistryKeyring) {
            self.image = image
            self.keyring = keyring
        }
    }

    /// A poll that gave a new answer, or the second one that confirms it.
    package struct News: Sendable {
        package let subject: Subject
        package let sighting: TagSighting
    }

    struct Entry {
        var interval: Duration
        var dueAt: ContinuousClock.Instant
        var sighting: TagSighting?
        /// When the last poll began whose answer is known, and when its digest was seen for the first time.
        var askedAt: ContinuousClock.Instant?
        var movedAt: ContinuousClock.Instant?
    }

    let read: Read
    let now: @Sendable () -> Date
    var wanted: [String: [Subject: Duration]] = [:]
    var entries: [Subject: Entry] = [:]
    var busy: Set<String> = []
    /// By project, where its sightings are offered.
    var readers: [String: AsyncStream<News>.Continuation] = [:]
    /// Rings when a poll may be due earlier than before.
    let alarm = Alarm()

    package init(read: @escaping Read, now: @escaping @Sendable () -> Date = { Date() }) {
        self.read = read
        self.now = now
    }

    /// A poller by way of a registry client.
    package init(client: RegistryClient) {
        self.init { image, keyring, known in
            do throws(RegistryError) {
                return .success(try await client.read(image, keyring: keyring, known: known))
            } catch {
                return .failure(error)
            }
        }
    }

    /// Sets what one project wants polled from now on, in place of what it wanted before.
    package func want(_ subjects: Set<Subject>, every interval: Duration, for project: String) {
        wanted[project] = Dictionary(subjects.map { ($0, interval) }) { first, _ in first }
        var all: [Subject: Duration] = [:]
        for images in wanted.values { all.merge(images) { min($0, $1) } }
        entries = entries.filter { all[$0.key] != nil }
        for (subject, interval) in all {
            guard let known = entries[subject] else {
                entries[subject] = Entry(interval: interval, dueAt: .now, sighting: nil)
                continue
            }
            entries[subject]?.interval = interval
            if interval < known.interval { entries[subject]?.dueAt = min(known.dueAt, .now + interval) }
        }
        alarm.ring()
    }

    /// The new sightings of the images that a project wants, from now on; only the newest is kept for who is slow, because
    /// ``sighting(of:)`` tells what holds of each image. It ends when the poller ends, or when the project asks again.
    package func sightings(for project: String) -> AsyncStream<News> {
        let (news, reader) = AsyncStream<News>.makeStream(bufferingPolicy: .bufferingNewest(1))
        readers.updateValue(reader, forKey: project)?.finish()
        return news
    }

    /// What the last poll said; nil before the first.
    package func sighting(of subject: Subject) -> TagSighting? { entries[subject]?.sighting }

    /// When an image is asked for next; nil when it is not polled.
    package func nextPoll(of subject: Subject) -> Date? {
        guard let due = entries[subject]?.dueAt else { return nil }
        let wait = ContinuousClock.now.duration(to: due).components
        return now().addingTimeInterval(max(0, Double(wait.seconds)))
    }

    /// Images that were asked for last before others had moved: what was pushed together is seen together only after they
    /// are asked again, which is done now.
    package func late(_ subjects: Set<Subject>, behind moved: Set<Subject>) -> Set<Subject> {
        guard let move = moved.compactMap({ entries[$0]?.movedAt }).max() else { return [] }
        return late(subjects, since: move)
    }

    /// Images that were asked for last before a moment; they are asked again now.
    package func late(_ subjects: Set<Subject>, since moment: ContinuousClock.Instant) -> Set<Subject> {
        let late = subjects.filter { subject in
            entries[subject].map { entry in entry.askedAt.map { $0 < moment } ?? true } ?? false
        }
        for subject in late { entries[subject]?.dueAt = .now }
        if !late.isEmpty { alarm.ring() }
        return late
    }

    /// Whether a poll has found another digest for one of the images than the given one. A failed poll does not count:
    /// a registry that fails now and then must not delay rollouts.
    package func hasNews(_ images: [ImageReference: Subject], since seen: [ImageReference: TagSighting]) -> Bool {
        images.contains { image, subject in
            // A failure is shown in the image's row; it does not change the digest.
            guard let now = try? entries[subject]?.sighting?.result.get() else { return false }
            return seen[image]?.known?.digest != now.digest
        }
    }

    /// Polls everything now, because a person waits for it.
    package func pollNow() {
        for subject in entries.keys { entries[subject]?.dueAt = .now }
        alarm.ring()
    }

    /// Reads a digest that a tag does not name any more, with everything that belongs to it.
    package func reading(of digest: ImageDigest, _ subject: Subject) async -> Result<TagReading, RegistryError> {
        await read(subject.image.pinned(to: digest), subject.keyring, nil)
    }
}
