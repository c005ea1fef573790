// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import SyncRecord
import SyncSource

/// What a pass uses from earlier ones of the same process: what need not be reported again, and what fails or waits, so
/// that it does not delay the rest. Pure: what happened, and when, are parameters.
struct PassMemory: Sendable {
    /// A wave number that was not healthy in time in a pass of this commit.
    private struct VainGate: Sendable {
        let commitID: String
        let gate: ClosedGate
    }

    private(set) var last = LastPass.unknown
    /// When what a pass saw of the objects found no room on the disk the last time: a pass with a run has to save it. Nil when
    /// nothing is owed.
    private var marksOwedSince: ContinuousClock.Instant?
    var owesMarks: Bool { marksOwedSince != nil }

    /// Whether what is owed may be tried again: not at each poll, because the disk may have room and still take nothing.
    func maySaveMarks(at now: ContinuousClock.Instant) -> Bool {
        marksOwedSince.map { now - $0 >= .seconds(600) } ?? false
    }
    /// The inputs of the last pass that had nothing to do, if watches cover all of them; nil once another pass has
    /// begun.
    private(set) var rest: RestingPlace?
    /// Objects over whose fields another writer fights.
    private var fights: FightWatch
    /// Objects that somebody deletes each time they are created.
    private var recreations: RecreationWatch
    /// Which writes failed, and when each is tried again.
    private var backoff: StepBackoff
    /// The next pass checks it, and does not wait.
    private var vainGate: VainGate?
    /// The commit for which older pods did not end in time; as above.
    private var vainUsersCommit: String?

    /// - Parameter interval: How often the project is compared.
    init(interval: Duration) {
        fights = FightWatch(interval: interval)
        recreations = RecreationWatch(interval: interval)
        backoff = StepBackoff(interval: interval)
    }

    /// The project's settings, with what earlier passes have learnt.
    ///
    /// - Parameters:
    ///   - settings: Those of the project's document.
    ///   - now: When the pass began.
    ///   - commit: What is wanted.
    ///   - triesEverything: Whether also what failed lately is tried, as for a `sync` by a person.
    /// - Returns: The policy of the plan.
    func policy(
        _ settings: PlanPolicy,
        at now: ContinuousClock.Instant,
        commit: String,
        triesEverything: Bool
    ) -> PlanPolicy {
        var policy = settings
        policy.contested = fights.contested(at: now)
        policy.vanishing = recreations.contested(at: now)
        guard !triesEverything else { return policy }
        policy.withheld = backoff.withheld(at: now, commit: commit)
        policy.withheldPrunes = backoff.withheldPrunes(at: now, commit: commit)
        return policy
    }

    /// Whether this is another failure than that of the last pass: the same one is not recorded again at every poll.
    func isNews(_ failure: PassFailure) -> Bool { last != .failed(failure) }

    /// Notes that a pass could not plan, or was not allowed to write.
    mutating func failed(_ failure: PassFailure) { last = .failed(failure) }

    /// Notes that the failure, or the end of its run, could not be written: it is news at the next pass, and when that has
    /// none, a run is recorded all the same.
    mutating func lostFailure() { last = .overcome }

    /// Notes that a pass begins that reads everything, because something has changed.
    mutating func beganLooking() { rest = nil }

    /// Notes that a plan was made.
    ///
    /// - Parameter earlier: How the last pass in the history ended, where that was asked.
    mutating func planned(earlier: RunOutcome?) {
        switch last {
        case .unknown: last = earlier.map(LastPass.earlier) ?? .unknown
        case .failed: last = .overcome
        case .earlier, .written, .overcome: break
        }
    }

    /// Notes how a plan was carried out.
    ///
    /// - Parameters:
    ///   - ending: How.
    ///   - prepared: The pass with the plan.
    ///   - began: When the pass began.
    mutating func take(_ ending: PassCarryOut.Ending, of prepared: PreparedPass, began: ContinuousClock.Instant) {
        switch ending {
        case .refused(let failure, _):
            failed(failure)
            if owesMarks { marksOwedSince = began }
        case .carriedOut(let report, let time, let outcome):
            learn(from: report, of: prepared.plan, began: began, ended: time)
            if let done = outcome.carriedOut { marksOwedSince = done.owesMarks ? time : nil }
            let standing = standing(after: prepared)
            // What lacks rows, or its end, is not told in full: the next pass records a run in any case.
            let isTold = outcome.run != nil && !outcome.isUnrecorded
            let ending = isTold ? outcome.outcome : .interrupted
            last = .written(ending, commitID: prepared.plan.commit.id, standing: standing)
        }
    }

    private mutating func learn(
        from report: ApplyReport,
        of plan: Plan,
        began: ContinuousClock.Instant,
        ended: ContinuousClock.Instant
    ) {
        let steps = plan.steps
        let ids = { (action: ObjectOutcome.Action) in
            Set(report.outcomes.filter { $0.action == action }.map(\.id))
        }
        let (configured, created) = (ids(.configured), ids(.created))
        fights.repaired(steps.filter { configured.contains($0.id) }, at: ended)
        recreations.pruned(ids(.pruned))
        recreations.created(steps.filter { created.contains($0.id) }, at: ended)
        backoff.carriedOut(plan, report.outcomes, began: began)
        if let gate = report.closedGate {
            vainGate = VainGate(commitID: plan.commit.id, gate: gate)
        } else if plan.refused.allSatisfy({ $0.reason != .waiting }) {
            vainGate = nil
        }
    }

    /// What will stand in the way at the next pass if nothing changes until then, as
    /// ``PreparedPass/standing(approved:)`` would tell it.
    private func standing(after prepared: PreparedPass) -> [String] {
        var texts = Set(prepared.obstacles).union(backoff.standing)
        if let vainGate { texts.insert(vainGate.gate.reason) }
        return texts.sorted()
    }

    /// Notes the inputs of a pass that had nothing to write and nothing new to report. Does nothing when the pass
    /// depended on something that no watch covers: a refused object, a kind that cannot be read, an owner that cannot be
    /// read or is going, an object that is not healthy.
    mutating func comeToRest(at prepared: PreparedPass, state: ProjectState, standing: [String]) {
        guard let generation = prepared.generation, !owesMarks, !prepared.dependsOnUnwatchedOwners,
            prepared.plan.refused.allSatisfy({ $0.reason.mayRest }),
            // The live object may change, and only a watch would show it.
            prepared.unwatched.isSubset(of: prepared.plan.refused.filter { $0.reason != .optedOutLive }.map(\.id))
        else { return }
        if case .blocked = prepared.plan.prune.verdict { return }
        if last.outcome == .degraded, standing.isEmpty || vainUsersCommit != nil { return }
        rest = RestingPlace(
            commit: prepared.plan.commit,
            state: state,
            generation: generation,
            outcome: last.outcome ?? .succeeded,
            until: backoff.nextDue(commit: prepared.plan.commit.id)
        )
    }

    /// Whether a wave number was not healthy in time in a pass of this commit.
    func hasVainGate(at commitID: String) -> Bool { vainGate?.commitID == commitID }

    /// Notes that the wave number is finished now.
    mutating func openedGate() { vainGate = nil }

    /// Whether older pods did not end in time in a pass of this commit.
    func hasVainUsers(at commitID: String) -> Bool { vainUsersCommit == commitID }

    /// Notes that older pods did not end in time in a pass of this commit.
    mutating func waitedForUsers(at commitID: String) { vainUsersCommit = commitID }

    /// Notes that no older pods run now.
    mutating func usersAreReady() { vainUsersCommit = nil }
}
