// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// An answer that is cut, empty, or something else than what was asked for counts as no answer. It never reads as
/// "fewer objects".
@Suite(.serialized, .timeLimit(.minutes(5)))
struct CutAnswerFaultTests {
    /// An answer with status 200 that is not the list that was asked for.
    struct Impostor: Sendable, CustomTestStringConvertible {
        let name: String
        let body: JSON

        var testDescription: String { name }
    }

    static let impostors: [Impostor] = [
        Impostor(name: "an empty body", body: ""),
        Impostor(name: "a page of a proxy", body: "<html><body>Please log in</body></html>"),
        Impostor(
            name: "a Status",
            body: ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "code": 200]
        ),
        Impostor(
            name: "a list of another kind",
            body: ["kind": "SecretList", "apiVersion": "v1", "metadata": ["resourceVersion": "5"], "items": []]
        ),
        Impostor(
            name: "a list without resourceVersion",
            body: ["kind": "ConfigMapList", "apiVersion": "v1", "metadata": [:], "items": []]
        ),
        Impostor(
            name: "a list with an empty resourceVersion",
            body: ["kind": "ConfigMapList", "apiVersion": "v1", "metadata": ["resourceVersion": ""], "items": []]
        ),
        Impostor(
            name: "a list without items",
            body: ["kind": "ConfigMapList", "apiVersion": "v1", "metadata": ["resourceVersion": "5"]]
        ),
        Impostor(
            name: "a list with an item of another kind",
            body: [
                "kind": "ConfigMapList", "apiVersion": "v1", "metadata": ["resourceVersion": "5"],
                "items": [["kind": "Secret", "apiVersion": "v1", "metadata": ["name": "c0", "namespace": "x"]]],
            ]
        ),
        Impostor(name: "an array", body: []),
    ]

    /// Byte offsets at which answers are cut: at the start, within the head of a document, in its middle.
    static let offsets = [0, 1, 17, 60, 120, 250, 400]

    /// Three objects are applied; then git drops one, changes one, and adds one of another kind.
    private func prepare(_ scene: Scene, _ cluster: EmbeddedCluster) async throws -> Scene.Bystanders {
        let bystanders = try await scene.plantBystanders()
        try scene.commit(scene.baseFiles(configMaps: 3))
        #expect(try await scene.sync().outcome == .succeeded)
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: sa, namespace: \(scene.namespace)}\n"
        try scene.commit(["c0.yaml": nil, "sa.yaml": account, "c1.yaml": scene.configMap("c1", "2")])
        cluster.faults.forgetRequests()
        return bystanders
    }

    /// The kind counts as unreadable, nothing of it is deleted or made anew, and the rest goes on.
    private func checkUnreadable(_ outcome: PassOutcome, _ scene: Scene, _ cluster: EmbeddedCluster) async throws {
        #expect(outcome.outcome == .degraded, "\(outcome.words)")
        #expect((2...5).contains(cluster.faults.count("list", scene.listPath)))
        #expect(outcome.names(.failed) == ["c1", "c2"], "\(outcome.words)")
        #expect(outcome.names(.created) == ["sa"])
        #expect(cluster.faults.count("DELETE") == 0)
        #expect(cluster.faults.count("PATCH", scene.path("*")) == 0)
        guard case .blocked = outcome.prune?.verdict else {
            Issue.record("the prune is not blocked: \(outcome.words)")
            return
        }
        let error = try #require(outcome.object("c1")?.error)
        #expect(error.contains("infra/c1.yaml:1"), "\(error)")
        let kept = try await scene.liveConfigMap("c0")
        #expect(kept != nil)
    }

    @Test(arguments: impostors)
    func `A6: an answer that is not a list makes its kind unreadable`(_ impostor: Impostor) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await prepare(scene, cluster)
            cluster.faults.add(FaultRule("list", scene.listPath, .answer(status: 200, body: impostor.body)))
            let outcome = try await scene.sync(client: try scene.quickClient())
            try await checkUnreadable(outcome, scene, cluster)
            cluster.faults.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test(arguments: offsets)
    func `A6: a list that is cut short never means fewer objects`(offset: Int) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await prepare(scene, cluster)
            cluster.faults.add(FaultRule("list", scene.listPath, .cutShort(afterBytes: offset)))
            let outcome = try await scene.sync(client: try scene.quickClient())
            try await checkUnreadable(outcome, scene, cluster)
            cluster.faults.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test(arguments: offsets)
    func `A6: a cut answer to an apply is no outcome, and the object is looked at`(offset: Int) async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 2))
            cluster.faults.add(FaultRule("PATCH", scene.path("c1"), .cutShort(afterBytes: offset), on: .first(1)))
            cluster.faults.add(FaultRule("get", scene.path("c1"), .cutShort(afterBytes: offset), on: .first(2)))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.outcome == .succeeded, "\(outcome.words)")
            #expect(cluster.faults.count("PATCH", scene.path("c1")) == 1)
            #expect(cluster.faults.count("get", scene.path("c1")) >= 2)
            #expect(try await scene.endings(of: "c1") == [.done])
            try await scene.checkPromises()
        }
    }

    @Test(arguments: ["/api", "/apis"], [0, 40, 500, 2_000])
    func `A6: discovery that is cut short ends the pass before anything is changed`(path: String, offset: Int)
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await prepare(scene, cluster)
            cluster.faults.add(FaultRule("GET", path, .cutShort(afterBytes: offset)))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.outcome == .failed, "\(outcome.words)")
            #expect(outcome.failure?.stage == .cluster && outcome.failure?.isRetryable == true)
            #expect(outcome.failure?.message.contains("GET \(path)") == true, "\(outcome.words)")
            #expect((5...10).contains(cluster.faults.count("GET", path)))
            #expect(cluster.faults.writeCount == 0)
            cluster.faults.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test(arguments: [0, 30, 200])
    func `A6: an inventory that is cut short is not an empty one`(offset: Int) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await prepare(scene, cluster)
            let inventory = "/api/v1/namespaces/\(scene.project.namespace)/secrets/*"
            cluster.faults.add(FaultRule("get", inventory, .cutShort(afterBytes: offset)))
            let outcome = try await scene.sync(client: try scene.quickClient())
            #expect(outcome.outcome == .failed, "\(outcome.words)")
            #expect(outcome.failure?.stage == .inventory)
            #expect(cluster.faults.count("get", inventory) >= 5)
            #expect(cluster.faults.writeCount == 0)
            cluster.faults.removeAll()
            try await scene.checkPromises(bystanders: bystanders)
        }
    }
}
