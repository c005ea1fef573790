// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// One control loop: brings the objects of one kind closer to what they ask for.
///
/// It is level-triggered: it is told only which object to look at, reads what is stored now and may be called at any
/// time and any number of times. It never waits.
protocol Reconciler: Sendable {
    /// The resources whose changes matter.
    var watched: [GroupResource] { get }

    /// The objects to look at after a change of a watched resource, or at the start for each object there is.
    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey]

    /// Looks at one object, which may be gone.
    ///
    /// - Returns: When to look again though nothing changed; nil for not at all.
    /// - Throws: ``StatusError`` of a refused write; the object is looked at again a little later.
    mutating func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration?
}

extension Reconciler {
    /// The changed object itself.
    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] { [event.key] }
}

/// What a reconciler works with during one call.
struct ControllerContext: Sendable {
    /// Writes as `kube-controller-manager`.
    let client: LocalClient
    let recorder: EventRecorder
    let now: ClusterTime

    func object(_ resource: ControllerResource, _ namespace: String, _ name: String) -> KubeObject? {
        client.object(resource.key(namespace, name))
    }

    /// The objects of a resource in one namespace or (empty) in all.
    func list(_ resource: ControllerResource, in namespace: String = "") -> [KubeObject] {
        client.list(resource.groupResource, namespace: namespace)
    }

    /// The objects of a resource that `owner` controls.
    func list(_ resource: ControllerResource, controlledBy owner: KubeObject) -> [KubeObject] {
        list(resource, in: owner.namespace).filter { $0.controllerReference?.uid == owner.uid }
    }

    /// Writes the status that `change` makes of the stored object.
    func updateStatus(_ key: ObjectKey, _ change: (inout JSON) -> Void) throws(StatusError) {
        try client.mutate(key, subresource: "status") { object in
            var status = object["status"] ?? .object(JSONObject())
            change(&status)
            object["status"] = status
        }
    }

    /// The RFC 3339 text of now, with seconds.
    var time: String { now.text }
}
