// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Synchronization

/// Why the store refused a write.
package enum StoreError: Error, Sendable, Hashable {
    /// A creation found an object at its key.
    case exists
    /// The object is not there.
    case notFound
    /// The object changed since it was read.
    case changed
}

extension ObjectStore {
    /// Stores a new object and returns it with its resourceVersion.
    ///
    /// - Throws: `.exists` when the key is taken.
    @discardableResult
    package func create(_ object: KubeObject, at key: ObjectKey) throws(StoreError) -> KubeObject {
        try commit(key) { current, revision throws(StoreError) in
            guard current == nil else { throw .exists }
            return (.added, ObjectStore.stamp(object, revision))
        }
    }

    /// Replaces the object that was read as `expected` and returns the new one with its resourceVersion.
    ///
    /// - Throws: `.notFound` when it is gone, `.changed` when its resourceVersion is no longer that of `expected`.
    @discardableResult
    package func replace(
        _ expected: KubeObject,
        with object: KubeObject,
        at key: ObjectKey
    ) throws(StoreError) -> KubeObject {
        try commit(key) { current, revision throws(StoreError) in
            try ObjectStore.check(current, isStill: expected)
            return (.modified, ObjectStore.stamp(object, revision))
        }
    }

    /// Removes the object that was read as `expected` and returns its last state with the removal's resourceVersion.
    ///
    /// Finalizers are not looked at: the API layer decides when an object may go. `last` is the state that watches see
    /// last, when it is not that of `expected`.
    /// - Throws: `.notFound` when it is gone, `.changed` when its resourceVersion is no longer that of `expected`.
    @discardableResult
    package func remove(
        _ expected: KubeObject,
        as last: KubeObject? = nil,
        at key: ObjectKey
    ) throws(StoreError) -> KubeObject {
        try commit(key) { current, revision throws(StoreError) in
            try ObjectStore.check(current, isStill: expected)
            return (.deleted, ObjectStore.stamp(last ?? expected, revision))
        }
    }

    private static func check(_ current: KubeObject?, isStill expected: KubeObject) throws(StoreError) {
        guard let current else { throw .notFound }
        guard current.resourceVersion == expected.resourceVersion, current.uid == expected.uid else { throw .changed }
    }

    private static func stamp(_ object: KubeObject, _ revision: Int64) -> KubeObject {
        var result = object
        result.json[["metadata", "resourceVersion"]] = .string(String(revision))
        return result
    }

    private func commit(
        _ key: ObjectKey,
        _ change: (KubeObject?, Int64) throws(StoreError) -> (StoreEvent.Change, KubeObject)
    ) throws(StoreError) -> KubeObject {
        let object = try state.withLock { state throws(StoreError) -> KubeObject in
            let current = state.tables[key.resource]?.objects[key.path]
            let (kind, object) = try change(current, state.revision + 1)
            state.revision += 1
            let event = StoreEvent(
                change: kind,
                key: key,
                object: object,
                previous: current,
                revision: state.revision
            )
            state.tables[key.resource, default: ResourceTable()].commit(event)
            record(event)
            return object
        }
        wake()
        return object
    }
}
