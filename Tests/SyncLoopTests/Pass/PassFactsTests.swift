// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncLook
import SyncObserve
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource
import Testing

@testable import SyncLoop

/// What is written down of a pass: why it was made, how it ended, and what the next one compares by.
@Suite(.timeLimit(.minutes(1)))
struct PassFactsTests {
    struct Start: Sendable {
        var given: RunTrigger = .commit
        var isApplied = true
        var cause: Step.Cause?
        var reportsDrift = false
        var approval: String?
        let trigger: RunTrigger
    }

    @Test(arguments: [
        Start(given: .manual, cause: .drift, trigger: .manual),
        Start(given: .start, trigger: .start),
        Start(isApplied: false, cause: .drift, trigger: .commit),
        Start(trigger: .retry),
        Start(cause: .missing, trigger: .retry),
        Start(cause: .drift, trigger: .drift),
        Start(cause: .deleted, trigger: .drift),
        Start(reportsDrift: true, trigger: .drift),
        Start(cause: .drift, approval: "h", trigger: .approval),
        Start(approval: "another", trigger: .retry),
    ])
    func `a poll that finds the applied commit was started by something else`(start: Start) throws {
        let drift = try PassFixture.step(.drift, "b")
        let plan = PassFixture.plan(
            steps: try start.cause.map { [try PassFixture.step($0)] } ?? [],
            reportedDrift: start.reportsDrift ? [drift] : [],
            prune: PrunePlan(verdict: .held(reasons: ["x"], approvalHash: "h"), steps: [], released: [])
        )
        let state = ProjectState(
            applied: start.isApplied ? PassFixture.commit : nil,
            approval: start.approval.map { Approval(hash: $0, person: "ada", at: Date(timeIntervalSince1970: 0)) }
        )
        #expect(PassRecord.trigger(start.given, plan, state) == start.trigger)
    }

    struct End: Sendable {
        var objects: [ObjectOutcome] = []
        var reasons: [RefusedObject.Reason] = []
        var reportsDrift = false
        var verdict = PrunePlan.Verdict.allowed
        var waits = false
        var isLeftOver = false
        var health: HealthReport.Ending = .healthy
        var interruption: String?
        var approved: String?
        let outcome: RunOutcome
    }

    static let ends: [End] = [
        End(outcome: .succeeded),
        End(health: .notAwaited, outcome: .succeeded),
        End(objects: [PassFixture.object(.failed)], interruption: "stopped", outcome: .interrupted),
        End(health: .cancelled, outcome: .interrupted),
        End(health: .failed, outcome: .degraded),
        End(health: .timedOut, outcome: .degraded),
        End(health: .unreadable, outcome: .degraded),
        End(objects: [PassFixture.object(.failed)], outcome: .degraded),
        End(objects: [PassFixture.object(.configured, isUnfinished: true)], outcome: .degraded),
        End(objects: [PassFixture.object(.skipped)], outcome: .degraded),
        End(objects: [PassFixture.object(.skipped, origin: nil)], outcome: .succeeded),
        End(objects: [PassFixture.object(.skipped, origin: nil, isRetryable: true)], outcome: .degraded),
        End(waits: true, outcome: .degraded),
        End(reasons: [.optedOut], outcome: .succeeded),
        End(reasons: [.waiting], outcome: .degraded),
        End(reportsDrift: true, outcome: .degraded),
        End(verdict: .blocked(reasons: ["x"]), isLeftOver: true, outcome: .degraded),
        End(verdict: .blocked(reasons: ["x"]), outcome: .succeeded),
        End(verdict: .disabled, outcome: .succeeded),
        End(verdict: .held(reasons: ["x"], approvalHash: "h"), outcome: .held),
        End(verdict: .held(reasons: ["x"], approvalHash: "h"), approved: "h", outcome: .succeeded),
        End(verdict: .held(reasons: ["x"], approvalHash: "h"), health: .failed, outcome: .degraded),
    ]

    @Test(arguments: PassFactsTests.ends)
    func `the worst thing says how a pass ended`(end: End) throws {
        let drift = try PassFixture.step(.drift)
        let plan = PassFixture.plan(
            refused: end.reasons.map { PassFixture.refused($0) },
            reportedDrift: end.reportsDrift ? [drift] : [],
            prune: PrunePlan(
                verdict: end.verdict,
                steps: [],
                released: [],
                waiting: end.waits ? [ReleasedObject(id: PassFixture.id(), reason: "older pods run")] : [],
                leftOver: end.isLeftOver ? [PassFixture.id()] : []
            )
        )
        let outcome = PassRecord.outcome(
            plan,
            objects: end.objects,
            health: HealthReport(ending: end.health, unhealthy: [], observed: 0),
            report: PassFixture.report(end.objects, interruption: end.interruption),
            approved: end.approved
        )
        #expect(outcome == end.outcome)
    }

    @Test func `why it ended early is said first, then who leaves, then who stays`() {
        let prune = PrunePlan(
            verdict: .allowed,
            steps: [],
            released: [ReleasedObject(id: PassFixture.id("a"), reason: "it is gone")],
            kept: [ReleasedObject(id: PassFixture.id("b"), reason: "its kind could not be read")]
        )
        let remarks = PassRecord.remarks(PassFixture.plan(prune: prune), PassFixture.report(interruption: "stopped"))
        #expect(
            remarks == [
                "stopped", "ConfigMap shop/a left the inventory: it is gone",
                "not deleted: ConfigMap shop/b: its kind could not be read",
            ]
        )
    }

    @Test func `who was written gets a new mark, who was not keeps the old one, and who left has none`() throws {
        let settled = SettledObject(
            id: PassFixture.id("b"),
            apiVersion: "v1",
            origin: PassFixture.origin,
            uid: "uid-1",
            resourceVersion: "5",
            contentHash: "hash"
        )
        let plan = PassFixture.plan(
            steps: [try PassFixture.step(.commit), try PassFixture.step(.commit, "c")],
            unchanged: [settled],
            refused: [PassFixture.refused(.waiting, "d")]
        )
        let written = ObjectOutcome(
            id: PassFixture.id("a"),
            apiVersion: "v1",
            action: .configured,
            origin: PassFixture.origin,
            after: try PassFixture.live(version: "9")
        )
        let known = ["a", "b", "c", "d", "e"].map { (PassFixture.id($0), PassFixture.mark("1")) }
        let marks = PassRecord.marks(
            plan,
            PassFixture.report([written]),
            known: Dictionary(known) { first, _ in first }
        )
        #expect(
            marks.mapValues(\.resourceVersion) == [
                PassFixture.id("a"): "9", PassFixture.id("b"): "5", PassFixture.id("c"): "1", PassFixture.id("d"): "1",
            ]
        )
    }

    @Test func `a commit that does not render is told by its first problem`() {
        let problem = RenderProblem(origin: PassFixture.origin, problem: "is no map", remedy: "make it one")
        func message(count: Int) -> String {
            PassFailure(RenderFailure(commit: PassFixture.commit, problems: [problem], count: count)).message
        }
        #expect(message(count: 1) == "1 problem in aaaaaaaa: infra/a.yaml:1: is no map; make it one")
        #expect(message(count: 3) == "3 problems in aaaaaaaa: infra/a.yaml:1: is no map; make it one")
    }
}
