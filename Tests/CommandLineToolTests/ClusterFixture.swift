// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit

/// Runs a test while `sternpost-lab cluster` serves; its kubeconfig's path is handed on. It is stopped by its process id.
func withCluster(_ tool: Tool, _ body: (String) async throws -> Void) async throws {
    let kubeconfig = tool.folder.appending(path: "kubeconfig").path
    let process = try tool.lab.process(["cluster", "--write-kubeconfig", kubeconfig])
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    defer { if process.isRunning { process.terminate() } }
    try await eventually("the cluster's kubeconfig is there") {
        guard process.isRunning else { throw MissingProgram(description: "sternpost-lab cluster did not start") }
        return FileManager.default.fileExists(atPath: kubeconfig)
    }
    try await body(kubeconfig)
}

/// kubectl, where it is installed.
enum Kubectl {
    static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin")
        .split(separator: ":").map { "\($0)/kubectl" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Runs kubectl to its end.
    static func run(_ arguments: [String], kubeconfig: String, folder: URL) async throws -> Tool.Result {
        let process = Process()
        process.executableURL = URL(filePath: path ?? "/usr/bin/kubectl")
        process.arguments = ["--kubeconfig", kubeconfig] + arguments
        process.environment = ["HOME": folder.path, "PATH": "/usr/bin:/bin"]
        process.standardInput = FileHandle.nullDevice
        return try await Tool.finish(process, folder: folder)
    }
}
