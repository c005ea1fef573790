// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Synchronization

/// The cluster's memory: objects by key, one ascending revision for all changes, and the log that watches read.
///
/// Writes are compare-and-swap on an object's resourceVersion, so a writer computes its new object outside of any lock
/// and tries again when it lost. The store sets `metadata.resourceVersion`; every other field is the caller's.
package final class ObjectStore: Sendable {
    struct State: Sendable {
        var revision: Int64 = 1
        /// Nothing is known of what happened before.
        var firstRevision: Int64 = 0
        var tables: [GroupResource: ResourceTable] = [:]
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var cancelled: Set<UInt64> = []
        var nextWaiter: UInt64 = 0
    }

    let state = Mutex(State())

    /// Where changes are kept; nil for memory only.
    private let journal: StoreJournal?

    /// An empty store in memory.
    package init() { journal = nil }

    /// A store that is kept in a folder: what was there when the last process ended is there again.
    package init(folder: String) throws(StoreJournalError) {
        let contents = try StoreJournal.contents(of: folder)
        journal = try StoreJournal(folder: folder, contents: contents)
        state.withLock { state in
            state.revision = contents.revision
            state.firstRevision = contents.revision
            for (key, object) in contents.objects {
                state.tables[key.resource, default: ResourceTable()].restore(object, path: key.path)
            }
        }
    }

    /// Returns when all changes so far are on disk; at once without a folder.
    package func sync() async throws(StoreJournalError) { try await journal?.sync() }

    /// Logs a change that was committed; called under the lock, so in order.
    func record(_ event: StoreEvent) { journal?.append(event) }

    /// The revision of the newest change.
    package var revision: Int64 { state.withLock { $0.revision } }

    /// The object at `key`, in its storage version; nil when there is none.
    package func object(_ key: ObjectKey) -> KubeObject? {
        state.withLock { $0.tables[key.resource]?.objects[key.path] }
    }

    /// All objects of a resource in one namespace or (empty) in all, by namespace and name, with the store's revision.
    package func list(_ resource: GroupResource, namespace: String = "") -> (objects: [KubeObject], revision: Int64) {
        let (all, revision) = state.withLock { ($0.tables[resource]?.sortedObjects ?? [], $0.revision) }
        return (namespace.isEmpty ? all : all.filter { $0.namespace == namespace }, revision)
    }

    /// All objects of a resource as they were at `revision`; nil when that revision is compacted away.
    package func snapshot(_ resource: GroupResource, at revision: Int64) -> [KubeObject]? {
        state.withLock { state in
            guard revision >= state.firstRevision else { return nil }
            guard let table = state.tables[resource] else { return [] }
            return table.snapshot(at: revision)
        }
    }

    /// The resources that have objects now.
    package var populatedResources: [GroupResource] {
        state.withLock { $0.tables.filter { !$0.value.objects.isEmpty }.map(\.key) }
    }

    /// Forgets the change log, as etcd's compaction does: watches and lists from before now are answered with 410.
    package func compact() {
        state.withLock { state in
            state.firstRevision = state.revision
            for resource in Array(state.tables.keys) { state.tables[resource]?.markCompacted(at: state.revision) }
        }
        wake()
    }
}
