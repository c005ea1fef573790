// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import EmbeddedCluster
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import Synchronization
import TestKit
import Testing

/// What is found again after the inventory was lost stays in doubt in the cluster, however many passes go by.
@Suite(.timeLimit(.minutes(5)))
struct LostInventoryTests {
    private func lose(_ project: ProjectUnderTest) async throws {
        try await project.kubectl(["delete", "secret", "sternpost-test"])
    }

    private func hash(_ plan: Plan) -> String? {
        if case .held(_, let hash) = plan.prune.verdict { hash } else { nil }
    }

    @Test func `members that were found again are held in every pass until a person says yes`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), configMap("b"), configMap("c")])
            // A copied label alone does not make an object ours.
            try await project.createByHand(configMap("copied"))
            try await project.kubectl(["label", "configmap", "copied", project.applySet.memberSelector])
            try await lose(project)
            let found = try await project.storedInventory()
            #expect(found.isRebuilt)
            #expect(Set(found.members.keys.map(\.name)) == ["a", "b", "c"])
            for pass in 1...3 {
                let (plan, report) = try await project.sync([configMap("a"), configMap("c")])
                #expect(hash(plan) != nil, "pass \(pass): \(plan.prune.verdict)")
                #expect(report.actions == ["ConfigMap b": .skipped], "pass \(pass)")
                #expect(try await project.live("ConfigMap", "b") != nil)
                let doubts = try await project.storedInventory().members.filter { $0.value.doubt != nil }
                #expect(doubts.keys.map(\.name) == ["b"], "what git declares is confirmed, the rest is not")
            }
            let held = try await project.sync([configMap("a"), configMap("c")])
            let pruned = try await project.sync([configMap("a"), configMap("c")], approved: hash(held.plan)).report
            #expect(pruned.actions == ["ConfigMap b": .pruned])
            // What git had confirmed is an ordinary member again.
            #expect(try await project.sync([configMap("a")]).report.actions == ["ConfigMap c": .pruned])
            #expect(try await project.live("ConfigMap", "copied") != nil)
        }
    }

    @Test(arguments: [1, 2])
    func `a pass that ends right after it has stored what was found leaves the doubts`(_ writes: Int) async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), configMap("b")])
            try await lose(project)
            let store = project.store()
            let (plan, inventory) = try await project.plan([configMap("a"), configMap("n")], store: store)
            let count = Mutex(0)
            let applier = project.applier(store: store) {
                let asked = count.withLock { count in
                    count += 1
                    return count
                }
                if asked > writes { throw LeaseIsLost() }
            }
            _ = await applier.apply(plan, inventory: inventory)
            let (later, report) = try await project.sync([configMap("a"), configMap("n")])
            #expect(hash(later) != nil, "\(later.prune.verdict)")
            #expect(report.outcome("b")?.action == .skipped)
        }
    }

    @Test(.enabled(if: !ClusterUnderTest.isReal), arguments: [403, 500])
    func `a kind that could not be listed stays named and its objects are found once it can be`(
        status: Int
    ) async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), serviceAccount("robot")])
            try await lose(project)
            let faults = try #require(project.cluster.embedded?.faults)
            let reason = status == 403 ? "Forbidden" : "InternalError"
            let action = FaultAction.failure(status: status, reason: reason, message: "robots cannot list them")
            let everywhere = faults.add(FaultRule("list", "/api/v1/serviceaccounts", action))
            let here = "/api/v1/namespaces/\(project.namespace)/serviceaccounts"
            let inside = faults.add(FaultRule("list", here, action))
            for _ in 1...2 {
                let plan = try await project.sync([configMap("a")]).plan
                guard case .blocked(let reasons) = plan.prune.verdict else {
                    Issue.record("not blocked: \(plan.prune.verdict)")
                    return
                }
                #expect(reasons.contains { $0.contains("ServiceAccount could not be listed") }, "\(reasons)")
                let parent = try #require(try await project.live("Secret", "sternpost-test"))
                #expect(parent.annotation(ApplySet.groupKindsAnnotation) == "ConfigMap,ServiceAccount")
            }
            faults.remove(everywhere)
            faults.remove(inside)
            try await project.sync([configMap("a")])
            let robot = try await project.storedInventory().members[project.id("ServiceAccount", "robot")]
            #expect(robot?.doubt == .lost)
            let (plan, _) = try await project.sync([configMap("a")])
            #expect(hash(plan) != nil, "\(plan.prune.verdict)")
            #expect(try await project.live("ServiceAccount", "robot") != nil)
        }
    }

    @Test(.enabled(if: !ClusterUnderTest.isReal))
    func `a kind whose list fails keeps no new project from being applied`() async throws {
        try await ProjectUnderTest.run { project in
            let faults = try #require(project.cluster.embedded?.faults)
            let action = FaultAction.failure(
                status: 500,
                reason: "InternalError",
                message: "the conversion webhook is dead"
            )
            let rule = faults.add(FaultRule("list", "/api/v1/serviceaccounts", action))
            for pass in 1...2 {
                let (plan, report) = try await project.sync([configMap("a")])
                #expect(report.interruption == nil && report.outcomes.allSatisfy { $0.action == .created })
                #expect(plan.unchanged.count == pass - 1)
                #expect(
                    plan.prune.doubtsOfMore.contains { $0.contains("the conversion webhook is dead") }
                )
                let parent = try #require(try await project.live("Secret", "sternpost-test"))
                #expect(parent.annotation(ApplySet.groupKindsAnnotation) == "ConfigMap,ServiceAccount")
            }
            faults.remove(rule)
            try await project.sync([configMap("a")])
            let (plan, _) = try await project.sync([configMap("a")])
            #expect(plan.prune.verdict == .allowed && plan.prune.doubtsOfMore.isEmpty)
            let parent = try #require(try await project.live("Secret", "sternpost-test"))
            #expect(parent.annotation(ApplySet.groupKindsAnnotation) == "ConfigMap")
        }
    }

    @Test func `an inventory that two repositories share holds what the other one declared, both ways`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("first")], source: "a#infra")
            let other = try await project.sync([configMap("second")], source: "b#infra")
            #expect(hash(other.plan) != nil)
            let back = try await project.sync([configMap("first")], source: "a#infra")
            #expect(hash(back.plan) != nil, "\(back.plan.prune.verdict)")
            #expect(try await project.live("ConfigMap", "first") != nil)
            #expect(try await project.live("ConfigMap", "second") != nil)
            // What this source has declared itself is its own again.
            try await project.sync([configMap("first"), configMap("second")], source: "a#infra")
            let mine = try await project.sync([configMap("first")], source: "a#infra")
            #expect(mine.report.actions == ["ConfigMap second": .pruned])
        }
    }

    @Test func `an inventory that would not fit is refused before anything is applied`() async throws {
        try await ProjectUnderTest.run { project in
            let names = (0..<3_600).map { "\(String(repeating: "n", count: 240))\($0)" }
            let report = try await project.sync(names.map { configMap($0) }).report
            #expect(report.interruption?.contains("split the project") == true, "\(report.interruption ?? "-")")
            #expect(report.outcomes.allSatisfy { $0.action == .skipped })
            #expect(try await project.live("Secret", "sternpost-test") == nil)
            #expect(project.journal.rows.isEmpty)
        }
    }

    @Test func `more namespaces than annotations may name are refused before anything is applied`() async throws {
        try await ProjectUnderTest.run { project in
            let store = project.store()
            _ = try await store.load(catalog: APICatalog())
            var inventory = Inventory(applySet: project.applySet)
            for index in 0..<5_000 {
                let space = "\(String(repeating: "s", count: 50))-\(index)"
                let id = ObjectID(group: "", kind: "ConfigMap", namespace: space, name: "m")
                inventory.members[id] = Inventory.Member(uid: nil)
            }
            let error = await #expect(throws: InventoryError.self) { try await store.checkRoom(for: inventory) }
            #expect(error?.reason == .inventoryTooLarge)
            #expect(error?.description.contains("5000 namespaces") == true, "\(error?.description ?? "")")
        }
    }
}
