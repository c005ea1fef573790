// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// What a delete waits for: pods that may still use what goes, and controllers that are still needed.
extension Applier {
    /// Before the first of these deletes: waits until the declared workloads beside them are healthy, because pods of an
    /// older revision run until then, and may be started again. What is not healthy keeps what its pods may use.
    func awaitUsers(of batch: [PruneStep], _ run: inout ApplyRun) async {
        let users = run.unaskedUsers(of: batch)
        guard !users.isEmpty, run.interruption == nil else { return }
        let unhealthy = await health(users)
        run.asked(users, unhealthy: unhealthy)
        if let reason = await reasonToStop() { run.interrupt(reason) }
    }

    /// After these deletes: waits until custom resources are gone, finalizers and all. Their controller may be among what is
    /// deleted next, and nobody else could remove the finalizers.
    func awaitFinalizers(of batch: [PruneStep], _ run: inout ApplyRun) async {
        let end = ContinuousClock.now + deadlines.gone
        for step in batch where run.waitsForFinalizers(step) {
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

/// The kinds whose pods name other objects.
private let workloads = Set(
    ["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map { GroupKind(group: "apps", kind: $0) }
)

/// The kinds that pods name, and without which a pod does not start. A claim stays by itself while a pod uses it.
private let usedByPods = Set(["ConfigMap", "Secret", "ServiceAccount"].map { GroupKind(group: "", kind: $0) })

extension ApplyRun {
    /// The declared workloads whose pods may use what is deleted, and of which it was not asked yet whether they are well.
    /// Ascending.
    fileprivate func unaskedUsers(of batch: [PruneStep]) -> [ObjectID] {
        let namespaces = Set(batch.filter { usedByPods.contains($0.id.groupKind) }.map(\.id.namespace))
        guard !namespaces.isEmpty else { return [] }
        let declared = plan.waves.flatMap(\.steps).map(\.id) + plan.unchanged.map(\.id)
        return declared.filter {
            workloads.contains($0.groupKind) && namespaces.contains($0.namespace) && !askedUsers.contains($0)
        }
        .sorted()
    }

    /// Why pods may still use this object; nil when none may.
    func reasonInUse(_ step: PruneStep) -> String? {
        guard usedByPods.contains(step.id.groupKind) else { return nil }
        let user = unhealthyUsers.filter { $0.key.namespace == step.id.namespace }.min { $0.key < $1.key }
        return user.map { "not deleted: \($0.key) is not healthy (\($0.value)), and its pods may still use it" }
    }

    /// Whether a custom resource was deleted and is still there.
    fileprivate func waitsForFinalizers(_ step: PruneStep) -> Bool {
        step.id.isCustomResource && pruned[step.id]?.action == .pruned && isStillThere(step.id)
    }
}
