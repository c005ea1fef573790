// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncObserve
import SyncPlan
import SyncRecord
import SyncSource

/// What a pass uses from earlier ones, so that objects that fail or wait do not delay the rest.
extension ProjectReconciler {
    /// The project's settings, with what earlier passes have learnt. A `sync` by a person tries everything again.
    func policy(at now: ContinuousClock.Instant, commit: String) -> PlanPolicy {
        var policy = project.policy
        policy.contested = fights.contested(at: now)
        guard !settings.recordsQuietPasses else { return policy }
        policy.withheld = backoff.withheld(at: now, commit: commit)
        policy.withheldPrunes = backoff.withheldPrunes(at: now, commit: commit)
        return policy
    }

    /// Where a wave number was not healthy in time in an earlier pass, one check tells whether it is now. While it is
    /// not, this pass leaves the later numbers out and carries out the rest.
    func keepingGateClosed(_ prepared: PreparedPass) async -> PreparedPass {
        guard let vain = vainWait, vain.commitID == prepared.plan.commit.id, !settings.recordsQuietPasses,
            let wave = prepared.plan.waves.last(where: { !$0.after.isEmpty })
        else { return prepared }
        // What this pass itself writes is waited for when it is written.
        let written = Set(prepared.plan.waves.flatMap(\.steps).map(\.id))
        let standing = wave.after.filter { !written.contains($0.id) }
        let health = await unhealthy(standing.map(\.id), in: prepared, within: HealthBudget(.zero))
        let culprit = standing.filter { health[$0.id] != nil }.min { ($0.number, $0.id) < ($1.number, $1.id) }
        guard let culprit else {
            vainWait = nil
            return prepared
        }
        return prepared.replanned { $0.closedGate = ClosedGate(number: culprit.number, unhealthy: culprit.id) }
    }

    /// Which of these objects are not healthy, and why; waits for them as long as the budget lets it.
    nonisolated func unhealthy(
        _ ids: [ObjectID],
        in prepared: PreparedPass,
        within budget: HealthBudget
    ) async -> [ObjectID: String] {
        let known =
            prepared.plan.unchanged.map(AwaitedObject.init)
            + prepared.plan.waves.flatMap(\.steps).map(AwaitedObject.init)
        let byID = Dictionary(known.map { ($0.id, $0) }) { first, _ in first }
        let objects = ids.map { byID[$0] ?? AwaitedObject(id: $0, origin: nil) }
        preparer.progress?(.awaitingHealth(objects: objects.count))
        let observer = HealthObserver(client: preparer.cluster.client, applySet: project.applySet)
        let report = await budget.spend { left in
            await observer.wait(for: objects, catalog: prepared.catalog, deadline: left)
        }
        return Dictionary(report.unhealthy.map { ($0.id, $0.message) }) { first, _ in first }
    }

    /// Remembers how the steps of a pass ended.
    func learn(from report: ApplyReport, of plan: Plan, began: ContinuousClock.Instant) {
        let applied = Set(report.outcomes.filter { $0.action == .configured }.map(\.id))
        fights.repaired(plan.waves.flatMap(\.steps).filter { applied.contains($0.id) }, at: .now)
        backoff.carriedOut(plan, report.outcomes, began: began)
        if let gate = report.closedGate {
            vainWait = (plan.commit.id, gate)
        } else if plan.refused.allSatisfy({ $0.reason != .waiting }) {
            vainWait = nil
        }
    }

    /// What will stand in the way at the next pass if nothing changes until then, as
    /// ``PreparedPass/standing(approved:)`` would tell it.
    func standingAfter(_ prepared: PreparedPass) -> [String] {
        var texts = Set(prepared.obstacles).union(backoff.standing)
        if let vainWait { texts.insert(vainWait.gate.reason) }
        return texts.sorted()
    }
}
