// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import Waiting

/// Waits until the objects of a pass are healthy, have failed, or a deadline has passed; and finds out why the ones that
/// are not healthy are not.
package struct HealthObserver: Sendable {
    /// The intervals and limits of its rounds.
    package struct Pace: Sendable, Hashable {
        /// The pause after the first round; grows by half each round, up to `longest`.
        package var shortest: Duration
        package var longest: Duration
        /// When to begin to ask why an object is not healthy yet; most objects are healthy by then.
        package var causesAfter: Duration
        /// How long an image that cannot be pulled or a crash loop may last before it counts as a failure.
        package var patience: Duration
        /// For how many objects the cause is looked for in one round; for each of them at the end.
        package var causesPerRound: Int

        package init(
            shortest: Duration = .milliseconds(250),
            longest: Duration = .seconds(2),
            causesAfter: Duration = .seconds(3),
            patience: Duration = .seconds(20),
            causesPerRound: Int = 8
        ) {
            self.shortest = shortest
            self.longest = longest
            self.causesAfter = causesAfter
            self.patience = patience
            self.causesPerRound = causesPerRound
        }
    }

    /// At the end of a wait, causes are looked for up to this many objects.
    private static let maxCauses = 50

    let client: KubeClient
    let applySet: ApplySet
    private let pace: Pace
    let limit: Int

    package init(client: KubeClient, applySet: ApplySet, pace: Pace = Pace(), limit: Int = 8) {
        self.client = client
        self.applySet = applySet
        self.pace = pace
        self.limit = limit
    }

    /// Waits for the objects' health.
    ///
    /// Ends early when one object cannot become healthy any more; the others are reported as they are then. Once an
    /// object was healthy it is not read again. Kinds that are healthy by existing are not read at all.
    ///
    /// - Parameters:
    ///   - objects: What to wait for.
    ///   - well: Those that were just seen to be healthy; they are not read again.
    ///   - catalog: Where objects of a kind live; read anew when it lacks a kind, which this very pass may have defined.
    ///   - deadline: The longest wait; zero makes exactly one round.
    /// - Returns: How the wait ended, and every object that is not healthy with the cause. Cancelling the task ends the
    ///   wait with `cancelled`.
    package func wait(
        for objects: [AwaitedObject],
        well: Set<ObjectID> = [],
        catalog: APICatalog,
        deadline: Duration
    ) async -> HealthReport {
        let start = ContinuousClock.now
        var backoff = Backoff(from: pace.shortest, times: 1.5, atMost: pace.longest, until: start + deadline)
        var wait = HealthWait(awaited: objects, patience: pace.patience)
        wait.receive(healthyUnread(objects, well), at: start)
        let kinds = await completed(catalog, for: wait.open)
        while !wait.isHealthy {
            let seen = await look(at: wait.open, kinds)
            if Task.isCancelled { return wait.report(.cancelled) }
            let now = ContinuousClock.now
            let isLast = backoff.isLate(at: now)
            let isCurious = isLast || start.duration(to: now) >= pace.causesAfter
            let causes =
                isCurious
                ? await causes(seen, catalog: kinds.catalog, atMost: isLast ? Self.maxCauses : pace.causesPerRound)
                : [:]
            wait.receive(seen.observations.merging(causes) { $1 }, unreadable: seen.unreadable, at: now)
            if wait.isHealthy { break }
            if wait.hasFailed(at: now) {
                let causes = await self.causes(seen, catalog: kinds.catalog, atMost: Self.maxCauses)
                wait.receive(seen.observations.merging(causes) { $1 }, unreadable: seen.unreadable, at: now)
                return wait.report(.failed)
            }
            if isLast { return wait.report(wait.endingAtDeadline) }
            do { try await Task.sleep(for: backoff.take()) } catch { return wait.report(.cancelled) }
        }
        return wait.report(.healthy)
    }

    private func healthyUnread(_ objects: [AwaitedObject], _ well: Set<ObjectID>) -> [ObjectID: Observation] {
        let healthy = objects.filter { Kstatus.isCurrentByExisting($0.id.groupKind) || well.contains($0.id) }
        let observation = Observation(status: .current, message: "exists", prospect: .open)
        return Dictionary(healthy.map { ($0.id, observation) }) { first, _ in first }
    }

    /// The catalogue, or a fresh one when it lacks a kind; the same with the reason when that cannot be read.
    private func completed(_ catalog: APICatalog, for objects: [AwaitedObject]) async -> KnownKinds {
        let isComplete = Set(objects.map(\.id.groupKind)).allSatisfy { kind in
            if case .served = catalog.lookup(kind) { true } else { false }
        }
        if isComplete { return KnownKinds(catalog: catalog, failure: nil) }
        do throws(KubeError) {
            return KnownKinds(catalog: try await client.discover(), failure: nil)
        } catch {
            let reason = "the kinds that the API server serves could not be read: \(error)"
            return KnownKinds(catalog: catalog, failure: reason)
        }
    }
}
