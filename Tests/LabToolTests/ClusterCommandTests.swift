// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit
import Testing

/// `sternpost-lab cluster` as a process.
@Suite(.timeLimit(.minutes(2)))
struct ClusterCommandTests {
    @Test func `what keeps the embedded cluster from starting is said by its name`() async throws {
        try await withTool { tool in
            let file = tool.folder.appending(path: "file").path
            try Data("x".utf8).write(to: URL(filePath: file))
            let folder = try await tool.lab.run("cluster", "--write-kubeconfig", "k", "--data-dir", file)
            #expect(folder.status == 2)
            #expect(folder.errors.contains("cannot use its data folder: \(file)"), "\(folder.errors)")
            #expect(!folder.errors.contains("port"), "\(folder.errors)")
            try await withStubServer { _ in
                [.close]
            } _: { server in
                let port = try await tool.lab.run("cluster", "--write-kubeconfig", "k", "--port", "\(server.port)")
                #expect(port.status == 2)
                let words = "cannot start on port \(server.port): Address already in use; choose another with --port"
                #expect(port.errors.contains(words), "\(port.errors)")
            }
        }
    }

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
