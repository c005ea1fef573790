// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Keeps the numbered pods of a StatefulSet, one after the other, and its status.
struct StatefulSetReconciler: Reconciler {
    let watched = [ControllerResource.statefulSets.groupResource, ControllerResource.pods.groupResource]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        guard event.key.resource == ControllerResource.pods.groupResource else { return [event.key] }
        let owner = (event.object.controllerReference ?? event.previous?.controllerReference)
        guard let owner, owner.gvk.kind == "StatefulSet" else { return [] }
        return [ControllerResource.statefulSets.key(event.key.namespace, owner.name)]
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let set = context.client.object(key) else { return nil }
        try Adoption.adopt(.pods, by: set, in: context)
        let revisions = try TemplateRevision(of: set, in: context)
        var state = StatefulSetState(set, revisions: revisions, in: context)
        if !set.isBeingDeleted {
            try state.step(in: context)
            try revisions.forgetOld(of: set, keeping: state.usedRevisions, in: context)
        }
        return try StatefulSetState(set, revisions: revisions, in: context).writeStatus(key, in: context)
    }
}
