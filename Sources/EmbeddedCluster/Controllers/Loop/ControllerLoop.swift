// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterSchema
import ClusterStore
import KubeObjects
import Waiting

/// Runs reconcilers one call at a time: reads the store's changes, keeps one entry per object to look at, and waits for
/// the next change or the next timer, whichever comes first.
struct ControllerLoop {
    /// One object for one reconciler.
    private struct Work: Hashable {
        let reconciler: Int
        let key: ObjectKey
    }

    /// Calls between two chances for other tasks to run.
    private static let burst = 32

    private let client: LocalClient
    private let recorder: EventRecorder
    private let clock = ContinuousClock()
    private var reconcilers: [any Reconciler]
    private let watchers: [GroupResource: [Int]]
    /// The reconcilers that see the changes of every resource.
    private let universal: [Int]
    private var cursor: Int64 = 0
    private var queue: [Work] = []
    private var queued: Set<Work> = []
    private var timers: [Work: ContinuousClock.Instant] = [:]
    private var failures: [Work: Int] = [:]

    /// A loop over these reconcilers. One that watches nothing sees every resource, also those of custom resource
    /// definitions. The client writes as `kube-controller-manager`.
    init(client: LocalClient, recorder: EventRecorder, reconcilers: [any Reconciler]) {
        self.client = client
        self.recorder = recorder
        self.reconcilers = reconcilers
        var watchers: [GroupResource: [Int]] = [:]
        for (index, reconciler) in reconcilers.enumerated() {
            for resource in reconciler.watched { watchers[resource, default: []].append(index) }
        }
        self.watchers = watchers
        universal = reconcilers.indices.filter { reconcilers[$0].watched.isEmpty }
    }

    /// Runs until the task is cancelled.
    mutating func run() async {
        cursor = client.revision
        enqueueEverything()
        while !Task.isCancelled {
            readChanges()
            enqueueDueTimers()
            if queue.isEmpty {
                await waitForWork()
            } else {
                work()
                await Task.yield()
            }
        }
    }

    private var context: ControllerContext {
        ControllerContext(client: client, recorder: recorder, now: .now)
    }

    private var resources: Set<GroupResource> {
        Set(client.resources.all.map(\.groupResource)).union(client.store.populatedResources)
    }

    private mutating func enqueueEverything() {
        let context = context
        for resource in resources {
            for object in client.list(resource) {
                let key = ObjectKey(resource: resource, namespace: object.namespace, name: object.name)
                let event = StoreEvent(change: .added, key: key, object: object, previous: nil, revision: cursor)
                enqueue(event, context)
            }
        }
    }

    /// Reads what changed since the last time; when the log does not reach back that far, all there is counts as changed.
    private mutating func readChanges() {
        let end = client.revision
        guard end > cursor else { return }
        var events: [StoreEvent] = []
        for resource in resources {
            guard let found = client.store.changes(of: resource, after: cursor) else {
                cursor = end
                return enqueueEverything()
            }
            events += found.events.filter { $0.revision <= end }
        }
        cursor = end
        let context = context
        for event in events.sorted(by: { $0.revision < $1.revision }) { enqueue(event, context) }
    }

    private mutating func enqueue(_ event: StoreEvent, _ context: ControllerContext) {
        for index in (watchers[event.key.resource] ?? []) + universal {
            for key in reconcilers[index].keys(affectedBy: event, in: context) {
                enqueue(Work(reconciler: index, key: key))
            }
        }
    }

    private mutating func enqueue(_ work: Work) {
        guard queued.insert(work).inserted else { return }
        queue.append(work)
    }

    private mutating func enqueueDueTimers() {
        let now = clock.now
        for (work, time) in timers where time <= now {
            timers[work] = nil
            enqueue(work)
        }
    }

    private mutating func work() {
        let batch = queue.prefix(ControllerLoop.burst)
        queue.removeFirst(batch.count)
        for work in batch {
            queued.remove(work)
            timers[work] = nil
            do throws(StatusError) {
                let delay = try reconcilers[work.reconciler].reconcile(work.key, in: context)
                failures[work] = nil
                if let delay { timers[work] = clock.now.advanced(by: delay) }
            } catch {
                let count = failures[work, default: 0] + 1
                failures[work] = count
                timers[work] = clock.now.advanced(by: ControllerLoop.delay(afterFailures: count))
            }
        }
    }

    /// 20 ms, doubled with each failure, at most 30 s.
    private static func delay(afterFailures count: Int) -> Duration {
        Backoff.doubled(.milliseconds(20), failures: count, atMost: .seconds(30))
    }

    private func waitForWork() async {
        let next = timers.values.min()
        let (store, cursor, clock) = (client.store, cursor, clock)
        await withTaskGroup { group in
            group.addTask { await store.waitForChange(after: cursor) }
            if let next { group.addTask { try? await clock.sleep(until: next) } }
            await group.next()
            group.cancelAll()
        }
    }
}
