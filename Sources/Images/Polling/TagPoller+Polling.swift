// SPDX-License-Identifier: Apache-2.0
import OCIRegistry
import Waiting

/// The polls themselves.
extension TagPoller {
    /// Images of one registry that are asked for at the same time.
    private static let concurrency = 4

    /// Polls until the task is cancelled; then the sequences of sightings end.
    package func run() async {
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                for (registry, subjects) in takeDue() {
                    group.addTask { await self.poll(subjects, of: registry) }
                }
                await alarm.sleep(until: nextDue)
            }
        }
        for reader in readers.values { reader.finish() }
        readers = [:]
    }

    /// When the next poll is due of a registry that is not being asked already; nil when none is.
    private var nextDue: ContinuousClock.Instant? {
        entries.filter { !busy.contains($0.key.image.registry) }.map(\.value.dueAt).min()
    }

    /// What is due, by registry, but for registries that are still being asked.
    private func takeDue() -> [(registry: String, subjects: [Subject])] {
        let now = ContinuousClock.now
        let due = entries.filter { $0.value.dueAt <= now && !busy.contains($0.key.image.registry) }.keys
        let byRegistry = Dictionary(grouping: due, by: \.image.registry)
        for (registry, subjects) in byRegistry {
            busy.insert(registry)
            for subject in subjects {
                guard let interval = entries[subject]?.interval else { continue }
                // Up to a tenth earlier at random, so that the polls of many operators spread out and none is late.
                entries[subject]?.dueAt = now + interval * Double.random(in: 0.9...1)
            }
        }
        // In random order: a registry that answers only some of the requests does not answer the same ones each time.
        return byRegistry.map { ($0.key, $0.value.shuffled()) }
    }

    private func poll(_ subjects: [Subject], of registry: String) async {
        _ = await concurrently(subjects, limit: TagPoller.concurrency) { subject in await self.poll(subject) }
        busy.remove(registry)
        alarm.ring()
    }

    private func poll(_ subject: Subject) async {
        let began = ContinuousClock.now
        let result = await read(subject.image, subject.keyring, entries[subject]?.sighting?.known)
        if case .failure(let error) = result, error.reason == .cancelled { return }
        guard entries[subject] != nil else { return }
        let before = entries[subject]?.sighting
        var sighting = before ?? TagSighting(result, at: now())
        if before != nil { sighting.see(result, at: now()) }
        entries[subject]?.sighting = sighting
        entries[subject]?.askedAt = began
        if sighting.polls == 1 { entries[subject]?.movedAt = .now }
        if before?.says(result) != true || sighting.polls == 2 { offer(News(subject: subject, sighting: sighting)) }
    }

    private func offer(_ news: News) {
        for (project, reader) in readers where wanted[project]?[news.subject] != nil {
            // Nobody reads any more.
            if case .terminated = reader.yield(news) { readers[project] = nil }
        }
    }
}

extension TagSighting {
    /// Whether a poll gave the known answer.
    fileprivate func says(_ next: Result<TagReading, RegistryError>) -> Bool {
        switch (result, next) {
        case (.success(let old), .success(let new)): old == new
        case (.failure(let old), .failure(let new)):
            old.reason == new.reason || old.isBackingOff && new.isBackingOff
        default: false
        }
    }
}

extension RegistryError {
    /// Whether the registry is not asked for a while. A change of the time alone is not a new answer.
    fileprivate var isBackingOff: Bool {
        if case .backingOff = reason { true } else { false }
    }
}
