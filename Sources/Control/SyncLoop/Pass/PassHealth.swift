// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncObserve
import SyncPlan
import SyncSource
import Waiting

/// Checks the health of a pass's objects, and waits for it.
struct PassHealth: Sendable {
    let preparer: PassPreparer
    let settings: ProjectReconciler.Settings

    private var project: Project { preparer.project }

    private var observer: HealthObserver {
        HealthObserver(client: preparer.cluster.client, applySet: project.applySet)
    }

    /// Which of these objects are not healthy, and why; waits for them as long as the budget lets it.
    func unhealthy(
        _ ids: [ObjectID],
        in prepared: PreparedPass,
        within budget: HealthBudget
    ) async -> [ObjectID: String] {
        let known =
            prepared.plan.unchanged.map(AwaitedObject.init)
            + prepared.plan.steps.map(AwaitedObject.init)
        let byID = Dictionary(known.map { ($0.id, $0) }) { first, _ in first }
        let objects = ids.map { byID[$0] ?? AwaitedObject(id: $0, origin: nil) }
        preparer.progress?(.awaitingHealth(objects: objects.count))
        let observer = observer
        let report = await budget.spend { left in
            await observer.wait(for: objects, catalog: prepared.catalog, deadline: left)
        }
        return Dictionary(report.unhealthy.map { ($0.id, $0.message) }) { first, _ in first }
    }

    /// The wave number below this wave that is not finished now: checked once, without waiting. What this pass itself
    /// writes is waited for when it is written.
    func closedGate(below wave: Wave, in prepared: PreparedPass) async -> ClosedGate? {
        let written = Set(prepared.plan.steps.map(\.id))
        let standing = wave.after.filter { !written.contains($0.id) }
        let health = await unhealthy(standing.map(\.id), in: prepared, within: HealthBudget(.zero))
        let culprit = standing.filter { health[$0.id] != nil }.min { ($0.number, $0.id) < ($1.number, $1.id) }
        return culprit.map { ClosedGate(number: $0.number, unhealthy: $0.id) }
    }

    /// Whether objects that were not healthy at the last pass still are not; checked once, without waiting.
    func isStillUnwell(_ prepared: PreparedPass) async -> Bool {
        guard settings.waitsForHealth, project.healthTimeout > .zero else { return false }
        let objects = prepared.plan.unchanged.map(AwaitedObject.init)
        let report = await observer.wait(for: objects, catalog: prepared.catalog, deadline: .zero)
        return report.ending != .healthy
    }

    /// How healthy the objects of a pass are after its apply; waits for them until a newer commit has come, as long as the
    /// budget lets it.
    func report(
        of prepared: PreparedPass,
        after report: ApplyReport,
        within budget: HealthBudget,
        isSuperseded: @escaping @Sendable (CommitInfo) async -> Bool
    ) async -> HealthReport {
        guard settings.waitsForHealth, project.healthTimeout > .zero, report.interruption == nil else {
            return HealthReport(ending: .notAwaited, unhealthy: [], observed: 0)
        }
        let objects = AwaitedObject.all(in: prepared.plan, after: report)
        let missing = PassObjects.missing(prepared.plan)
        // Nothing is not healthy: without an object there is no word about health.
        guard !objects.isEmpty || !missing.isEmpty else {
            return HealthReport(ending: .notAwaited, unhealthy: [], observed: 0)
        }
        preparer.progress?(.awaitingHealth(objects: objects.count))
        let observer = observer
        let (interval, commit) = (project.interval, prepared.plan.commit)
        // After a write, the orders that were read before it are out of date.
        let well = prepared.plan.isEmpty ? prepared.live.well : []
        let seen: HealthReport = await untilSuperseded(every: interval, { await isSuperseded(commit) }) {
            await budget.spend { left in
                await observer.wait(for: objects, well: well, catalog: prepared.catalog, deadline: left)
            }
        }
        return seen.adding(missing)
    }
}

/// Workloads whose older pods may need what a prune deletes.
extension PassHealth {
    /// Which of these workloads may run pods of an older revision, and why; waits for them as long as the budget lets it.
    func unreadyUsers(
        _ ids: [ObjectID],
        in prepared: PreparedPass,
        within budget: HealthBudget
    ) async -> [ObjectID: String] {
        guard !ids.isEmpty else { return [:] }
        let unhealthy = await unhealthy(ids, in: prepared, within: budget)
        let well = ids.filter { unhealthy[$0] == nil && Kstatus.mayRunOlderPods($0.groupKind) }
        let older = await concurrently(well, limit: settings.concurrency) { id in
            await olderPods(of: id, in: prepared).map { (id, $0) }
        }
        let found = Dictionary(older.compactMap { $0 ?? nil }) { first, _ in first }
        return unhealthy.merging(found) { first, _ in first }
    }

    private func olderPods(of id: ObjectID, in prepared: PreparedPass) async -> String? {
        guard case .served(let resource) = prepared.catalog.lookup(id.groupKind) else {
            return "discovery does not show its kind"
        }
        do throws(KubeError) {
            let live = try await preparer.cluster.client.get(resource, namespace: id.namespace, name: id.name)
            return live.flatMap(Kstatus.olderPods)
        } catch {
            return "it could not be read: \(error)"
        }
    }
}
