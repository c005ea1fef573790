// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit

/// The real binary on a scene's project, with a data folder of its own.
package struct SceneTool: Sendable {
    package let scene: Scene
    package let tool: Tool
    /// Where the binary keeps its history and its mirrors.
    package let dataFolder: String
    private let kubeconfig: String

    /// Sets a folder up for the binary.
    ///
    /// - Parameters:
    ///   - scene: Whose project and cluster it works on.
    ///   - dataFolder: Another data folder than a fresh one; it need not exist.
    package init(_ scene: Scene, dataFolder: String? = nil) throws {
        self.scene = scene
        let folder = URL(filePath: "\(scene.folder)/tool-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        tool = Tool(folder: folder)
        self.dataFolder = dataFolder ?? folder.appending(path: "data").path
        kubeconfig = folder.appending(path: "kubeconfig").path
        try scene.kubeconfig.text.write(toFile: kubeconfig, atomically: true, encoding: .utf8)
    }

    /// The words that say which cluster and which data folder.
    package var place: [String] { ["--kubeconfig", kubeconfig, "--data-dir", dataFolder] }

    /// The words that say which project; the inventory is the scene's own.
    package var project: [String] {
        ["--repo", scene.git.path, "--project", scene.project.name, "-n", scene.project.namespace]
    }

    /// Starts `sternpost sync`.
    package func startSync(environment: [String: String] = [:], wrapper: [String] = []) throws -> RunningTool {
        let words = ["sync", "--no-wait"] + project + place
        return try RunningTool(tool.process(words, environment: environment, wrapper: wrapper), folder: tool.folder)
    }

    /// Runs `sternpost sync` to its end.
    package func sync(environment: [String: String] = [:], wrapper: [String] = []) async throws -> Tool.Result {
        try await startSync(environment: environment, wrapper: wrapper).end()
    }

    /// Reads the binary's history while it does not run, or beside it.
    package func reading<Value>(_ body: (History) async throws -> Value) async throws -> Value {
        let history = try await History.open(folder: dataFolder, mode: .inspect)
        let value = try await body(history)
        try await history.close()
        return value
    }
}

extension Scene {
    /// The inventory as it stands in the cluster, read with the product's own reader.
    package func inventory() async throws -> Inventory {
        try await InventoryStore(client: client, applySet: project.applySet, project: project.name)
            .load(catalog: try await client.discover())
    }
}
