// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// What a delete waits for: pods that may still use what goes, and controllers that are still needed.
extension Applier {
    /// Before the first of these deletes: waits until the declared workloads beside them run no older pods, which may be
    /// started again. A workload of which that is not so keeps what its pods may use.
    func awaitUsers(of batch: [PruneStep], _ run: inout ApplyRun) async {
        let open = batch.filter { run.objection(to: $0) == nil }
        let unasked = PodUsers.of(open, in: run.plan).filter { !run.askedUsers.contains($0) }
        guard !unasked.isEmpty, run.interruption == nil else { return }
        let unready = await users(unasked)
        run.asked(unasked, unready: unready)
        if let reason = await reasonToStop() { run.interrupt(reason) }
    }

    /// After these deletes: waits until custom resources are gone, finalizers and all. Their controller may be among what is
    /// deleted next, and nobody else could remove the finalizers; so one that was not deleted keeps it as well.
    func awaitCustomResources(of batch: [PruneStep], _ run: inout ApplyRun) async {
        let end = ContinuousClock.now + deadlines.gone
        for step in batch where step.id.isCustomResource && run.isStillThere(step.id) {
            guard run.pruned[step.id]?.action == .pruned else {
                run.keepRest(because: PrunePlan.reasonToKeepController(ofUndeleted: step.id))
                return
            }
            var delay = Duration.milliseconds(50)
            while await exists(step) {
                guard ContinuousClock.now + delay < end, (try? await Task.sleep(for: delay)) != nil else {
                    run.keepRest(because: PrunePlan.reasonToKeepController(of: step.id))
                    return
                }
                delay = min(delay * 2, .seconds(1))
            }
            run.isGone(step.id)
        }
    }
}
