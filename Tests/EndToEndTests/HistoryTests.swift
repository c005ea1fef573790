// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncRecord
import Testing

/// The history tells what happened, to whom, why; and that nobody has edited it.
@Suite(.timeLimit(.minutes(5)))
struct HistoryTests {
    @Test func `every write has an intent and an outcome, and the chain is intact`() async throws {
        try await withScene { scene in
            try scene.commit(
                ["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")],
                message: "Add a"
            )
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["a.yaml": scene.configMap("a", "2")], message: "Change a")
            #expect(try await scene.sync().outcome == .succeeded)
            let runs = try await scene.history.runs(project: scene.project.name)
            #expect(runs.map(\.message) == ["Change a", "Add a"])
            #expect(runs.allSatisfy { $0.author.contains("ada@example.com") })
            for run in runs {
                let detail = try #require(try await scene.history.detail(run.id))
                #expect(!detail.mutations.isEmpty)
                #expect(detail.mutations.allSatisfy { $0.concludedAt != nil })
                #expect(detail.mutations.allSatisfy { $0.ending == .done })
            }
            let change = try #require(try await scene.history.detail(runs[0].id)?.objects.first { $0.id.name == "a" })
            #expect(change.diff?.text.contains("-  value: \"1\"") == true)
            #expect(change.diff?.text.contains("+  value: \"2\"") == true)
            let ofObject = try await scene.history.runs(object: try ObjectQuery(parsing: "configmap/a"))
            #expect(ofObject.count == 2)
            guard case .intact = try await scene.history.verify() else {
                Issue.record("the chain is broken")
                return
            }
        }
    }

    @Test func `a secret's value is nowhere in the history`() async throws {
        try await withScene { scene in
            let canary = "canary-\(scene.namespace)-value"
            func secret(_ value: String) -> String {
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: s, namespace: \(scene.namespace)}
                stringData: {password: \(value)}
                """
            }
            try scene.commit(["ns.yaml": scene.namespaceManifest, "s.yaml": secret(canary)])
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["s.yaml": secret("\(canary)-2")])
            let outcome = try await scene.sync()
            #expect(outcome.objects.filter { $0.action == .configured }.map(\.id.name) == ["s"])
            #expect(!"\(outcome.objects.flatMap(\.changes))".contains(canary))
            for run in try await scene.history.runs(project: scene.project.name) {
                let detail = try #require(try await scene.history.detail(run.id))
                #expect(!"\(detail)".contains(canary))
            }
            #expect(try await scene.sync().objects.allSatisfy { $0.action == .unchanged })
            // A key that git drops leaves the live Secret, too.
            try scene.commit(["s.yaml": secret("\(canary)-2").replacing("password:", with: "token:")])
            #expect(try await scene.sync().outcome == .succeeded)
            let live = try await scene.client.get(CoreResources.secrets, namespace: scene.namespace, name: "s")
            #expect(live?.json["data"]?.object?.keys == ["token"])
        }
    }
}
