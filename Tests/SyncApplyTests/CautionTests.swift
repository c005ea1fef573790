// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import SyncSource
import Synchronization
import TestKit
import Testing

/// What a pass must not do, tried against a cluster.
@Suite(.timeLimit(.minutes(5)))
struct CautionTests {
    @Test func `more prunes than allowed are held until exactly they are approved`() async throws {
        try await ProjectUnderTest.run { project in
            let limits = PlanPolicy.Prune(maxObjects: 1, maxPercent: 0)
            try await project.sync([configMap("a"), configMap("b"), configMap("c")])
            let first = try await project.sync([configMap("a")], prune: limits)
            guard case .held(_, let hash) = first.plan.prune.verdict else {
                Issue.record("not held: \(first.plan.prune.verdict)")
                return
            }
            #expect(first.report.outcomes.allSatisfy { $0.action == .skipped })
            let wrong = try await project.sync([configMap("a")], prune: limits, approved: "0000")
            #expect(wrong.report.outcomes.allSatisfy { $0.action == .skipped })
            #expect(Set(try await project.storedInventory().members.keys.map(\.name)) == ["a", "b", "c"])
            let approved = try await project.sync([configMap("a")], prune: limits, approved: hash)
            #expect(approved.report.actions == ["ConfigMap b": .pruned, "ConfigMap c": .pruned])
        }
    }

    @Test(arguments: [PlanPolicy.Prune(maxObjects: 1, maxPercent: 0), .init(maxObjects: 100, maxPercent: 100)])
    func `who approved a deletion stands in its reason, and nobody in that of one that needs no approval`(
        limits: PlanPolicy.Prune
    ) async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), configMap("b"), configMap("c")])
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("a")], store: store, prune: limits)
            var hash: String?
            if case .held(_, let approval) = plan.prune.verdict { hash = approval }
            _ = await project.applier(store: store)
                .apply(plan, inventory: inventory, approved: hash, approver: "ada@laptop")
            let reasons = project.journal.rows.map(\.intent).filter { $0.verb == .delete }.map(\.reason)
            let tail = hash == nil ? "" : ", approved by ada@laptop"
            #expect(reasons.count == 2)
            #expect(
                reasons.allSatisfy { $0 == "removed from the repository as of commit \(plan.commit.shortID)\(tail)" },
                "\(reasons)"
            )
        }
    }

    @Test func `an object that was made anew between plan and delete is not deleted`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), configMap("b")])
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("a")], store: store)
            try await project.kubectl(["delete", "configmap", "b"])
            try await project.createByHand(configMap("b", #"{"precious":"yes"}"#))
            let report = await project.applier(store: store).apply(plan, inventory: inventory)
            #expect(report.outcome("b")?.action == .skipped)
            #expect(report.outcome("b")?.error?.contains("another object has this name") == true)
            #expect(try await project.live("ConfigMap", "b")?.json["data"] == ["precious": "yes"])
            #expect(report.inventory.members[project.id("ConfigMap", "b")] != nil)
        }
    }

    @Test func `an object that is gone already counts as pruned`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), configMap("b")])
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("a")], store: store)
            try await project.kubectl(["delete", "configmap", "b"])
            let report = await project.applier(store: store).apply(plan, inventory: inventory)
            #expect(report.outcome("b")?.action == .pruned)
            #expect(report.inventory.members[project.id("ConfigMap", "b")] == nil)
        }
    }

    @Test func `an object with a finalizer stays in the inventory until it is gone`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), configMap("b")])
            let patch = #"{"metadata":{"finalizers":["example.org/hold"]}}"#
            try await project.kubectl(["patch", "configmap", "b", "--type=merge", "-p", patch])
            let report = try await project.sync([configMap("a")]).report
            #expect(report.outcome("b")?.action == .pruned)
            #expect(report.outcome("b")?.warnings.first?.contains("example.org/hold") == true)
            let rows = project.journal.rows.count
            try await project.sync([configMap("a")])
            #expect(project.journal.rows.count == rows, "a delete that is under way is not sent again")
            #expect(try await project.storedInventory().members[project.id("ConfigMap", "b")] != nil)
            try await project.kubectl([
                "patch", "configmap", "b", "--type=merge", "-p", #"{"metadata":{"finalizers":null}}"#,
            ])
            try await project.sync([configMap("a")])
            #expect(try await project.storedInventory().members[project.id("ConfigMap", "b")] == nil)
        }
    }

    @Test func `without a journal nothing is written`() async throws {
        try await ProjectUnderTest.run { project in
            project.journal.fail(afterIntents: 0)
            let nothing = try await project.sync([configMap("a")]).report
            #expect(nothing.interruption?.contains("inventory") == true)
            #expect(nothing.outcomes.map(\.action) == [.skipped])
            #expect(try await project.live("Secret", "sternpost-test") == nil)

            project.journal.fail(afterIntents: 1)
            let inventoryOnly = try await project.sync([configMap("a")]).report
            #expect(inventoryOnly.interruption?.contains("journal") == true)
            #expect(try await project.live("ConfigMap", "a") == nil)
            #expect(try await project.storedInventory().members == [project.id("ConfigMap", "a"): .init(uid: nil)])
        }
    }

    @Test func `a guard that says stop ends the pass before the next write`() async throws {
        try await ProjectUnderTest.run { project in
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("a"), configMap("b")], store: store)
            let writes = Mutex(0)
            let applier = project.applier(store: store) {
                let count = writes.withLock { count in
                    count += 1
                    return count
                }
                if count > 1 { throw LeaseIsLost() }
            }
            let report = await applier.apply(plan, inventory: inventory)
            #expect(report.interruption?.contains("LeaseIsLost") == true)
            #expect(report.outcomes.map(\.action) == [.skipped, .skipped])
            #expect(project.journal.rows.allSatisfy { $0.result != nil }, "every intent is concluded")
            #expect(try await project.live("ConfigMap", "a") == nil)
            #expect(report.inventory.members.count == 2, "the superset stays until a pass ends well")
        }
    }

    @Test func `cancelling starts no new request and concludes what was intended`() async throws {
        try await ProjectUnderTest.run { project in
            let store = project.store()
            let names = (0..<100).map { "m\($0)" }
            let (plan, inventory) = try await project.plan(names.map { configMap($0) }, store: store)
            let started = Mutex(0)
            let applier = project.applier(store: store) { started.withLock { $0 += 1 } }
            let pass = Task { await applier.apply(plan, inventory: inventory) }
            try await eventually("some writes have started") { started.withLock { $0 } > 10 }
            pass.cancel()
            let report = await pass.value
            #expect(report.interruption?.contains("cancelled") == true)
            let created = report.outcomes.filter { $0.action == .created }.count
            let skipped = report.outcomes.filter { $0.action == .skipped }.count
            #expect(created + skipped == 100)
            #expect(created >= 1 && skipped >= 1, "created \(created), skipped \(skipped)")
            #expect(project.journal.rows.allSatisfy { $0.result != nil })
            // The next pass goes on where this one stopped.
            let next = try await project.sync(names.map { configMap($0) }).report
            #expect(next.outcomes.filter { $0.action == .created }.count == 100 - created)
        }
    }
}

struct LeaseIsLost: Error {}
