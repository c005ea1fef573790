// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit
import Testing

/// `sternpost-lab cluster` as a process.
@Suite(.timeLimit(.minutes(2)))
struct ClusterCommandTests {
    @Test func `the embedded cluster's kubeconfig is private, and SIGTERM ends it with status 0`() async throws {
        try await withTool { tool in
            let kubeconfig = tool.folder.appending(path: "kubeconfig").path
            let process = try tool.lab.process(["cluster", "--write-kubeconfig", kubeconfig])
            process.standardOutput = FileHandle.nullDevice
            process.standardError = FileHandle.nullDevice
            try process.run()
            defer { if process.isRunning { process.terminate() } }
            try await eventually("the kubeconfig is there") { FileManager.default.fileExists(atPath: kubeconfig) }
            let mode = try FileManager.default.attributesOfItem(atPath: kubeconfig)[.posixPermissions] as? Int
            #expect(mode == 0o600)
            process.terminate()
            try await eventually("the cluster has ended") { !process.isRunning }
            #expect(process.terminationReason == .exit)
            #expect(process.terminationStatus == 0)
        }
    }
}
