// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects

/// What the cluster has of a project, kept up to date by watches: what ``LiveReader`` reads once, without asking again.
///
/// Of each kind there is one list and then a watch. It is the loop's: ``run()`` keeps it alive, ``read(_:triage:)`` gives
/// what a plan needs. A kind that cannot be listed or followed
/// is unreadable, never empty; one that may be listed but not watched is listed for every plan. Settled objects are
/// kept without their fields.
package actor LiveMirror {
    /// How long a plan waits for lists, for a watch that is being opened again, and for the events of our own writes.
    package struct Patience: Sendable, Hashable {
        package var lists: Duration
        package var connections: Duration
        package var echoes: Duration

        package init(
            lists: Duration = .seconds(300),
            connections: Duration = .seconds(5),
            echoes: Duration = .seconds(10)
        ) {
            self.lists = lists
            self.connections = connections
            self.echoes = echoes
        }
    }

    /// What a plan is made of.
    package struct Reading: Sendable {
        package let live: LiveSet
        /// The name of the state of `live` without `unwatched`: as long as ``LiveMirror/isCurrent(_:)`` is true for it,
        /// reading again would give the same. Nil when a kind was read that no watch covers.
        package let generation: Int?
        /// Rendered objects without our label, or that do not exist: no watch covers them.
        package let unwatched: Set<ObjectID>
    }

    nonisolated let client: KubeClient
    nonisolated let reader: LiveReader
    nonisolated let parentKey: FeedKey
    nonisolated let patience: Patience
    var feeds: [FeedKey: Feed] = [:]
    /// Decides what has to be kept of an object; nil before the first plan.
    var triage: (any TriageRule)?
    /// As ``ReadScope/searched``, of the last reading.
    var searched: Set<GroupKind> = []
    /// Resources that may not be listed for the whole cluster, and since when that is known.
    var narrowed: [APIResource: ContinuousClock.Instant] = [:]
    /// Counts what may make a plan come out differently.
    private(set) var generation = 0
    private var launcher: AsyncStream<(FeedKey, Int)>.Continuation?
    private var launches: AsyncStream<(FeedKey, Int)>?
    private var launched = 0
    private var waiters: [Int: AsyncStream<Void>.Continuation] = [:]
    private var nextWaiter = 0
    private var observers: [(kinds: Set<GroupKind>, changes: AsyncStream<Void>.Continuation)] = []

    package init(client: KubeClient, applySet: ApplySet, patience: Patience = Patience(), limit: Int = 8) {
        self.client = client
        self.patience = patience
        reader = LiveReader(client: client, applySet: applySet, limit: limit)
        parentKey = FeedKey(
            resource: .secrets,
            namespace: applySet.parent.namespace,
            labelSelector: "\(ApplySet.idLabel)=\(applySet.id)"
        )
    }

    /// From now on readings wait for ``run()``, which must follow; without this the first one may ask the server itself.
    package func begin() {
        guard launcher == nil else { return }
        let (launches, launcher) = AsyncStream<(FeedKey, Int)>.makeStream()
        self.launches = launches
        self.launcher = launcher
    }

    /// Follows the cluster until the task is cancelled; then the mirror is empty, and may be run again.
    package func run() async {
        begin()
        if let launches {
            await withDiscardingTaskGroup { group in
                for await (key, number) in launches { group.addTask { await self.keepFollowing(key, number) } }
                group.cancelAll()
            }
        }
        (launcher, launches) = (nil, nil)
        for feed in feeds.values { feed.stop.finish() }
        feeds = [:]
        changed()
    }

    /// Whether ``run()`` is running; otherwise every reading asks the server.
    var isRunning: Bool { launcher != nil }

    /// Whether nothing has changed since a reading, as far as can be known now: every watch is open, and none still
    /// lacks the event of a write of ours.
    package func isCurrent(_ generation: Int) -> Bool {
        guard isRunning, generation == self.generation else { return false }
        let limit = ContinuousClock.now - patience.echoes
        return feeds.values.allSatisfy { $0.isFollowing && !$0.store.owesEcho(since: limit) }
    }

    /// How many objects it keeps, and how many of them whole: what memory depends on.
    package var size: (objects: Int, whole: Int) {
        let all = feeds.filter { $0.key != parentKey }.values.flatMap(\.store.objects.values)
        return (all.count, all.count { $0.whole != nil })
    }

    /// Starts a feed, or starts it anew; what its store holds stays until the new list is complete.
    func launch(_ key: FeedKey) {
        let old = feeds[key]
        old?.stop.finish()
        launched += 1
        let (stopped, stop) = AsyncStream<Never>.makeStream()
        feeds[key] = Feed(
            number: launched,
            stop: stop,
            stopped: stopped,
            store: old?.store ?? FeedStore(),
            failures: old?.failures ?? 0,
            lastReading: old?.lastReading
        )
        launcher?.yield((key, launched))
    }

    /// Ends a feed and forgets what it held.
    func end(_ key: FeedKey) {
        feeds.removeValue(forKey: key)?.stop.finish()
    }

    /// Notes that a plan may come out differently now.
    func changed() {
        generation &+= 1
        wake()
    }

    /// Tells that objects of some kinds have changed so that a plan may come out differently; many changes are one for who is
    /// slow. It does not end by itself.
    package func changes(of kinds: Set<GroupKind>) -> AsyncStream<Void> {
        let (changes, observer) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        observers.append((kinds, observer))
        return changes
    }

    /// Notes that a plan may come out differently now because objects of these kinds have changed.
    func changed(_ kinds: Set<GroupKind>) {
        changed()
        observers.removeAll { observer in
            guard !observer.kinds.isDisjoint(with: kinds) else { return false }
            // Nobody reads any more.
            if case .terminated = observer.changes.yield() { return true }
            return false
        }
    }

    /// Wakes whoever waits for a feed.
    func wake() {
        for waiter in waiters.values { waiter.yield() }
    }

    /// Waits until something happens, at most until `end`.
    func waitForNews(until end: ContinuousClock.Instant) async {
        let (stream, waiter) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        nextWaiter += 1
        let number = nextWaiter
        waiters[number] = waiter
        defer { waiters[number] = nil }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { for await _ in stream { return } }
            group.addTask { try? await Task.sleep(until: end) }  // cancellation ends the wait, as news does
            await group.next()
            group.cancelAll()
        }
    }
}
