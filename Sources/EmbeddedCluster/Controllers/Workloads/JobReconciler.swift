// SPDX-License-Identifier: Apache-2.0
import ClusterAdmission
import ClusterStore
import KubeObjects

/// Runs the pods of a Job until enough have succeeded or too many have failed, and deletes it after its time to live.
///
/// Unlike the real controller it makes the next pod at once when one has failed.
struct JobReconciler: Reconciler {
    let watched = [ControllerResource.jobs.groupResource, ControllerResource.pods.groupResource]

    func keys(affectedBy event: StoreEvent, in context: ControllerContext) -> [ObjectKey] {
        guard event.key.resource == ControllerResource.pods.groupResource else { return [event.key] }
        let owner = event.object.controllerReference ?? event.previous?.controllerReference
        guard let owner, owner.gvk.kind == "Job" else { return [] }
        return [ControllerResource.jobs.key(event.key.namespace, owner.name)]
    }

    func reconcile(_ key: ObjectKey, in context: ControllerContext) throws(StatusError) -> Duration? {
        guard let job = context.client.object(key), !job.isBeingDeleted else { return nil }
        if job.json.hasCondition("Complete") || job.json.hasCondition("Failed") {
            return try expire(job, key, in: context)
        }
        var run = JobRun(job, in: context)
        try run.step(in: context)
        return try run.writeStatus(key, in: context)
    }

    /// Deletes a finished job when its time to live is over.
    private func expire(_ job: KubeObject, _ key: ObjectKey, in context: ControllerContext) throws(StatusError)
        -> Duration?
    {
        guard let ttl = job.spec?["ttlSecondsAfterFinished"]?.int else { return nil }
        let end = ["Complete", "Failed"].compactMap { job.json.condition($0)?["lastTransitionTime"]?.string }.first
        guard let end = end.flatMap({ ClusterTime($0) }) else { return nil }
        let age = context.now.seconds(since: end)
        if age < ttl { return .seconds(ttl - age) }
        try context.client.delete(key, uid: job.uid, propagation: .foreground)
        return nil
    }
}
