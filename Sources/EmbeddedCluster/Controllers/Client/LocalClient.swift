// SPDX-License-Identifier: Apache-2.0
import ClusterSchema
import ClusterStore
import KubeObjects

/// The API as the cluster's own controllers use it: the same rules as over the network, without the network.
///
/// Every write passes defaulting, validation, ownership tracking (under `manager`) and the generation rule. Nothing here
/// waits; a lost compare-and-swap is tried again inside.
package struct LocalClient: Sendable {
    /// The objects themselves.
    package let store: ObjectStore
    /// Every registered resource, by kind.
    package let resources: ResourceRegistry
    /// The API behind the client.
    let writer: any LocalWriter
    /// The field manager of this client's writes.
    package let manager: String

    /// A client that reads from the store and writes through `writer`, which keeps its objects in the same store.
    package init(store: ObjectStore, resources: ResourceRegistry, writer: any LocalWriter, manager: String) {
        self.store = store
        self.resources = resources
        self.writer = writer
        self.manager = manager
    }

    /// The revision of the newest change; take it before a list to watch from there.
    package var revision: Int64 { store.revision }

    /// The same client under another field manager.
    package func acting(as manager: String) -> LocalClient {
        LocalClient(store: store, resources: resources, writer: writer, manager: manager)
    }

    /// The object, in its storage version; nil when there is none.
    package func object(_ key: ObjectKey) -> KubeObject? { store.object(key) }

    /// All objects of a resource in one namespace or (empty) in all, by namespace and name.
    package func list(_ resource: GroupResource, namespace: String = "") -> [KubeObject] {
        store.list(resource, namespace: namespace).objects
    }

    /// The changes of some resources, from now on or from behind `revision`.
    package func events(of resources: [GroupResource], after revision: Int64? = nil) -> StoreEvents {
        store.events(of: resources, after: revision)
    }
}
