// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncObserve
import SyncPlan
import SyncSource

/// Workloads whose older pods may need what a prune deletes: waited for once, and only checked in the passes after
/// that.
extension ProjectReconciler {
    /// Leaves out of this pass the deletions whose workloads were not ready in an earlier one, as long as a check finds
    /// them unchanged.
    func keepingWaits(_ prepared: PreparedPass) async -> PreparedPass {
        let prepared = await keepingGateClosed(prepared)
        guard vainUsersCommit == prepared.plan.commit.id, !settings.recordsQuietPasses,
            prepared.plan.prune.verdict.mayRun
        else { return prepared }
        let users = PodUsers.of(prepared.plan.prune.steps, in: prepared.plan)
        let unready = await unready(users, in: prepared, within: HealthBudget(.zero))
        guard !unready.isEmpty else {
            vainUsersCommit = nil
            return prepared
        }
        return prepared.replanned { $0.unreadyUsers = unready }
    }

    /// Which of these workloads may run pods of an older revision, and why; waits for them as long as the budget lets it.
    func unreadyUsers(
        _ ids: [ObjectID],
        in prepared: PreparedPass,
        within budget: HealthBudget
    ) async -> [ObjectID: String] {
        let unready = await unready(ids, in: prepared, within: budget)
        if !unready.isEmpty { vainUsersCommit = prepared.plan.commit.id }
        return unready
    }

    private nonisolated func unready(
        _ ids: [ObjectID],
        in prepared: PreparedPass,
        within budget: HealthBudget
    ) async -> [ObjectID: String] {
        guard !ids.isEmpty else { return [:] }
        let unhealthy = await unhealthy(ids, in: prepared, within: budget)
        // Only objects of these kinds can be healthy while older pods run.
        let well = ids.filter { unhealthy[$0] == nil && ["StatefulSet", "DaemonSet"].contains($0.kind) }
        let older = await concurrently(well, limit: settings.concurrency) { id in
            await self.olderPods(of: id, in: prepared).map { (id, $0) }
        }
        let found = Dictionary(older.compactMap { $0 ?? nil }) { first, _ in first }
        return unhealthy.merging(found) { first, _ in first }
    }

    private nonisolated func olderPods(of id: ObjectID, in prepared: PreparedPass) async -> String? {
        guard case .served(let resource) = prepared.catalog.lookup(id.groupKind) else {
            return "its kind is not served"
        }
        do throws(KubeError) {
            let live = try await preparer.cluster.client.get(resource, namespace: id.namespace, name: id.name)
            return live.flatMap(Kstatus.olderPods)
        } catch {
            return "it could not be read: \(error)"
        }
    }
}
