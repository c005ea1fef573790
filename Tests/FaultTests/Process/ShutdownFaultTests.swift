// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeObjects
import SceneKit
import SyncLoop
import SyncRecord
import TestKit
import Testing

extension ProcessFaultTests {
    /// SIGTERM in the middle of something.
    @Suite(.timeLimit(.minutes(5)))
    struct ShutdownFaultTests {
        @Test func `P7: SIGTERM during an apply finishes the requests under way and starts none`() async throws {
            try await withEmbeddedScene { scene, cluster in
                let bystanders = try await scene.plantBystanders()
                try scene.commit(scene.baseFiles(configMaps: 40))
                let gate = Gate()
                cluster.faults.add(FaultRule("PATCH", "*/configmaps/*", .waits(for: gate)))
                try await scene.withOperator { process in
                    try await eventually("eight requests are under way") {
                        cluster.faults.count("PATCH", "*/configmaps/*") == 8
                    }
                    process.send(SIGTERM)
                    try await eventually("it hears it") { process.text.contains("stopping after the requests") }
                    gate.open()
                    #expect(try await process.ending(within: .seconds(25)) == .status(0))
                }
                #expect(cluster.faults.count("PATCH", "*/configmaps/*") == 8)
                let run = try #require(try await scene.runs(of: "operator").last)
                #expect(run.run.outcome == .interrupted)
                #expect(run.run.counts.created >= 8)
                #expect(run.mutations.allSatisfy { $0.ending != .open && $0.ending != .unknown })
                #expect(try await scene.lease()?.spec?["holderIdentity"] == "")
                #expect(try await scene.lease()?.spec?["leaseDurationSeconds"] == 1)
                #expect(try await scene.hasIntactChain("operator"))
                cluster.faults.removeAll()
                try await scene.checkPromises(bystanders: bystanders)
            }
        }

        @Test func `P7: SIGTERM while waiting for health ends the wait and writes down how far it came`() async throws {
            try await withEmbeddedScene { scene, _ in
                var files = scene.baseFiles(configMaps: 1)
                files["slow.yaml"] = """
                    apiVersion: batch/v1
                    kind: Job
                    metadata: {name: endless, namespace: \(scene.namespace)}
                    spec:
                      suspend: true
                      template:
                        spec:
                          restartPolicy: Never
                          containers: [{name: a, image: "registry.example.com/a:1"}]
                    ---
                    apiVersion: apps/v1
                    kind: Deployment
                    metadata: {name: never, namespace: \(scene.namespace)}
                    spec:
                      paused: true
                      selector: {matchLabels: {app: never}}
                      template:
                        metadata: {labels: {app: never}}
                        spec:
                          nodeSelector: {no: where}
                          containers: [{name: a, image: "registry.example.com/a:1"}]

                    """
                try scene.commit(files)
                var options = Scene.OperatorOptions()
                options.healthTimeout = "10m"
                try await scene.withOperator(options: options) { process in
                    try await scene.isSynced("c0", "1")
                    try await eventually("all is applied") {
                        try await scene.runs(of: "operator").last?.mutations.contains {
                            $0.id.name == "never" && $0.ending == .done
                        } == true
                    }
                    #expect(try await scene.runs(of: "operator").last?.run.outcome == .running)
                    process.send(SIGTERM)
                    #expect(try await process.ending(within: .seconds(25)) == .status(0))
                }
                let run = try #require(try await scene.runs(of: "operator").last)
                #expect(run.run.outcome == .interrupted)
                #expect(run.mutations.allSatisfy { $0.ending == .done })
                #expect(try await scene.lease()?.spec?["holderIdentity"] == "")
                try await scene.checkPromises()
            }
        }

