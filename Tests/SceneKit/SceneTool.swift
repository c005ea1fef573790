// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
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
    /// - Throws: What writing the kubeconfig throws.
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
        try start(["sync", "--no-wait"] + project + place, environment: environment, wrapper: wrapper)
    }

    /// Starts any command.
    package func start(
        _ words: [String],
        environment: [String: String] = [:],
        wrapper: [String] = []
    ) throws -> RunningTool {
        try RunningTool(tool.process(words, environment: environment, wrapper: wrapper), folder: tool.folder)
    }

    /// Starts the operator on the scene's project, polling every second.
    ///
    /// - Parameters:
    ///   - port: Where the dashboard listens.
    ///   - repository: Another address of the repository.
    ///   - spec: More lines of the project's spec, each with two blanks before it.
    ///   - words: More options.
    /// - Returns: The running operator.
    /// - Throws: What writing the project file and starting the process throw.
    package func startOperator(
        port: Int,
        repository: String? = nil,
        spec: String = "",
        words: [String] = []
    ) throws -> RunningTool {
        let file = tool.folder.appending(path: "project.yaml").path
        let text = """
            apiVersion: sternpost.dev/v1alpha1
            kind: Project
            metadata: {name: \(scene.project.name), namespace: \(scene.project.namespace)}
            spec:
              repo: \(repository ?? scene.git.path)
              path: infra
              interval: 1s
              health: {timeout: 5s}
            \(spec)
            """
        try text.write(toFile: file, atomically: true, encoding: .utf8)
        return try start(["run", "--config", file, "--listen", "127.0.0.1:\(port)"] + words + place)
    }

    /// Runs a command on the scene's cluster and the data folder to its end.
    package func command(_ words: [String]) async throws -> Tool.Result { try await start(words + place).end() }

    /// Runs `sternpost sync` to its end.
    package func sync(environment: [String: String] = [:], wrapper: [String] = []) async throws -> Tool.Result {
        try await startSync(environment: environment, wrapper: wrapper).end()
    }

    /// Takes the lease of a process that has died away, to save the time in which it would run out.
    package func buryLease() async throws {
        let lease = CoreResources.resource("coordination.k8s.io/v1", "Lease", "leases")
        let space = scene.project.namespace
        for object in try await scene.client.list(lease, namespace: space).objects {
            _ = try await scene.client.delete(
                lease,
                namespace: space,
                name: object.name,
                uid: object.uid ?? "",
                propagation: .background
            )
        }
    }

    /// Reads the history that a process left behind: a copy of it, which needs no room on a disk that is full.
    package func reading<Value>(_ body: (History) async throws -> Value) async throws -> Value {
        let copy = tool.folder.appending(path: "copy-\(UUID().uuidString.prefix(8))")
        try FileManager.default.createDirectory(at: copy, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: copy) }
        for name in ["history.sqlite", "history.sqlite-wal"] {
            let file = "\(dataFolder)/\(name)"
            guard FileManager.default.fileExists(atPath: file) else { continue }
            try FileManager.default.copyItem(atPath: file, toPath: copy.appending(path: name).path)
        }
        let history = try await History.open(folder: copy.path, mode: .inspect)
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
