// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// Notices when somebody deletes an object each time it is created, and says which objects not to create for a while.
/// Pure: what was created, and when, are parameters.
struct RecreationWatch: Sendable {
    private struct Creations: Sendable {
        let contentHash: String
        let latest: ContinuousClock.Instant
        /// When it was created although it had been there.
        let again: [ContinuousClock.Instant]
    }

    private struct Fight: Sendable {
        let contest: ExistenceContest
        let until: ContinuousClock.Instant
    }

    private let window: Duration
    private let slowest: Duration
    private var creations: [ObjectID: Creations] = [:]
    private var fights: [ObjectID: Fight] = [:]

    /// - Parameters:
    ///   - interval: How often the project is compared; the window is that of ``FightWatch``.
    ///   - slowest: The longest time an object is left alone.
    init(interval: Duration, slowest: Duration = .seconds(3600)) {
        window = FightWatch.window(interval: interval)
        self.slowest = slowest
    }

    /// Counts the objects that a plan created.
    mutating func created(_ steps: [Step], at now: ContinuousClock.Instant) {
        fights = fights.filter { now - $0.value.until < window }
        creations = creations.filter { now - $0.value.latest < window }
        for step in steps where step.action == .create { note(step, at: now) }
    }

    /// Forgets objects that we deleted ourselves: who creates those again fights with nobody.
    mutating func pruned(_ ids: Set<ObjectID>) {
        for id in ids {
            creations[id] = nil
            fights[id] = nil
        }
    }

    private mutating func note(_ step: Step, at now: ContinuousClock.Instant) {
        let known = creations[step.id].flatMap { $0.contentHash == step.contentHash ? $0 : nil }
        let last = fights[step.id].flatMap { $0.contest.contentHash == step.contentHash ? $0 : nil }
        var again = (known?.again ?? []).filter { now - $0 < window }
        // The first creation counts only of an object that is known to have been there.
        if known != nil || last != nil || step.cause == .deleted { again.append(now) }
        creations[step.id] = Creations(contentHash: step.contentHash, latest: now, again: again)
        // After a pause one more deletion is enough.
        guard again.count >= FightWatch.patience || last != nil else { return }
        guard last.map({ $0.until <= now }) ?? true else { return }
        let contest = ExistenceContest(
            contentHash: step.contentHash,
            creations: last.map { $0.contest.creations + 1 } ?? again.count,
            pause: min(last.map { $0.contest.pause * 2 } ?? window, slowest),
            owners: ExistenceContest.owners(of: step.object)
        )
        fights[step.id] = Fight(contest: contest, until: now + contest.pause)
    }

    /// The objects that are not to be created now, and why.
    func contested(at now: ContinuousClock.Instant) -> [ObjectID: ExistenceContest] {
        fights.filter { $0.value.until > now }.mapValues(\.contest)
    }
}
