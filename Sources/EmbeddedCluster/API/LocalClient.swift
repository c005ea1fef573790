// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// The API as the cluster's own controllers use it: the same rules as over the network, without the network.
///
/// Every write passes defaulting, validation, ownership tracking (under `manager`) and the generation rule. Nothing here
/// waits; a lost compare-and-swap is tried again inside.
package struct LocalClient: Sendable {
    let store: ObjectStore
    /// Every registered resource, by kind.
    package let resources: ResourceRegistry
    /// The field manager of this client's writes.
    package let manager: String

    /// The object, in its storage version; nil when there is none.
    package func object(_ key: ObjectKey) -> KubeObject? { store.object(key) }

    /// All objects of a resource in one namespace or (empty) in all, by namespace and name.
    package func list(_ resource: GroupResource, namespace: String = "") -> [KubeObject] {
        store.list(resource, namespace: namespace).objects
    }

    /// The changes of some resources from now on; list first from the returned sequence's start is not needed when the
    /// caller takes `store` revision before its list. See ``ObjectStore/events(of:after:)``.
    package func events(of resources: [GroupResource], after revision: Int64? = nil) -> StoreEvents {
        store.events(of: resources, after: revision)
    }

    /// The revision of the newest change; take it before a list to watch from there.
    package var revision: Int64 { store.revision }
}
