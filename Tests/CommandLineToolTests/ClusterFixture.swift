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
