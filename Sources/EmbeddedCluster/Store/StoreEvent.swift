// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// One committed change of one object.
package struct StoreEvent: Sendable {
    /// What happened to the object.
    package enum Change: String, Sendable {
        case added = "ADDED"
        case modified = "MODIFIED"
        case deleted = "DELETED"
    }

    package let change: Change
    package let key: ObjectKey
    /// The object after the change, in its storage version; of a deletion its last state with the deletion's
    /// resourceVersion.
    package let object: KubeObject
    /// The object before the change; nil of an addition.
    package let previous: KubeObject?
    /// The store's revision that the change made; unique and ascending.
    package let revision: Int64

    package init(change: Change, key: ObjectKey, object: KubeObject, previous: KubeObject?, revision: Int64) {
        self.change = change
        self.key = key
        self.object = object
        self.previous = previous
        self.revision = revision
    }
}
