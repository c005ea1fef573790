// SPDX-License-Identifier: Apache-2.0
import SyncApply
import SyncObserve
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource

/// The inputs of the last pass that had nothing to do. While they are unchanged, a plan would have the same result, so
/// none is made and no request is sent to the API server.
struct RestingPlace: Sendable {
    let commit: CommitInfo
    /// Includes approvals and holds.
    let state: ProjectState
    /// The mirror's name of the state of the cluster.
    let generation: Int
    let outcome: RunOutcome
    /// When something that failed is to be tried again; nil when nothing waits for that.
    let until: ContinuousClock.Instant?
}

extension ProjectReconciler {
    /// Notes the inputs of a pass that had nothing to write and nothing new to report. Does nothing when the pass
    /// depended on something that no watch covers: a refused object, a kind that cannot be read, an object that is not
    /// healthy.
    func rest(at prepared: PreparedPass, state: ProjectState, standing: [String]) {
        guard let generation = prepared.generation,
            prepared.plan.refused.allSatisfy({ $0.reason.mayRest }),
            prepared.unwatched.isSubset(of: prepared.plan.refused.map(\.id))
        else { return }
        if case .blocked = prepared.plan.prune.verdict { return }
        if lastOutcome == .degraded, standing.isEmpty || vainUsersCommit != nil { return }
        lastRest = RestingPlace(
            commit: prepared.plan.commit,
            state: state,
            generation: generation,
            outcome: lastOutcome ?? .succeeded,
            until: backoff.nextDue(commit: prepared.plan.commit.id)
        )
    }

    /// The outcome of a pass for which nothing has changed since the last one; nil when one has to be planned.
    func stillResting(
        at tip: SourceTip,
        state: ProjectState,
        since start: ContinuousClock.Instant
    ) async -> PassOutcome? {
        guard let rest = lastRest, let mirror = preparer.mirror, !settings.recordsQuietPasses,
            tip.commitID == rest.commit.id, state == rest.state, rest.until.map({ start < $0 }) ?? true,
            await mirror.isCurrent(rest.generation)
        else { return nil }
        return PassOutcome(
            outcome: rest.outcome,
            run: nil,
            commit: rest.commit,
            isResting: true,
            duration: start.duration(to: .now)
        )
    }

    /// The end of a pass that found nothing to write and nothing new to report.
    func quietOutcome(_ prepared: PreparedPass, approved: String?, duration: Duration) -> PassOutcome {
        PassOutcome(
            outcome: lastOutcome ?? .succeeded,
            run: nil,
            commit: prepared.plan.commit,
            objects: PassObjects.untouched(prepared.plan),
            notices: prepared.rendered.notices,
            prune: prepared.plan.prune,
            approved: approved,
            duration: duration
        )
    }

    /// Whether objects that were not healthy at the last pass still are not; checked once, without waiting.
    func isStillUnwell(_ prepared: PreparedPass) async -> Bool {
        guard settings.waitsForHealth, project.healthTimeout > .zero else { return false }
        let objects = prepared.plan.unchanged.map(AwaitedObject.init)
        let report = await HealthObserver(client: preparer.cluster.client, applySet: project.applySet)
            .wait(for: objects, catalog: prepared.catalog, deadline: .zero)
        return report.ending != .healthy
    }
}
