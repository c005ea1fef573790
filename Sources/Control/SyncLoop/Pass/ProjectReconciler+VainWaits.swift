// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncPlan
import SyncSource

/// Waits that were in vain: the passes after that look, and do not wait.
extension ProjectReconciler {
    /// Where a wave number was not healthy in time in an earlier pass, one check tells whether it is now. While it is
    /// not, this pass leaves the later numbers out and carries out the rest.
    func keepingGateClosed(_ prepared: PreparedPass, _ draft: PlanDraft) async -> PreparedPass {
        guard memory.hasVainGate(at: prepared.plan.commit.id), !settings.recordsQuietPasses,
            let wave = prepared.plan.waves.last(where: { !$0.after.isEmpty })
        else { return prepared }
        guard let gate = await health.closedGate(below: wave, in: prepared) else {
            memory.openedGate()
            return prepared
        }
        return prepared.planned(by: draft) { $0.closedGate = gate }
    }

    /// Where an earlier pass has waited in vain for workloads whose older pods may need what a prune deletes, a look tells
    /// whether none run now; while some do, those deletions are no steps of this pass.
    func keepingUsersBack(_ prepared: PreparedPass, _ draft: PlanDraft) async -> PreparedPass {
        guard memory.hasVainUsers(at: prepared.plan.commit.id), !settings.recordsQuietPasses,
            prepared.plan.prune.verdict.mayRun
        else { return prepared }
        let users = PodUsers.of(prepared.plan.prune.steps, in: prepared.plan)
        let unready = await health.unreadyUsers(users, in: prepared, within: HealthBudget(.zero))
        guard !unready.isEmpty else {
            memory.usersAreReady()
            return prepared
        }
        return prepared.planned(by: draft) { $0.unreadyUsers = unready }
    }

    /// Which of these workloads may run pods of an older revision, and why; waits for them as long as the budget lets it.
    func unreadyUsers(
        _ ids: [ObjectID],
        in prepared: PreparedPass,
        within budget: HealthBudget
    ) async -> [ObjectID: String] {
        let unready = await health.unreadyUsers(ids, in: prepared, within: budget)
        if !unready.isEmpty { memory.waitedForUsers(at: prepared.plan.commit.id) }
        return unready
    }
}
