// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects

/// What the task of one feed does: list, then watch, and again when the watch has to end.
extension LiveMirror {
    /// After this time without a new list a feed counts as stable.
    private static let calm: Duration = .seconds(120)

    /// Follows one resource until the feed is stopped or launched anew.
    nonisolated func keepFollowing(_ key: FeedKey, _ number: Int) async {
        guard let stopped = await stopSignal(of: key, number) else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                while !Task.isCancelled {
                    guard let pause = await self.follow(key, number) else { return }
                    do { try await Task.sleep(for: pause) } catch { return }
                }
            }
            group.addTask { for await _ in stopped {} }
            await group.next()
            group.cancelAll()
        }
    }

    /// One list and the watch behind it. Returns when the watch has ended: how long to wait before the next list, or
    /// nil when the feed is no longer needed.
    private nonisolated func follow(_ key: FeedKey, _ number: Int) async -> Duration? {
        guard await begin(key, number) else { return nil }
        let triage = await triage(for: key)
        let patience = await patience(for: key)
        let start = ContinuousClock.now
        var isListed = false
        do throws(KubeError) {
            let list = try await client.list(
                key.resource,
                namespace: key.namespace,
                labelSelector: key.labelSelector,
                patience: patience,
                keeping: { [client] object -> (id: ObjectID, object: LiveObject)? in
                    client.redactor.register(secretObject: object)
                    return (object.id, triage?.kept(object) ?? .whole(object))
                }
            )
            isListed = true
            await take(list.kept, key, number, since: start)
            let watch = client.watch(
                key.resource,
                namespace: key.namespace,
                labelSelector: key.labelSelector,
                resourceVersion: list.resourceVersion,
                onConnection: { await self.take($0, key, number) }
            )
            var events = watch.makeAsyncIterator()
            while let event = try await events.next(isolation: nil) { await take(event, key, number) }
            return nil  // a watch ends only by throwing
        } catch {
            return await take(error, key, number, isListed: isListed)
        }
    }

    private func stopSignal(of key: FeedKey, _ number: Int) -> AsyncStream<Never>? {
        guard let feed = feeds[key], feed.number == number else { return nil }
        return feed.stopped
    }

    private func triage(for key: FeedKey) -> (any TriageRule)? { key == parentKey ? nil : triage }

    private func patience(for key: FeedKey) -> RequestPatience? {
        searched.contains(key.resource.gvk.groupKind) ? UnseenKinds.patience : nil
    }

    /// False when the feed was stopped or launched anew.
    private func begin(_ key: FeedKey, _ number: Int) -> Bool {
        guard feeds[key]?.number == number else { return false }
        let now = ContinuousClock.now
        if let last = feeds[key]?.lastReading, now - last > Self.calm { feeds[key]?.failures = 0 }
        if case .failed = feeds[key]?.state {} else { feeds[key]?.state = .reading }
        feeds[key]?.lastReading = now
        return true
    }

    private func take(
        _ list: [(id: ObjectID, object: LiveObject)],
        _ key: FeedKey,
        _ number: Int,
        since start: ContinuousClock.Instant
    ) {
        guard feeds[key]?.number == number else { return }
        if feeds[key]?.store.replace(with: list, since: start) == true { changed([key.resource.gvk.groupKind]) }
    }

    private func take(_ connection: WatchConnection, _ key: FeedKey, _ number: Int) {
        guard feeds[key]?.number == number else { return }
        switch connection {
        case .standing: feeds[key]?.state = .following
        case .broken(let error):
            if case .interrupted = feeds[key]?.state { return }
            feeds[key]?.state = .interrupted(error, since: .now)
        }
        wake()
    }

    private func take(_ event: WatchEvent, _ key: FeedKey, _ number: Int) {
        guard feeds[key]?.number == number else { return }
        let triage = triage(for: key)
        let isNews =
            switch event {
            case .bookmark: false
            case .added(let object), .modified(let object):
                feeds[key]?.store.receive(object) { [client] object in
                    client.redactor.register(secretObject: object)
                    return triage?.kept(object) ?? .whole(object)
                }
            case .deleted(let object): feeds[key]?.store.receive(endOf: object)
            }
        if isNews == true { changed([key.resource.gvk.groupKind]) }
    }

    /// Notes why a list or a watch failed; returns how long to wait before the next list.
    private func take(_ error: KubeError, _ key: FeedKey, _ number: Int, isListed: Bool) -> Duration? {
        guard var feed = feeds[key], feed.number == number, error.reason != .cancelled else { return nil }
        let now = ContinuousClock.now
        defer {
            feeds[key] = feed
            wake()
        }
        switch error.reason {
        case .expired where isListed:
            // The versions in between are gone from the server: only a new list tells what has happened. The first one
            // comes at once, unless the last one was only just made.
            let isEarly = feed.lastReading.map { now - $0 < .seconds(1) } ?? false
            if isEarly || feed.failures > 0 { feed.failures += 1 }
            feed.state = .reading
        case .forbidden where isListed, .methodNotAllowed where isListed:
            feed.state = .unwatchable
            feed.failures = max(feed.failures, 6) + 1
        default:
            feed.state = .failed(error)
            feed.failures += 1
        }
        return feed.pause
    }
}
