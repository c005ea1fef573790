// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import Testing

/// What people add with kubectl inside of a declared container goes with the next write, so it is drift from the moment on
/// in which it was added; what they add elsewhere stays.
@Suite(.timeLimit(.minutes(5)))
struct HandAddedTests {
    private static let container = #".spec.template.spec.containers[name="web"]"#

    private func patch(_ scene: Scene, _ body: JSON, by manager: String) async throws {
        _ = try await scene.client.patch(
            CoreResources.deployments,
            namespace: scene.namespace,
            name: "web",
            type: .strategic,
            body: body,
            fieldManager: manager
        )
    }

    /// As `kubectl set env`, `kubectl patch` and `kubectl annotate` do, and a controller that sets a variable of its own.
    private func addByHand(_ scene: Scene) async throws {
        func inContainer(_ fields: JSON) -> JSON {
            var container = fields
            container["name"] = "web"
            return ["spec": ["template": ["spec": ["containers": [container]]]]]
        }
        try await patch(scene, inContainer(["env": [["name": "PATCHED", "value": "1"]]]), by: "kubectl-set")
        try await patch(scene, inContainer(["workingDir": "/x"]), by: "kubectl-patch")
        try await patch(scene, inContainer(["terminationMessagePath": "/dev/end"]), by: "a-controller")
        try await patch(scene, ["metadata": ["annotations": ["note": "stays"]]], by: "kubectl-annotate")
    }

    private func live(_ scene: Scene) async throws -> KubeObject {
        let found = try await scene.client.get(CoreResources.deployments, namespace: scene.namespace, name: "web")
        return try #require(found)
    }

    private func container(_ object: KubeObject) -> JSON? {
        object.json[["spec", "template", "spec", "containers"]]?.array?.first
    }

    @Test func `what was added by hand in a declared container is shown, taken away at once, and said to be`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "web.yaml": scene.idleDeployment()])
            #expect(try await scene.sync().outcome == .succeeded)
            try await addByHand(scene)
            let text = try #require(try await scene.preview().first?.diff?.text)
            let gone = text.split(separator: "\n").filter { $0.hasPrefix("-") }.joined(separator: "\n")
            #expect(gone.contains("PATCHED") && gone.contains("workingDir"), "\(text)")
            let healed = try await scene.sync()
            let outcome = try #require(healed.objects.first { $0.id.name == "web" })
            #expect(outcome.action == .configured)
            #expect(outcome.changes.map(\.path) == [Self.container + ".env", Self.container + ".workingDir"])
            #expect(outcome.changes.first?.takenFrom?.hasPrefix("kubectl-set") == true, "\(outcome.changes)")
            #expect(outcome.changes.last?.takenFrom?.hasPrefix("kubectl-patch") == true, "\(outcome.changes)")
            let run = try #require(healed.run?.id)
            let writes = try #require(try await scene.history.detail(run)).mutations
            let reason = "; removes \(Self.container).env (taken from kubectl-set"
            let said = writes.map(\.reason).filter { $0.contains(reason) }
            #expect(said.count == 1 && said.first?.hasPrefix("configure, drift: ") == true, "\(writes)")
            let after = try await live(scene)
            #expect(container(after)?["env"] == nil && container(after)?["workingDir"] == nil)
            // What others have set, and what was added outside of lists, is theirs.
            #expect(container(after)?["terminationMessagePath"] == "/dev/end")
            #expect(after.annotation("note") == "stays")
            // Nothing is left to be taken away, now or by a later commit of something else.
            #expect(try await scene.preview().isEmpty)
            #expect(try await scene.sync().objects.allSatisfy { $0.action == .unchanged })
            try scene.commit(["web.yaml": scene.idleDeployment(labels: "team: shop")])
            #expect(try await scene.sync().outcome == .succeeded)
            let last = try await live(scene)
            #expect(last.label("team") == "shop")
            #expect(last.spec?["template"] == after.spec?["template"])
        }
    }

    @Test func `what was added by hand is only reported where drift is, and stays until git changes`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "web.yaml": scene.idleDeployment()])
            let first = try await scene.sync { $0.policy.drift = .report }
            #expect(first.outcome == .succeeded)
            try await addByHand(scene)
            for _ in 0..<2 {
                let outcome = try await scene.sync { $0.policy.drift = .report }
                #expect(outcome.outcome == .degraded)
                let now = try await live(scene)
                #expect(container(now)?["workingDir"] == "/x")
            }
            let shown = try await scene.preview { $0.policy.drift = .report }
            #expect(shown.first?.diff?.text.contains("workingDir") == true, "\(shown)")
            #expect(shown.first?.note?.contains("a sync leaves it") == true, "\(shown)")
            try scene.commit(["web.yaml": scene.idleDeployment(labels: "team: shop")])
            let last = try await scene.sync { $0.policy.drift = .report }
            #expect(last.outcome == .succeeded)
            let now = try await live(scene)
            #expect(container(now)?["workingDir"] == nil)
        }
    }
}