        @Test func `P7: SIGTERM while it starts ends it, and nothing was begun`() async throws {
            try await withEmbeddedScene { scene, cluster in
                try scene.commit(scene.baseFiles(configMaps: 1))
                let rule = cluster.faults.add(FaultRule("GET", "*/secrets/git-login", .hang))
                let writes = cluster.faults.writeCount
                var options = Scene.OperatorOptions()
                options.spec = ["credentials: {secretName: git-login}"]
                try await scene.withOperator(options: options) { process in
                    try await eventually("it waits for the credentials") { cluster.faults.hits(rule) > 0 }
                    process.send(SIGTERM)
                    #expect(try await process.ending(within: .seconds(25)) == .status(0))
                    #expect(process.address == nil)
                }
                #expect(cluster.faults.writeCount == writes)
                let runs = try await scene.runs(of: "operator")
                #expect(runs.isEmpty)
                #expect(try await scene.hasIntactChain("operator"))
                cluster.faults.removeAll()
                try await scene.checkPromises()
            }
        }

        @Test func `P7: SIGTERM ends it although the credential plug-in hangs`() async throws {
            try await withEmbeddedScene { scene, _ in
                try scene.commit(scene.baseFiles(configMaps: 1))
                let plugin = try HangingPlugin(in: scene)
                var options = Scene.OperatorOptions()
                options.kubeconfig = plugin.kubeconfig
                try await scene.withOperator(options: options) { process in
                    try await scene.isSynced("c0", "1")
                    try plugin.hang()
                    try await eventually("requests wait for it") { plugin.hangs }
                    process.send(SIGTERM)
                    let ending = try await process.ending(within: .seconds(25))
                    #expect(ending == .status(0), "\(process.text.suffix(2000))")
                }
                try await scene.checkPromises()
            }
        }

        @Test(arguments: ["/apis", "*/secrets/sternpost-*", "*/leases/*"])
        func `P7: Ctrl-C before the first write is an interruption, whatever request it hits`(path: String) async throws
        {
            try await withEmbeddedScene { scene, cluster in
                try scene.commit(scene.baseFiles(configMaps: 1))
                let rule = cluster.faults.add(FaultRule("GET", path, .hang))
                let writes = cluster.faults.writeCount
                let process = try OperatorProcess(
                    [
                        "sync", "--repo", scene.git.path, "--project", scene.project.name, "-n",
                        scene.project.namespace, "--kubeconfig", try scene.kubeconfigFile(), "--data-dir",
                        scene.dataFolder(of: "person"),
                    ],
                    log: URL(filePath: "\(scene.folder)/person.log")
                )
                defer { process.stop() }
                try await eventually("the request is under way") { cluster.faults.hits(rule) > 0 }
                process.send(SIGINT)
                #expect(try await process.ending(within: .seconds(25)) == .status(1))
                #expect(process.text.contains("interrupted: stopped before anything was changed"), "\(process.text)")
                #expect(!process.text.contains("error: "), "\(process.text)")
                #expect(cluster.faults.writeCount == writes)
                let outcomes = try await scene.runs(of: "person").map(\.run.outcome)
                #expect(outcomes.allSatisfy { $0 == .interrupted }, "\(outcomes)")
                cluster.faults.removeAll()
                try await scene.checkPromises()
            }
        }

        @Test func `P7: a second SIGTERM ends it at once`() async throws {
            try await withEmbeddedScene { scene, cluster in
                try scene.commit(scene.baseFiles(configMaps: 4))
                let rule = cluster.faults.add(FaultRule("PATCH", "*/configmaps/*", .hang))
                try await scene.withOperator { process in
                    try await eventually("requests hang") { cluster.faults.hits(rule) > 0 }
                    process.send(SIGTERM)
                    try await eventually("it hears the first one") { process.text.contains("stopping") }
                    process.send(SIGTERM)
                    // Before the tasks would be cancelled, twenty seconds after the first one.
                    #expect(try await process.ending(within: .seconds(15)) == .status(128 + SIGTERM))
                }
                cluster.faults.removeAll()
                // The lease was not released; the next one takes over when it has run out.
                try await scene.withOperator { _ in try await scene.isSynced("c3", "1") }
                let outcomes = try await scene.runs(of: "operator").map(\.run.outcome)
                #expect(outcomes.first == .unknown)
                #expect(try await scene.hasIntactChain("operator"))
                try await scene.checkPromises()
            }
        }
    }
}
