// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan

/// Notices when another writer keeps changing back what we set, and says which objects to leave alone for a while.
/// Pure: what was set, and when, are parameters.
struct FightWatch: Sendable {
    /// How often one field must be set back within the window to count as a fight.
    static let patience = 5

    private struct Fight: Sendable {
        let contest: FieldContest
        let until: ContinuousClock.Instant
    }

    private let window: Duration
    private let slowest: Duration
    /// When each field was set back, and who had changed it last.
    private var repairs: [ObjectID: [String: (times: [ContinuousClock.Instant], owner: String?)]] = [:]
    private var fights: [ObjectID: Fight] = [:]

    /// - Parameters:
    ///   - interval: How often the project is compared; the window is ten times as long, and ten minutes at least.
    ///   - slowest: The longest time an object is left alone.
    init(interval: Duration, slowest: Duration = .seconds(3600)) {
        window = FightWatch.window(interval: interval)
        self.slowest = slowest
    }

    /// The time within which repetitions count, and the first pause.
    static func window(interval: Duration) -> Duration { max(.seconds(600), interval * 10) }

    /// Counts the carried-out steps of a plan that set back what another writer had changed.
    mutating func repaired(_ steps: [Step], at now: ContinuousClock.Instant) {
        fights = fights.filter { now - $0.value.until < window }
        for id in repairs.keys {
            repairs[id] = repairs[id]?.filter { _, field in field.times.contains { now - $0 < window } }
            if repairs[id]?.isEmpty == true { repairs[id] = nil }
        }
        for step in steps where step.cause == .drift {
            for difference in step.differences { note(difference, of: step.id, at: now) }
        }
    }

    private mutating func note(_ difference: FieldDifference, of id: ObjectID, at now: ContinuousClock.Instant) {
        let path = difference.path.display
        var field = repairs[id]?[path] ?? ([], nil)
        field.times = field.times.filter { now - $0 < window } + [now]
        field.owner = difference.owner?.name
        repairs[id, default: [:]][path] = field
        let last = fights[id]
        // After a pause one more change is enough.
        guard field.times.count >= FightWatch.patience || last != nil else { return }
        guard last.map({ $0.until <= now }) ?? true else { return }
        let contest = FieldContest(
            path: difference.shownPath(of: id.groupKind),
            rival: field.owner,
            repairs: last.map { $0.contest.repairs + 1 } ?? field.times.count,
            pause: min(last.map { $0.contest.pause * 2 } ?? window, slowest),
            isUndeclared: difference.isTakenAway
        )
        fights[id] = Fight(contest: contest, until: now + contest.pause)
    }

    /// The objects that are to be left as they are now, and why.
    func contested(at now: ContinuousClock.Instant) -> [ObjectID: FieldContest] {
        fights.filter { $0.value.until > now }.mapValues(\.contest)
    }
}
