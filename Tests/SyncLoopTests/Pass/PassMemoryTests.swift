// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import SyncRecord
import SyncSource
import Testing

@testable import SyncLoop

/// What the passes of one process leave to the later ones.
@Suite(.timeLimit(.minutes(1)))
struct PassMemoryTests {
    private let now = ContinuousClock.now
    private let commitID = PassFixture.commit.id

    private func memory(
        after outcome: RunOutcome,
        of plan: Plan = PassFixture.plan(),
        _ report: ApplyReport = PassFixture.report()
    ) -> PassMemory {
        var memory = PassMemory(interval: .seconds(100))
        take(report, of: plan, PassFixture.outcome(outcome), into: &memory)
        return memory
    }

    private func take(_ report: ApplyReport, of plan: Plan, _ outcome: PassOutcome, into memory: inout PassMemory) {
        memory.take(.carriedOut(report, at: now, outcome), of: PassFixture.prepared(plan), began: now)
    }

    @Test func `a failure is news once, and again when a plan could be made since`() {
        let other = PassFailure(stage: .cluster, message: "the cluster is unreachable", isRetryable: true)
        var memory = PassMemory(interval: .seconds(100))
        #expect(memory.isNews(PassFixture.failure))
        memory.failed(PassFixture.failure)
        #expect(!memory.isNews(PassFixture.failure))
        #expect(memory.isNews(other))
        memory.planned(earlier: nil)
        #expect(memory.last == .overcome)
        #expect(memory.isNews(PassFixture.failure))
    }

    @Test func `a failure that could not be written is news again, and is followed by a run when it is over`() {
        var memory = memory(after: .succeeded)
        memory.failed(PassFixture.failure)
        memory.lostFailure()
        #expect(memory.isNews(PassFixture.failure))
        memory.planned(earlier: nil)
        #expect(memory.last.silence([], at: commitID, applied: commitID) == .refused)
    }

    @Test func `the history is believed where this process has made no pass`() {
        var memory = PassMemory(interval: .seconds(100))
        memory.planned(earlier: nil)
        #expect(memory.last == .unknown)
        memory.planned(earlier: .held)
        #expect(memory.last == .earlier(.held))
    }

    @Test func `a pass that may not write has failed`() {
        var memory = PassMemory(interval: .seconds(100))
        let refusal = PassFailure(stage: .lease, message: "another process leads", isRetryable: true)
        let outcome = PassOutcome(.refused(refusal, run: PassFixture.row(.failed)), commit: nil, duration: .zero)
        let ending = PassCarryOut.Ending.refused(refusal, outcome)
        memory.take(ending, of: PassFixture.prepared(PassFixture.plan()), began: now)
        #expect(memory.last == .failed(refusal))
    }

    @Test(arguments: [RunOutcome.succeeded, .degraded])
    func `after a pass whose end could not be written a run follows, at the same commit too`(outcome: RunOutcome) {
        var memory = memory(after: .succeeded)
        #expect(memory.last.silence([], at: commitID, applied: commitID) == .allowed)
        take(PassFixture.report(), of: PassFixture.plan(), PassFixture.outcome(outcome, hasRow: false), into: &memory)
        #expect(memory.last.silence([], at: commitID, applied: commitID) == .refused)
    }

    @Test func `what was seen and found no room is owed until a pass has saved it, and until then nothing rests`() {
        var memory = memory(after: .succeeded)
        #expect(!memory.owesMarks)
        for owes in [true, false] {
            let outcome = PassFixture.outcome(.succeeded, owesMarks: owes)
            take(PassFixture.report(), of: PassFixture.plan(), outcome, into: &memory)
            #expect(memory.owesMarks == owes)
        }
    }

    @Test func `what is owed is tried again after ten minutes, counted from the last try`() {
        var memory = memory(after: .succeeded)
        #expect(!memory.maySaveMarks(at: now + .seconds(10_000)), "nothing is owed")
        take(
            PassFixture.report(),
            of: PassFixture.plan(),
            PassFixture.outcome(.succeeded, owesMarks: true),
            into: &memory
        )
        #expect(!memory.maySaveMarks(at: now + .seconds(599)) && memory.maySaveMarks(at: now + .seconds(600)))
        let outcome = PassOutcome(
            .refused(PassFixture.failure, run: PassFixture.row(.failed)),
            commit: nil,
            duration: .zero
        )
        let later = now + .seconds(700)
        memory.take(.refused(PassFixture.failure, outcome), of: PassFixture.prepared(PassFixture.plan()), began: later)
        #expect(!memory.maySaveMarks(at: now + .seconds(1_299)) && memory.maySaveMarks(at: now + .seconds(1_300)))
    }

