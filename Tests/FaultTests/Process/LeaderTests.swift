// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import SyncLoop
import SyncRecord
import TestKit
import Testing

extension ProcessFaultTests {
    /// Several processes, one project: only the holder of the lease writes.
    @Suite(.timeLimit(.minutes(5)))
    struct LeaderTests {
        @Test func `P8: of two operators only the leader writes, and the other takes over when it is killed`()
            async throws
        {
            try await withEmbeddedScene { scene, _ in
                let bystanders = try await scene.plantBystanders()
                try scene.commit(scene.baseFiles(configMaps: 4))
                try await scene.withOperator("first") { first in
                    let leader = try await scene.leader()
                    try await scene.isSynced("c3", "1")
                    try await scene.withOperator("second") { second in
                        try await eventually("the second stands by") { second.text.contains("standing by") }
                        #expect(second.text.contains("\(leader) leads"))
                        let page = try await page(of: second, "/")
                        #expect(page.contains("standing by"))
                        #expect(page.contains(leader))
                        #expect(try await self.page(of: second, "/readyz").hasPrefix("ok"))
                        try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
                        try await scene.isSynced("c0", "2")
                        #expect(try await scene.runs(of: "second").isEmpty)

                        first.send(SIGKILL)
                        #expect(try await first.ending() == .signal(SIGKILL))
                        try scene.commit(["c0.yaml": scene.configMap("c0", "3"), "c1.yaml": nil])
                        let successor = try await scene.leader(other: leader)
                        #expect(successor != leader)
                        try await scene.isSynced("c0", "3")
                        try await eventually("c1 is pruned") { try await scene.liveConfigMap("c1") == nil }
                        let lease = try await scene.lease()
                        #expect(lease?.spec?["leaseTransitions"]?.int == 1)
                        second.send(SIGTERM)
                        #expect(try await second.ending() == .status(0))
                        // Nobody leads now, and the next one need not wait.
                        let released = try await scene.lease()?.spec
                        #expect(released?["holderIdentity"] == "")
                        #expect(released?["leaseDurationSeconds"] == 1)
                    }
                }
                for name in ["first", "second"] { #expect(try await scene.hasIntactChain(name)) }
                try await scene.checkPromises(bystanders: bystanders)
            }
        }

        @Test func `P8: a person's sync beside a living leader changes nothing, names it, and ends with 2`()
            async throws
        {
            try await withEmbeddedScene { scene, cluster in
                try scene.commit(scene.baseFiles(configMaps: 1))
                try await scene.withOperator { leading in
                    let leader = try await scene.leader()
                    try await scene.isSynced("c0", "1")
                    // The operator cannot read the new commit, so there is something to write and only the sync knows.
                    try FileManager.default.removeItem(atPath: "\(scene.dataFolder(of: "operator"))/mirrors")
                    leading.send(SIGSTOP)
                    try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
                    cluster.faults.forgetRequests()
                    let process = try await sync(scene)
                    try await eventually("the sync looks at the lease") {
                        cluster.faults.count("get", "*/leases/*") > 0
                    }
                    leading.send(SIGCONT)
                    #expect(try await process.ending() == .status(2))
                    #expect(process.text.contains("\(leader) syncs this project"))
                    #expect(process.text.contains("nothing was changed"))
                }
                // Without a living leader it goes through. The leader may have written the last commit before it ended.
                try scene.commit(["c0.yaml": scene.configMap("c0", "3")])
                #expect(try await sync(scene).ending() == .status(0))
                #expect(try await scene.liveConfigMap("c0")?.json["data"]?["value"] == "3")
                #expect(try await scene.lease()?.spec?["holderIdentity"] == "")
                try await scene.checkPromises()
            }
        }

        @Test func `P8: a sync that has nothing to write needs no lease`() async throws {
            try await withEmbeddedScene { scene, cluster in
                try scene.commit(scene.baseFiles(configMaps: 1))
                #expect(try await sync(scene).ending() == .status(0))
                cluster.faults.forgetRequests()
                #expect(try await sync(scene).ending() == .status(0))
                #expect(cluster.faults.count("*", "*/leases*") == 0)
                #expect(cluster.faults.writeCount == 0)
            }
        }

        private func sync(_ scene: Scene) async throws -> OperatorProcess {
            try OperatorProcess(
                [
                    "sync", "--repo", scene.git.path, "--project", scene.project.name, "-n", scene.project.namespace,
                    "--kubeconfig", try scene.kubeconfigFile(), "--data-dir", scene.dataFolder(of: "person"),
                    "--no-wait",
                ] + Scene.OperatorOptions().lease,
                log: URL(filePath: "\(scene.folder)/person-\(UUID().uuidString).log")
            )
        }

        private func page(of process: OperatorProcess, _ path: String) async throws -> String {
            let address = try await process.listeningAddress()
            return try runProgram("curl", ["-s", "http://\(address)\(path)"], package: "curl").output
        }
    }
}
