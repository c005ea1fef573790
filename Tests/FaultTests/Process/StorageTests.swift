// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import HTTPWire
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncRecord
import TestKit
import Testing

/// The real binary on disks that are full, read-only, somebody else's or damaged: without a history nothing is changed.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct StorageTests {
    @Test func `P3: on a full disk nothing is changed and readiness is false, and it recovers alone`() async throws {
        try await withSmallDisk { disk in
            try await withEmbeddedScene { scene, cluster in
                let bystanders = try await scene.plantBystanders()
                let tool = try SceneTool(scene, dataFolder: disk.path + "/data")
                try scene.commit(scene.baseFiles(configMaps: 3))
                let port = try Loopback.freePort()
                let running = try tool.startOperator(port: port)
                try await eventually("the operator is ready") { try await readiness(port).status == 200 }
                try disk.fill()
                // Drift, which needs nothing from git: the mirror is on the same disk, and could not take a new commit.
                try await delete("c0", scene)
                cluster.faults.forgetRequests()
                try await eventually("the operator is not ready") { try await readiness(port).status == 503 }
                let reason = try await readiness(port).text
                #expect(reason.contains(scene.project.name) && reason.contains("free some"), "\(reason)")
                try scene.commit(["c0.yaml": scene.configMap("c0", "2"), "c1.yaml": nil])
                let written = cluster.faults.requests.filter { $0.isWrite && !$0.path.contains("/leases") }
                #expect(written.isEmpty, "written on a full disk: \(written)")
                #expect(try await scene.liveConfigMap("c0") == nil)
                #expect(running.isRunning)
                try disk.free()
                try await eventually("it recovers alone", within: .seconds(90)) {
                    let changed = try await scene.liveConfigMap("c0")
                    let pruned = try await scene.liveConfigMap("c1")
                    let status = try await readiness(port).status
                    return status == 200 && changed?.json["data"] == ["value": "2"] && pruned == nil
                }
                running.send(SIGTERM)
                #expect(try await running.end().status == 0)
                #expect(FileManager.default.fileExists(atPath: tool.dataFolder + "/history.reserve"))
                try await expectIntact(tool)
                try await scene.checkPromises(bystanders: bystanders, hasOtherHistories: true)
            }
        }
    }

    @Test func `P4: a read-only data folder is named at the start, and nothing is asked of the cluster`() async throws {
        try await withSmallDisk { disk in
            try await withEmbeddedScene { scene, cluster in
                let tool = try SceneTool(scene, dataFolder: disk.path + "/data")
                try scene.commit(scene.baseFiles(configMaps: 1))
                #expect(try await tool.sync().status == 0)
                try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
                try disk.makeReadOnly()
                cluster.faults.forgetRequests()
                let refused = try await tool.sync()
                #expect(refused.status == 2)
                #expect(refused.errors.contains(tool.dataFolder) && refused.errors.contains("--data-dir"))
                let running = try tool.startOperator(port: try Loopback.freePort())
                let ended = try await running.end()
                #expect(ended.status == 2 && ended.errors.contains(tool.dataFolder), "\(ended.errors)")
                #expect(cluster.faults.requests.isEmpty)
                try await scene.checkPromises()
            }
        }
    }

    @Test func `P4: a data folder or a mirror of another user is named at the start`() async throws {
        try #require(geteuid() == 0, "run the tests as root: they become another user")
        let setpriv = try programPath("setpriv", package: "util-linux")
        try await withEmbeddedScene { scene, cluster in
            let tool = try SceneTool(scene)
            try scene.commit(scene.baseFiles(configMaps: 1))
            #expect(try await tool.sync().status == 0)
            try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
            cluster.faults.forgetRequests()
            let nobody = [setpriv, "--reuid=65534", "--regid=65534", "--clear-groups"]
            let refused = try await tool.sync(wrapper: nobody)
            #expect(refused.status == 2)
            #expect(
                refused.errors.contains(tool.dataFolder) && refused.errors.contains("--data-dir"),
                "\(refused.errors)"
            )
            let mirror = "\(tool.dataFolder)/mirrors/\(scene.project.name)"
            #expect(chown(mirror, 65_534, 65_534) == 0)
            let foreign = try await tool.sync()
            #expect(foreign.status == 2)
            #expect(foreign.errors.contains(mirror) && foreign.errors.contains("65534"), "\(foreign.errors)")
            #expect(cluster.faults.writeCount == 0)
            #expect(chown(mirror, 0, 0) == 0)
            #expect(try await tool.sync().status == 0)
            try await scene.checkPromises()
        }
    }

    @Test func `P4: a mirror on a read-only disk is named at the start`() async throws {
        try await withEmbeddedScene { scene, cluster in
            let tool = try SceneTool(scene)
            try scene.commit(scene.baseFiles(configMaps: 1))
            try await withSmallDisk(at: "\(tool.dataFolder)/mirrors/\(scene.project.name)") { disk in
                try disk.makeReadOnly()
                let refused = try await tool.sync()
                #expect(refused.status == 2)
                #expect(refused.errors.contains(disk.path), "\(refused.errors)")
                #expect(cluster.faults.writeCount == 0)
            }
            #expect(try await tool.sync().status == 0)
            try await scene.checkPromises()
        }
    }

    private func delete(_ name: String, _ scene: Scene) async throws {
        let live = try #require(try await scene.liveConfigMap(name))
        _ = try await scene.client.delete(
            CoreResources.configMaps,
            namespace: scene.namespace,
            name: name,
            uid: live.uid ?? "",
            propagation: .background
        )
    }

    private func readiness(_ port: Int) async throws -> (status: Int, text: String) {
        try await StorageTests.get("http://127.0.0.1:\(port)/readyz")
    }

    /// Status 0 while nobody listens.
    static func get(_ url: String) async throws -> (status: Int, text: String) {
        do {
            let answer = try await HTTPWire().send(HTTPRequest(method: "GET", url: url))
            return (answer.status, String(decoding: answer.body, as: UTF8.self))
        } catch {
            return (0, "\(error)")
        }
    }

    private func expectIntact(_ tool: SceneTool) async throws {
        guard case .intact = try await tool.reading({ try await $0.verify() }) else {
            Issue.record("the chain is broken")
            return
        }
    }
}
