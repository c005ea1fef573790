// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The objects of one resource in etcd's order, and the log of their latest changes.
///
/// The log makes old snapshots: the table at revision R is the table now with the changes behind R undone.
struct ResourceTable: Sendable {
    /// Changes kept per resource; older ones are compacted away and a watch from before them is told 410.
    static let logLimit = 8192

    private(set) var objects: [String: KubeObject] = [:]
    private var sortedPaths: [String] = []
    private(set) var log: [StoreEvent] = []
    /// The newest revision that the log no longer holds.
    private(set) var compactedRevision: Int64 = 0

    /// Every object, by namespace and name.
    var sortedObjects: [KubeObject] { sortedPaths.compactMap { objects[$0] } }

    /// Applies a change and logs it.
    mutating func commit(_ event: StoreEvent) {
        let path = event.key.path
        if event.change == .deleted {
            objects[path] = nil
            let index = lowerBound(path)
            if index < sortedPaths.count, sortedPaths[index] == path { sortedPaths.remove(at: index) }
        } else {
            if objects.updateValue(event.object, forKey: path) == nil {
                sortedPaths.insert(path, at: lowerBound(path))
            }
        }
        log.append(event)
        if log.count > ResourceTable.logLimit + ResourceTable.logLimit / 4 {
            compact(keeping: ResourceTable.logLimit)
        }
    }

    /// Forgets all but the newest `count` changes.
    mutating func compact(keeping count: Int) {
        let surplus = log.count - count
        guard surplus > 0 else { return }
        compactedRevision = log[surplus - 1].revision
        log.removeFirst(surplus)
    }

    /// Puts an object back as it was when the process ended; nothing is logged.
    mutating func restore(_ object: KubeObject, path: String) {
        if objects.updateValue(object, forKey: path) == nil { sortedPaths.insert(path, at: lowerBound(path)) }
    }

    /// Tells that nothing before `revision` is in the log.
    mutating func markCompacted(at revision: Int64) {
        compactedRevision = revision
        log.removeAll { $0.revision <= revision }
    }

    /// The changes behind `revision`; nil when some of them are compacted away.
    func events(after revision: Int64) -> ArraySlice<StoreEvent>? {
        guard revision >= compactedRevision else { return nil }
        var low = 0
        var high = log.count
        while low < high {
            let middle = (low + high) / 2
            if log[middle].revision <= revision { low = middle + 1 } else { high = middle }
        }
        return log[low...]
    }

    /// The objects as they were at `revision`, in order; nil when that is compacted away.
    func snapshot(at revision: Int64) -> [KubeObject]? {
        guard let later = events(after: revision) else { return nil }
        if later.isEmpty { return sortedObjects }
        var past = objects
        for event in later.reversed() { past[event.key.path] = event.previous }
        return past.sorted { $0.key.precedesInByteOrder($1.key) }.map(\.value)
    }

    private func lowerBound(_ path: String) -> Int {
        var low = 0
        var high = sortedPaths.count
        while low < high {
            let middle = (low + high) / 2
            if sortedPaths[middle].precedesInByteOrder(path) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
