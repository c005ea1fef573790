// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Rolls the pods of a Deployment from one template to the next through ReplicaSets.
///
/// One call takes one step of the roll-out; the change of a ReplicaSet's status brings the next. Unlike the real
/// controller it does not spread a scaling over several ReplicaSets in proportion: the roll-out's own rules do it.
struct DeploymentReconciler: Reconciler {
    static let revisionKey = "deployment.kubernetes.io/revision"

    let watched = [
        ControllerResource.deployments.groupResource, ControllerResource.replicaSets.groupResource,
        ControllerResource.pods.groupResource,
    ]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        if event.key.resource == ControllerResource.pods.groupResource { return owner(ofGone: event, in: context) }
        guard event.key.resource == ControllerResource.replicaSets.groupResource else { return [event.key] }
        let namespace = event.key.namespace
        let owners = [event.object, event.previous].compactMap { $0?.controllerReference }
            .filter { $0.gvk.kind == "Deployment" }
        if !owners.isEmpty { return Set(owners).map { ControllerResource.deployments.key(namespace, $0.name) } }
        guard event.change != .deleted else { return [] }
        return context.list(.deployments, in: namespace)
            .filter { PodSelector($0.spec?["selector"]).matches(event.object.labels) }
            .map { ControllerResource.deployments.key(namespace, $0.name) }
    }

    /// The Deployment that may wait for the end of its old pods.
    private func owner(ofGone event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        guard event.change == .deleted, let set = event.object.controllerReference, set.gvk.kind == "ReplicaSet",
            let owner = context.object(.replicaSets, event.key.namespace, set.name)?.controllerReference
        else { return [] }
        return [ControllerResource.deployments.key(event.key.namespace, owner.name)]
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let deployment = context.client.object(key) else { return nil }
        try Adoption.adopt(.replicaSets, by: deployment, in: context)
        var rollout = Rollout(deployment, in: context)
        if deployment.isBeingDeleted { return try DeploymentStatus(rollout).write(key, in: context) }
        let isPaused = deployment.spec?["paused"]?.bool ?? false
        if !isPaused { try rollout.ensureNewReplicaSet(in: context) }
        try rollout.numberRevisions(in: context)
        if isPaused {
            try rollout.scaleOnlyActive(in: context)
        } else if deployment.json.string(at: "spec", "strategy", "type") == "Recreate" {
            try rollout.recreate(in: context)
        } else {
            try rollout.roll(in: context)
        }
        try rollout.forgetOldRevisions(in: context)
        return try DeploymentStatus(Rollout(deployment, in: context, progress: rollout.progress)).write(
            key,
            in: context
        )
    }
}
