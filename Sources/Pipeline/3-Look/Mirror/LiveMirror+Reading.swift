// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Waiting

/// Giving a plan what it needs, and asking the server only for what no watch covers.
extension LiveMirror {
    /// How long it is remembered that a resource may not be listed for the whole cluster.
    private static let narrowedFor: Duration = .seconds(300)

    /// The live objects of every kind in the scope; what ``LiveReader/read(_:triage:isWell:)`` would give.
    ///
    /// - Parameters:
    ///   - scope: What is read.
    ///   - triage: Sorts each object, those that watches show later too: only its mark is kept of a settled one.
    /// - Returns: The live set, and the mirror's name of it.
    /// - Throws: The first error, when the task was cancelled or when nothing at all could be read.
    package func read(_ scope: ReadScope, triage: any TriageRule) async throws(KubeError) -> Reading {
        guard isRunning else {
            let live = try await reader.read(scope, triage: triage)
            return Reading(live: live, generation: nil, unwatched: [])
        }
        self.triage = triage
        searched = scope.searched
        let listable = scope.resources.filter { $0.verbs.contains("list") }
        await follow(listable, in: scope)
        if Task.isCancelled { throw .cancelled }
        // From here to the end of the loop nothing is awaited: all kinds are taken as they are at one moment.
        let generation = generation
        var isWatched = feeds.values.allSatisfy(\.isFollowing)
        var findings = Findings(scope: scope, redactor: client.redactor)
        for resource in listable {
            findings.take(contents(of: resource, in: scope), of: resource)
            if narrowed[resource] != nil { findings.markNarrowed(resource.gvk.groupKind) }
        }
        try findings.throwIfNothingWasRead(attempts: listable.count)
        let missing = scope.missing(from: findings)
        await readStale(by: triage, into: &findings)
        isWatched = isWatched && findings.unreadable.isEmpty && scope.undiscovered.isEmpty
        isWatched = isWatched && scope.memberKinds.allSatisfy { scope.catalog.lookup($0) != .unknown }
        let live = try await reader.finish(findings, missing: missing)
        return Reading(
            live: live,
            generation: isWatched ? generation : nil,
            unwatched: Set(missing.values.joined())
        )
    }

    /// The parent of the inventory as the watch shows it; nil when it is not there, or cannot be watched, so that the
    /// server has to be asked.
    package func parent() async -> KubeObject? {
        guard isRunning else { return nil }
        refresh([parentKey])
        await wait(for: [parentKey])
        guard case .success(let objects) = contents(of: parentKey) else { return nil }
        return objects[reader.applySet.parent]?.whole
    }

    /// The parent as the watch has shown it last, without waiting for anything; nil when no watch shows it now.
    package func parentLastSeen() -> KubeObject? {
        guard isRunning, case .following? = feeds[parentKey]?.state else { return nil }
        return feeds[parentKey]?.store.objects[reader.applySet.parent]?.whole
    }

    /// Reads objects whose fields were dropped for an earlier commit and that are no longer settled: a few one by one, many
    /// of a kind with a list. Those that are gone are left out; a kind that cannot be read is unreadable.
    private func readStale(by triage: any TriageRule, into findings: inout Findings) async {
        let stale = findings.objects.compactMap { id, object -> ObjectID? in
            guard case .settled(let mark) = object, !triage.holds(mark, for: id) else { return nil }
            return id
        }
        let scope = findings.scope
        let kinds = Dictionary(grouping: stale.sorted(), by: \.groupKind).sorted { $0.key < $1.key }
        let found = await concurrently(kinds, limit: reader.limit) { kind, ids in
            await self.wholes(ids, of: kind, in: scope)
        }
        for ((kind, ids), result) in zip(kinds, found) {
            switch result ?? .failure(.cancelled) {
            case .failure(let error):
                findings.markUnreadable(kind, error)
                for id in ids { findings.replace(id, by: nil) }
            case .success(let wholes):
                for id in ids {
                    findings.replace(id, by: wholes[id])
                    guard let whole = wholes[id] else { continue }
                    for key in feeds.keys where key.covers(id) { feeds[key]?.store.keepWhole(whole) }
                }
            }
        }
    }

