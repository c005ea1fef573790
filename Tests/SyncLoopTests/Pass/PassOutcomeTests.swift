// SPDX-License-Identifier: Apache-2.0
import SyncApply
import SyncObserve
import SyncPlan
import SyncRecord
import Testing

@testable import SyncLoop

/// What is told of a pass, made of its plan and its objects.
struct PassOutcomeTests {
    private func outcome(_ verdict: PrunePlan.Verdict, approved: String? = nil) -> PassOutcome {
        PassOutcome(
            outcome: .held,
            run: nil,
            commit: nil,
            prune: PrunePlan(verdict: verdict, steps: [], released: []),
            approved: approved,
            duration: .zero
        )
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
        #expect(outcome(held).hold?.hash == "h1")
        #expect(outcome(held).hold?.reasons == ["6 of 10"])
        #expect(outcome(held, approved: "h2").hold?.hash == "h1")
        #expect(outcome(held, approved: "h1").hold == nil)
        #expect(outcome(.allowed).hold == nil)
        #expect(outcome(.blocked(reasons: ["no list"])).hold == nil)
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
