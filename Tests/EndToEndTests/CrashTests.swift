// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// A real process of the real binary dies at each place between two steps of a pass; the next pass must put all right.
@Suite(.timeLimit(.minutes(10)))
struct CrashTests {
    /// The places that a pass which creates, changes and prunes comes by.
    static let places =
        CrashPoint.allCases.map(\.rawValue).filter { !$0.contains("recreate") } + ["after-apply:3", "after-prune:2"]

    @Test(arguments: places)
    func `a death between two steps neither orphans nor wrongly deletes`(_ place: String) async throws {
        try await withScene { scene in
            var files: [String: String?] = ["ns.yaml": scene.namespaceManifest]
            for index in 0..<8 { files["k\(index).yaml"] = scene.configMap("k\(index)") }
            for name in ["x1", "y1", "z1"] { files["\(name).yaml"] = scene.configMap(name) }
            try scene.commit(files)
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit([
                "x1.yaml": scene.configMap("x1", "2"), "y1.yaml": nil, "z1.yaml": nil, "v1.yaml": scene.configMap("v1"),
                "w1.yaml": scene.configMap("w1"),
            ])
            let died = try await sync(scene, environment: ["STERNPOST_CRASH_AT": place])
            #expect(died == 137)
            #expect(try await sync(scene) == 0)

            let selector = "\(ApplySet.partOfLabel)=\(scene.project.applySet.id)"
            let live = try await scene.client.list(
                CoreResources.configMaps,
                namespace: scene.namespace,
                labelSelector: selector
            ).objects
            #expect(live.map(\.name).sorted() == (0..<8).map { "k\($0)" } + ["v1", "w1", "x1"])
            #expect(live.first { $0.name == "x1" }?.json["data"] == ["value": "2"])

            // The inventory holds exactly what there is, and the history knows that something ended unfinished.
            let inventory = try await InventoryStore(
                client: scene.client,
                applySet: scene.project.applySet,
                project: scene.project.name
            ).load(catalog: try await scene.client.discover())
            #expect(inventory.members.count == live.count + 1)
            #expect(inventory.members.values.allSatisfy { $0.uid != nil })
            let history = try await History.open(folder: "\(scene.folder)/other", mode: .inspect)
            let outcomes = try await history.runs(project: scene.project.name).map(\.outcome)
            #expect(outcomes == [.succeeded, .unknown])
            guard case .intact = try await history.verify() else {
                Issue.record("the chain is broken")
                return
            }
        }
    }

    /// Runs `sternpost sync` on the scene's project in a process of its own and gives its exit status.
    private func sync(_ scene: Scene, environment: [String: String] = [:]) async throws -> Int32 {
        let kubeconfig = "\(scene.folder)/kubeconfig"
        try scene.kubeconfig.text.write(toFile: kubeconfig, atomically: true, encoding: .utf8)
        let process = Process()
        process.executableURL = URL(filePath: try TestProducts.path(of: "sternpost"))
        process.arguments = [
            "sync", "--repo", scene.git.path, "--project", scene.project.name, "-n", scene.project.namespace,
            "--kubeconfig", kubeconfig, "--data-dir", "\(scene.folder)/other", "--no-wait",
        ]
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        try await eventually("sternpost sync ends", within: .seconds(60)) { !process.isRunning }
        return process.terminationStatus
    }
}