    private func wholes(
        _ ids: [ObjectID],
        of kind: GroupKind,
        in scope: ReadScope
    ) async -> Result<[ObjectID: KubeObject], KubeError> {
        let preferred = scope.catalog.lookup(kind).resource
        let resources = Dictionary(grouping: ids) { scope.wanted[$0] ?? preferred }
        var wholes: [ObjectID: KubeObject] = [:]
        for (resource, ids) in resources {
            guard let resource else {
                return .failure(KubeError(reason: .notFound, message: "the API server does not serve \(kind) now"))
            }
            switch await reader.wholes(ids, of: resource, namespaces: scope.namespaces[kind] ?? []) {
            case .success(let found): wholes.merge(found) { $1 }
            case .failure(let error): return .failure(error)
            }
        }
        return .success(wholes)
    }
}

extension LiveMirror {
    /// Follows these resources and the parent, and nothing else; waits until each is read or has failed.
    private func follow(_ resources: [APIResource], in scope: ReadScope) async {
        let now = ContinuousClock.now
        narrowed = narrowed.filter { now - $0.value < Self.narrowedFor }
        // A second round for resources that turn out to be allowed in single namespaces only.
        for _ in 0..<2 {
            let keys = resources.flatMap { self.keys(of: $0, in: scope) } + [parentKey]
            for key in Set(feeds.keys).subtracting(keys) { end(key) }
            refresh(keys)
            await wait(for: keys)
            var isSettled = true
            for resource in resources where narrowed[resource] == nil && isNarrow(resource, in: scope) {
                narrowed[resource] = now
                isSettled = false
            }
            if isSettled { return }
        }
    }

    /// Whether a resource may not be listed everywhere, and there are namespaces to look in.
    private func isNarrow(_ resource: APIResource, in scope: ReadScope) -> Bool {
        guard resource.isNamespaced, scope.namespaces[resource.gvk.groupKind]?.isEmpty == false else { return false }
        let key = FeedKey(resource: resource, namespace: "", labelSelector: selector)
        guard case .failed(let error) = feeds[key]?.state else { return false }
        return error.reason == .forbidden
    }

    private var selector: String { reader.applySet.memberSelector }

    /// The feeds in which the objects of a resource are.
    private func keys(of resource: APIResource, in scope: ReadScope) -> [FeedKey] {
        let namespaces = narrowed[resource] == nil ? [""] : scope.namespaces[resource.gvk.groupKind]?.sorted() ?? [""]
        return namespaces.map { FeedKey(resource: resource, namespace: $0, labelSelector: selector) }
    }

    /// Starts the feeds that are not there, and anew those that do not tell the present state by themselves.
    private func refresh(_ keys: [FeedKey]) {
        let now = ContinuousClock.now
        for key in keys {
            guard let feed = feeds[key] else {
                launch(key)
                continue
            }
            let isOld = feed.lastReading.map { now - $0 >= .seconds(1) } ?? true
            switch feed.state {
            case .failed, .unwatchable: if isOld { launch(key) }
            case .following, .interrupted:
                if feed.store.owesEcho(since: now - patience.echoes) { launch(key) }
            case .reading: break
            }
        }
    }

    /// Waits until each feed is read, or has failed, or has been without a connection for too long.
    private func wait(for keys: [FeedKey]) async {
        let end = ContinuousClock.now + patience.lists
        while !Task.isCancelled {
            let now = ContinuousClock.now
            let ends = keys.compactMap { key -> ContinuousClock.Instant? in
                switch feeds[key]?.state {
                case .reading: end
                case .interrupted(_, let since): since + patience.connections
                default: nil
                }
            }
            guard let next = ends.filter({ $0 > now }).min() else { return }
            await waitForNews(until: next)
        }
    }

    /// All objects of a resource that carry our label, or why they are not known.
    private func contents(
        of resource: APIResource,
        in scope: ReadScope
    ) -> Result<[ObjectID: LiveObject], KubeError> {
        var objects: [ObjectID: LiveObject] = [:]
        for key in keys(of: resource, in: scope) {
            switch contents(of: key) {
            case .success(let found): objects.merge(found) { $1 }
            case .failure(let error): return .failure(error)
            }
        }
        return .success(objects)
    }

    private func contents(of key: FeedKey) -> Result<[ObjectID: LiveObject], KubeError> {
        guard let feed = feeds[key] else { return .failure(.cancelled) }
        switch feed.state {
        case .following, .unwatchable: return .success(feed.store.objects)
        case .failed(let error): return .failure(error)
        case .interrupted(let error, _): return .failure(error)
        case .reading:
            let message = "its list was not complete within \(patience.lists)"
            return .failure(KubeError(reason: .timeout, message: message))
        }
    }
}
