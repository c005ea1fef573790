// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncPlan
import SyncRender
import SyncSource
import Waiting

/// Which writes failed lately, and when each of them is tried again. A failing object does not delay the others.
///
/// The wait belongs to the object: one interval after the first failure, twice as long after each further one, ten
/// minutes at most. A new commit tries everything again. Pure: what failed, and when, are parameters.
struct StepBackoff: Sendable {
    /// The longest time between two tries.
    static let longest: Duration = .seconds(600)

    private struct Failure: Sendable {
        let step: WithheldStep?
        let prune: WithheldPrune?
        let count: Int
        let due: ContinuousClock.Instant
        /// As a pass reports it that does not try it again.
        let text: String
    }

    private let interval: Duration
    private var commitID = ""
    private var failures: [ObjectID: Failure] = [:]

    /// - Parameter interval: How often the project is compared.
    init(interval: Duration) { self.interval = interval }

    /// How long to wait after so many failures in a row.
    static func delay(after failures: Int, interval: Duration) -> Duration {
        Backoff.doubled(interval, failures: failures, atMost: longest)
    }

    /// Remembers how the steps of a pass ended; what succeeded is forgotten.
    ///
    /// - Parameters:
    ///   - plan: Whose steps they were.
    ///   - outcomes: Their outcomes.
    ///   - began: When the pass began: polls come at intervals from there.
    mutating func carriedOut(_ plan: Plan, _ outcomes: [ObjectOutcome], began: ContinuousClock.Instant) {
        if commitID != plan.commit.id {
            // A step that this commit has not tried has not failed with it.
            let tried = Set(outcomes.filter { $0.action != .skipped }.map(\.id))
            failures = failures.filter { tried.contains($0.key) }
        }
        commitID = plan.commit.id
        let steps = Dictionary(plan.steps.map { ($0.id, $0) }) { first, _ in first }
        let prunes = Dictionary(plan.prune.steps.map { ($0.id, $0) }) { first, _ in first }
        for outcome in outcomes {
            guard outcome.action == .failed, let error = outcome.error else {
                if outcome.action != .skipped { failures[outcome.id] = nil }
                continue
            }
            let reason = outcome.cause ?? error
            let step = outcome.origin == nil ? nil : steps[outcome.id].map { WithheldStep($0, because: reason) }
            let prune = outcome.origin == nil ? prunes[outcome.id].map { WithheldPrune($0, because: reason) } : nil
            let count = (failures[outcome.id]?.count ?? 0) + 1
            let delay = Self.delay(after: count, interval: interval)
            failures[outcome.id] = Failure(
                step: step,
                prune: prune,
                count: count,
                // A little early, so that the poll at that moment does not miss it.
                due: began + delay - interval / 10,
                text: Self.standingText(outcome.id, reason)
            )
        }
        let declared = Set(steps.keys).union(prunes.keys).union(plan.refused.map(\.id)).union(
            plan.prune.withheld.map(\.id)
        )
        failures = failures.filter { declared.contains($0.key) }
    }

    /// The text of a failure among the obstacles of a pass.
    static func standingText(_ id: ObjectID, _ reason: String) -> String { "\(id) \(reason)" }

    /// The steps that are not tried in a pass that begins now.
    func withheld(at now: ContinuousClock.Instant, commit: String) -> [ObjectID: WithheldStep] {
        waiting(at: now, commit: commit).compactMapValues(\.step)
    }

    /// The deletions that are not tried in a pass that begins now.
    func withheldPrunes(at now: ContinuousClock.Instant, commit: String) -> [ObjectID: WithheldPrune] {
        waiting(at: now, commit: commit).compactMapValues(\.prune)
    }

    /// When the next one is to be tried; nil when none waits.
    func nextDue(commit: String) -> ContinuousClock.Instant? {
        commit == commitID ? failures.values.map(\.due).min() : nil
    }

    /// The texts by which the next pass reports the steps that it does not try.
    var standing: [String] { failures.values.map(\.text) }

    private func waiting(at now: ContinuousClock.Instant, commit: String) -> [ObjectID: Failure] {
        commit == commitID ? failures.filter { $0.value.due > now } : [:]
    }
}
