// SPDX-License-Identifier: Apache-2.0
import SyncApply
import SyncObserve
import SyncPlan
import SyncRecord
import SyncRender
import Testing

@testable import SyncLoop

/// What is told of a pass, made of its plan and its objects.
struct PassOutcomeTests {
    struct Row: Sendable {
        let ending: PassOutcome.Ending
        let outcome: RunOutcome
        var stage: PassFailure.Stage?
        var problems = 0
        var hasRow = false
        var hasResult = false
        var interruption: String?
    }

    private static let unrendered = RenderFailure(
        commit: PassFixture.commit,
        problems: [RenderProblem(origin: PassFixture.origin, problem: "a tab", remedy: "use blanks")],
        count: 1
    )
    private static let row = PassFixture.row(.failed)

    static let rows: [Row] = [
        Row(ending: .resting(.held), outcome: .held),
        Row(ending: .quiet(.degraded, result(.allowed)), outcome: .degraded, hasResult: true),
        Row(
            ending: .stopped(run: nil),
            outcome: .interrupted,
            interruption: PassOutcome.stoppedBeforeAnyChange
        ),
        Row(
            ending: .stopped(run: row),
            outcome: .interrupted,
            hasRow: true,
            interruption: PassOutcome.stoppedBeforeAnyChange
        ),
        Row(ending: .unplanned(PassFixture.failure, run: nil), outcome: .failed, stage: .source),
        Row(ending: .unrendered(unrendered, run: row), outcome: .failed, stage: .render, problems: 1, hasRow: true),
        Row(ending: .refused(PassFixture.failure, run: row), outcome: .failed, stage: .source, hasRow: true),
        Row(
            ending: .carriedOut(PassFixture.carriedOut(.interrupted, interruption: .stopped("the lease is lost"))),
            outcome: .interrupted,
            hasRow: true,
            hasResult: true,
            interruption: "the lease is lost"
        ),
        Row(
            ending: .carriedOut(PassFixture.carriedOut(.succeeded, hasRow: false)),
            outcome: .succeeded,
            hasResult: true
        ),
    ]

    private static func result(_ verdict: PrunePlan.Verdict, approved: String? = nil) -> PassOutcome.PlanResult {
        let plan = PassFixture.plan(prune: PrunePlan(verdict: verdict, steps: [], released: []))
        return PassOutcome.PlanResult(PassFixture.prepared(plan), objects: [], approved: approved)
    }

    @Test(arguments: rows)
    func `each ending tells what it has, and nothing else`(row: Row) {
        let outcome = PassOutcome(row.ending, commit: nil, duration: .zero)
        #expect(outcome.outcome == row.outcome)
        #expect((outcome.run != nil) == row.hasRow)
        #expect(outcome.failure?.stage == row.stage)
        #expect(outcome.problems.count == row.problems)
        #expect((outcome.prune != nil) == row.hasResult)
        #expect(outcome.interruption == row.interruption)
    }

    @Test func `a history that cannot be written delays no later pass, and a source that cannot be read does`() {
        func needsRetry(_ stage: PassFailure.Stage) -> Bool {
            let failure = PassFailure(stage: stage, message: "no", isRetryable: true)
            return PassOutcome(.unplanned(failure, run: nil), commit: nil, duration: .zero).needsRetry
        }
        #expect(!needsRetry(.history))
        #expect(needsRetry(.source))
        #expect(needsRetry(.cluster))
    }

    @Test func `a pass that failed on a nearly full disk is made again once there is more room`() {
        let (little, much): (UInt64, UInt64) = (1 << 20, 1 << 30)
        #expect(DiskRoom.hasGrown(little, since: DiskRoom.scarce(0)))
        #expect(!DiskRoom.hasGrown(4096, since: DiskRoom.scarce(0)))
        #expect(!DiskRoom.hasGrown(2 * much, since: DiskRoom.scarce(much)))
        #expect(!DiskRoom.hasGrown(nil, since: DiskRoom.scarce(0)))
        #expect(!DiskRoom.hasGrown(little, since: DiskRoom.scarce(nil)))
    }

    @Test func `only a source that failed on a nearly full disk is asked again before its time`() {
        let (now, interval) = (ContinuousClock.now, Duration.seconds(60))
        func delay(_ stage: PassFailure.Stage, freeBytes: UInt64) -> PassDelay {
            let failure = PassFailure(stage: stage, message: "no", isRetryable: true)
            let outcome = PassOutcome(.unplanned(failure, run: nil), commit: nil, duration: .zero)
            var delay = PassDelay()
            for _ in 1...5 { delay.passed(outcome, at: now, interval: interval, freeBytes: freeBytes) }
            return delay
        }
        var scarce = delay(.source, freeBytes: 0)
        #expect(!scarce.isDue(at: now))
        #expect(scarce.hasRoom(1 << 20))
        scarce.end()
        #expect(scarce.isDue(at: now))
        #expect(!delay(.source, freeBytes: 1 << 30).hasRoom(2 << 30))
        #expect(delay(.history, freeBytes: 0).isDue(at: now))
    }