    @Test func `what failed, what is refused and what waits will stand in the way`() throws {
        let gate = ClosedGate(number: 0, unhealthy: PassFixture.id("b"))
        let plan = PassFixture.plan(
            steps: [try PassFixture.step(.commit)],
            refused: [PassFixture.refused(.ownedByOther, "c")]
        )
        let report = PassFixture.report([PassFixture.object(.failed)], closedGate: gate)
        let standing = [
            "ConfigMap shop/a it failed",
            "blocked by wave 0: ConfigMap shop/b is not healthy",
            "infra/a.yaml:1 ConfigMap shop/c is refused",
        ]
        #expect(
            memory(after: .degraded, of: plan, report).last
                == .written(.degraded, commitID: commitID, standing: standing)
        )
    }

    @Test func `what failed is withheld until its time has come, and not from a person`() throws {
        let plan = PassFixture.plan(steps: [try PassFixture.step(.commit)])
        let memory = memory(after: .degraded, of: plan, PassFixture.report([PassFixture.object(.failed)]))
        func withheld(after time: Duration, commit: String, triesEverything: Bool = false) -> [ObjectID] {
            let policy = memory.policy(
                PlanPolicy(),
                at: now + time,
                commit: commit,
                triesEverything: triesEverything
            )
            return Array(policy.withheld.keys)
        }
        #expect(withheld(after: .seconds(60), commit: commitID) == [PassFixture.id()])
        #expect(withheld(after: .seconds(95), commit: commitID).isEmpty)
        #expect(withheld(after: .seconds(60), commit: "another").isEmpty)
        #expect(withheld(after: .seconds(60), commit: commitID, triesEverything: true).isEmpty)
    }

    @Test func `a wave number is waited for in vain until it is finished, or nothing waits for it`() {
        let gate = ClosedGate(number: 0, unhealthy: PassFixture.id())
        var memory = memory(after: .degraded, of: PassFixture.plan(), PassFixture.report(closedGate: gate))
        #expect(memory.hasVainGate(at: commitID))
        #expect(!memory.hasVainGate(at: "another"))
        let waiting = PassFixture.plan(refused: [PassFixture.refused(.waiting)])
        take(PassFixture.report(), of: waiting, PassFixture.outcome(.degraded), into: &memory)
        #expect(memory.hasVainGate(at: commitID))
        var opened = memory
        opened.openedGate()
        #expect(!opened.hasVainGate(at: commitID))
        take(PassFixture.report(), of: PassFixture.plan(), PassFixture.outcome(.succeeded), into: &memory)
        #expect(!memory.hasVainGate(at: commitID))
    }

    @Test func `older pods are waited for in vain until a look finds none`() {
        var memory = PassMemory(interval: .seconds(100))
        #expect(!memory.hasVainUsers(at: commitID))
        memory.waitedForUsers(at: commitID)
        #expect(memory.hasVainUsers(at: commitID))
        #expect(!memory.hasVainUsers(at: "another"))
        memory.usersAreReady()
        #expect(!memory.hasVainUsers(at: commitID))
    }
}

/// Where a project comes to rest.
@Suite(.timeLimit(.minutes(1)))
struct RestingPlaceTests {
    struct Row: Sendable {
        var last: RunOutcome = .succeeded
        var reasons: [RefusedObject.Reason] = []
        var isWatched = true
        var unwatched: Set<ObjectID> = []
        var verdict = PrunePlan.Verdict.allowed
        var standing: [String] = []
        var hasVainUsers = false
        let rests: Bool
    }

    @Test(arguments: [
        Row(rests: true),
        Row(isWatched: false, rests: false),
        Row(unwatched: [PassFixture.id()], rests: false),
        Row(reasons: [.optedOut], unwatched: [PassFixture.id()], rests: true),
        Row(reasons: [.optedOutLive], rests: true),
        Row(reasons: [.optedOutLive], unwatched: [PassFixture.id()], rests: false),
        Row(reasons: [.ownedByOther], rests: false),
        Row(verdict: .blocked(reasons: ["x"]), rests: false),
        Row(last: .held, verdict: .held(reasons: ["x"], approvalHash: "h"), standing: ["h", "x"], rests: true),
        Row(last: .degraded, rests: false),
        Row(last: .degraded, standing: ["x"], rests: true),
        Row(last: .degraded, standing: ["x"], hasVainUsers: true, rests: false),
        Row(hasVainUsers: true, rests: true),
    ])
    func `a pass rests where a watch covers all that it looked at`(row: Row) {
        var memory = PassMemory(interval: .seconds(100))
        memory.planned(earlier: row.last)
        if row.hasVainUsers { memory.waitedForUsers(at: PassFixture.commit.id) }
        let plan = PassFixture.plan(
            refused: row.reasons.map { PassFixture.refused($0) },
            prune: PrunePlan(verdict: row.verdict, steps: [], released: [])
        )
        let prepared = PassFixture.prepared(plan, generation: row.isWatched ? 1 : nil, unwatched: row.unwatched)
        memory.comeToRest(at: prepared, state: ProjectState(), standing: row.standing)
        #expect((memory.rest != nil) == row.rests)
        #expect(memory.rest.map { $0.outcome == row.last } ?? true)
        memory.beganLooking()
        #expect(memory.rest.map(\.generation) == nil)
    }

    @Test func `it holds for the same commit and state until something is to be tried again`() {
        let now = ContinuousClock.now
        let place = RestingPlace(
            commit: PassFixture.commit,
            state: ProjectState(),
            generation: 1,
            outcome: .degraded,
            until: now + .seconds(10)
        )
        #expect(place.holds(at: PassFixture.commit.id, state: ProjectState(), now: now))
        #expect(!place.holds(at: "another", state: ProjectState(), now: now))
        #expect(!place.holds(at: PassFixture.commit.id, state: ProjectState(appliedTreeID: "t"), now: now))
        #expect(!place.holds(at: PassFixture.commit.id, state: ProjectState(), now: now + .seconds(10)))
    }
}
