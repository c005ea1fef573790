// SPDX-License-Identifier: Apache-2.0
import ClusterControllers
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncLoop
import SyncRecord
import TestKit
import Testing

/// Commits that come faster than passes end, and a cluster that changes while git does not.
@Suite(.timeLimit(.minutes(5)))
struct CoalescingTests {
    /// Runs the project's loop, at one poll a second, while `body` runs.
    private func looping(_ scene: Scene, _ body: (StatusBoard) async throws -> Void) async throws {
        var project = scene.project
        project.interval = .seconds(1)
        project.healthTimeout = .seconds(300)
        let factory = PreparerFactory(
            client: scene.operatorClient,
            dataFolder: scene.folder,
            workerExecutable: try TestProducts.path(of: "sternpost")
        )
        let board = StatusBoard(projects: [project.name])
        let reconciler = ProjectReconciler(
            preparer: try await factory.preparer(for: project),
            history: scene.history,
            settings: .init(recordsQuietPasses: false),
            logger: scene.log.logger
        )
        let loop = ProjectLoop(reconciler: reconciler, board: board, logger: scene.log.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await loop.run() }
            try await body(board)
            group.cancelAll()
        }
    }

    /// A Deployment whose pods do not become ready while the test runs.
    private func deployment(in scene: Scene) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: \(scene.namespace)}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {containers: [{name: web, image: "registry.example/slow:1"}]}

        """
    }

    @Test func `G16: twenty commits while a pass waits for health end that wait and become one pass over the last`()
        async throws
    {
        var options = EmbeddedClusterOptions()
        options.delays.podStart = .seconds(600)
        try await withEmbeddedScene(options: options) { scene, _ in
            var files = scene.baseFiles(configMaps: 1)
            files["web.yaml"] = deployment(in: scene)
            let first = try scene.commit(files)
            try await looping(scene) { _ in
                try await eventually("the first pass waits for health", within: .seconds(120)) {
                    let outcome = try await scene.history.runs(project: scene.project.name).first?.outcome
                    let live = try await scene.liveConfigMap("c0")
                    return live != nil && outcome == .running
                }
                // Pushed at once, so that no poll falls between two of them.
                var tip = first
                for number in 1...20 {
                    let file = ["infra/c0.yaml": scene.configMap("c0", "\(number)")]
                    tip = try scene.git.commit(file, branch: "next", parent: tip)
                }
                try scene.git.move(branch: "main", to: tip)
                try await eventually("the last commit is applied", within: .seconds(120)) {
                    try await scene.liveConfigMap("c0")?.json["data"] == ["value": "20"]
                }
            }
            let runs = try await scene.history.runs(project: scene.project.name)
            let last = try #require(try scene.git.tip(of: "main"))
            #expect(runs.count == 2, "\(runs.map(\.revision))")
            #expect(runs.last?.revision.hasSuffix(first) == true)
            #expect(runs.last?.outcome == .interrupted)
            #expect(runs.first?.revision.hasSuffix(last) == true)
            try await scene.checkPromises()
        }
    }

    @Test func `G16: a newer commit ends a pass that hangs in the middle of its writes`() async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 4))
            let rule = cluster.faults.add(FaultRule("PATCH", "/api/v1/namespaces/*/configmaps/c2", .hang))
            try await looping(scene) { _ in
                try await eventually("a write hangs", within: .seconds(120)) { cluster.faults.hits(rule) > 0 }
                cluster.faults.removeAll()
                try scene.commit(["c2.yaml": nil, "c3.yaml": scene.configMap("c3", "2")])
                try await eventually("the newer commit is applied", within: .seconds(120)) {
                    try await scene.liveConfigMap("c3")?.json["data"] == ["value": "2"]
                }
            }
            let runs = try await scene.history.runs(project: scene.project.name)
            #expect(runs.last?.outcome == .interrupted)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    /// What is wrong with reading the cluster, by verb and path.
    static let blind: [(String, String)] = [
        ("list", "/api/v1/configmaps"), ("list", "/api/v1/*"), ("get", "/apis*"), ("*", "*/secrets/sternpost-*"),
    ]

    @Test(arguments: blind.indices)
    func `G19: an unchanged commit deletes nothing while part of the cluster cannot be read`(index: Int) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 8))
            #expect(try await scene.sync().outcome == .succeeded)
            // A member that git no longer declares waits to be deleted, and then nothing can be read.
            try scene.commit(["c0.yaml": nil])
            let (verb, path) = Self.blind[index]
            let rule = cluster.faults.add(
                FaultRule(verb, path, .failure(status: 500, reason: "InternalError", message: "scripted"))
            )
            cluster.faults.forgetRequests()
            for _ in 0..<2 {
                let outcome = try await scene.sync()
                #expect([.failed, .degraded].contains(outcome.outcome), "\(outcome.outcome)")
            }
            #expect(cluster.faults.hits(rule) > 0)
            #expect(cluster.faults.count("DELETE") == 0)
            cluster.faults.removeAll()
            let kept = try await scene.liveConfigMap("c0")
            #expect(kept != nil)
            #expect(try await scene.sync().outcome == .succeeded)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `G19: when everything was deleted by hand, the unchanged commit creates it again`() async throws {
        try await withScene { scene in
            try scene.commit(scene.baseFiles(configMaps: 4))
            #expect(try await scene.sync().outcome == .succeeded)
            for (name, _) in try await scene.versions() {
                let uid = try await scene.liveConfigMap(name)?.uid ?? ""
                _ = try await scene.client.delete(
                    CoreResources.configMaps,
                    namespace: scene.namespace,
                    name: name,
                    uid: uid,
                    propagation: .background
                )
            }
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded)
            #expect(PassOutcome.counts(of: outcome.objects).created >= 4)
            try await scene.checkPromises()
        }
    }
}
