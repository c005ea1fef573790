// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Synchronization

extension ObjectStore {
    /// The changes of a resource behind `revision`, and the revision up to which that is complete.
    ///
    /// - Returns: nil when some of them are compacted away: the reader must list again.
    package func changes(of resource: GroupResource, after revision: Int64) -> (events: [StoreEvent], upTo: Int64)? {
        state.withLock { state in
            guard revision >= state.firstRevision else { return nil }
            guard let table = state.tables[resource] else { return ([], state.revision) }
            return table.events(after: revision).map { (Array($0), state.revision) }
        }
    }

    /// Returns as soon as the store's revision is behind `revision`, or the task is cancelled.
    package func waitForChange(after revision: Int64) async {
        let id = state.withLock { state in
            state.nextWaiter += 1
            return state.nextWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isReady = state.withLock { state in
                    if state.revision > revision || state.cancelled.remove(id) != nil { return true }
                    state.waiters[id] = continuation
                    return false
                }
                if isReady { continuation.resume() }
            }
        } onCancel: {
            let waiter = state.withLock { state in
                let waiter = state.waiters.removeValue(forKey: id)
                if waiter == nil { state.cancelled.insert(id) }
                return waiter
            }
            waiter?.resume()
        }
        state.withLock { _ = $0.cancelled.remove(id) }
    }

    /// Wakes everybody who waits for a change.
    func wake() {
        let waiters = state.withLock { state in
            let waiters = state.waiters
            state.waiters = [:]
            return waiters
        }
        for waiter in waiters.values { waiter.resume() }
    }

    /// An endless sequence of the changes of some resources, from now on or from behind `revision`.
    ///
    /// It pulls: a slow reader costs nothing. It ends when the task is cancelled or when the reader fell so far behind
    /// that changes are lost; the reader then lists again.
    package func events(of resources: [GroupResource], after revision: Int64? = nil) -> StoreEvents {
        StoreEvents(store: self, resources: resources, cursor: revision ?? self.revision)
    }
}

/// The changes of some resources, in order of their revisions.
package struct StoreEvents: AsyncSequence, Sendable {
    package typealias Element = StoreEvent
    package typealias Failure = Never

    let store: ObjectStore
    let resources: [GroupResource]
    let cursor: Int64

    /// A reader that begins after `cursor`.
    package func makeAsyncIterator() -> Iterator {
        Iterator(store: store, resources: resources, cursor: cursor)
    }

    /// Reads the log in batches.
    package struct Iterator: AsyncIteratorProtocol {
        let store: ObjectStore
        let resources: [GroupResource]
        var cursor: Int64
        var batch: ArraySlice<StoreEvent> = []

        /// The next change; nil when the task is cancelled, or when the changes after the cursor are no longer kept.
        package mutating func next() async -> StoreEvent? {
            await next(isolation: #isolation)
        }

        /// The next change; nil when the task is cancelled, or when the changes after the cursor are no longer kept.
        package mutating func next(isolation actor: isolated (any Actor)?) async -> StoreEvent? {
            while batch.isEmpty {
                if Task.isCancelled { return nil }
                guard readBatch() else { return nil }
                if batch.isEmpty { await store.waitForChange(after: cursor) }
            }
            return batch.removeFirst()
        }

        private mutating func readBatch() -> Bool {
            let end = store.revision
            var events: [StoreEvent] = []
            for resource in resources {
                guard let found = store.changes(of: resource, after: cursor) else { return false }
                events += found.events.filter { $0.revision <= end }
            }
            batch = events.sorted { $0.revision < $1.revision }[...]
            cursor = end
            return true
        }
    }
}