    @Test func `a pass that lost its journal is told from one that was to end`() {
        let reason = "the disk is full"
        let inventory = PassFixture.report().inventory
        let lost = ApplyReport(outcomes: [], inventory: inventory, interruption: reason, isJournalLost: true)
        #expect(PassOutcome.Interruption(lost) == .unrecorded(reason))
        #expect(PassOutcome.Interruption(PassFixture.report(interruption: reason)) == .stopped(reason))
        #expect(PassOutcome.Interruption(PassFixture.report()) == nil)
        func isUnrecorded(_ interruption: PassOutcome.Interruption?) -> Bool {
            let done = PassFixture.carriedOut(.degraded, interruption: interruption)
            return PassOutcome(.carriedOut(done), commit: nil, duration: .zero).isUnrecorded
        }
        #expect(isUnrecorded(.unrecorded(reason)))
        #expect(!isUnrecorded(.stopped(reason)))
        #expect(!isUnrecorded(nil))
    }

    @Test func `every object is counted once, and one that was passed over not at all`() throws {
        let step = try StepFixture.step()
        let actions: [ObjectOutcome.Action] = [
            .created, .configured, .configured, .unchanged, .unchanged, .unchanged, .pruned, .restarted, .skipped,
            .failed,
        ]
        let counts = PassOutcome.counts(of: actions.map { StepFixture.outcome(step, $0) })
        var expected = RunCounts()
        expected.created = 1
        expected.configured = 2
        expected.unchanged = 3
        expected.pruned = 1
        expected.restarted = 1
        expected.failed = 1
        #expect(counts == expected)
    }

    @Test func `deletions wait for a word only while nobody has said it`() {
        let held = PrunePlan.Verdict.held(reasons: ["6 of 10"], approvalHash: "h1")
        #expect(Self.result(held).hold?.hash == "h1")
        #expect(Self.result(held).hold?.reasons == ["6 of 10"])
        #expect(Self.result(held, approved: "h2").hold?.hash == "h1")
        #expect(Self.result(held, approved: "h1").hold == nil)
        #expect(Self.result(.allowed).hold == nil)
        #expect(Self.result(.blocked(reasons: ["no list"])).hold == nil)
    }

    @Test func `drift that is only reported is told as what it is, and what was deleted is not healthy`() throws {
        let steps = [try PassFixture.step(.drift, "a"), try PassFixture.step(.deleted, "b")]
        let plan = PassFixture.plan(reportedDrift: steps)
        let rest = "in the cluster; the project only reports drift"
        #expect(
            PassObjects.all(plan: plan, report: PassFixture.report()).map(\.error) == [
                "infra/a.yaml:1: ConfigMap shop/a: was changed \(rest)",
                "infra/a.yaml:1: ConfigMap shop/b: was deleted \(rest)",
            ]
        )
        let missing = PassObjects.missing(plan)
        #expect(missing.map(\.id) == [PassFixture.id("b")])
        #expect(missing.map(\.message) == ["was deleted \(rest)"])
    }

    @Test func `a refused object is told like every other: its place, its name, and why`() {
        let reasons: [RefusedObject.Reason] = [.terminating, .invalid, .failing]
        let objects = PassObjects.untouched(PassFixture.plan(refused: reasons.map { PassFixture.refused($0) }))
        #expect(objects.count == 3)
        #expect(objects.allSatisfy { $0.error == "infra/a.yaml:1: ConfigMap shop/a: is refused" })
    }

    @Test func `a deletion that failed before is a failure, and one that waits is passed over`() throws {
        let (failing, waiting) = (try StepFixture.step("failing").id, try StepFixture.step("waiting").id)
        let prune = PrunePlan(
            verdict: .allowed,
            steps: [],
            released: [],
            withheld: [ReleasedObject(id: failing, reason: "the server said no")],
            waiting: [ReleasedObject(id: waiting, reason: "its pods are still there")]
        )
        let objects = PassObjects.untouched(StepFixture.plan([], prune: prune))
        #expect(objects.map(\.id) == [failing, waiting])
        #expect(objects.map(\.action) == [.failed, .skipped])
        #expect(
            objects.map(\.error) == [
                "\(failing): the server said no", "\(waiting): not deleted: its pods are still there",
            ]
        )
        let areRetryable = objects.map(\.isRetryable)
        #expect(areRetryable == [true, true])
    }
}
