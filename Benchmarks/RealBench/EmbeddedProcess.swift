// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit
import Foundation

/// `sternpost-lab cluster` as a process of its own, so that the memory of what is measured is its own alone.
struct EmbeddedProcess {
    let kubeconfig: URL
    private let folder: URL
    private let process: ChildProcess

    /// Starts it, and waits until it serves.
    init(lab: String) async throws {
        folder = FileManager.default.temporaryDirectory.appending(path: "sternpost-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        kubeconfig = folder.appending(path: "kubeconfig")
        process = try ChildProcess(
            [lab, "cluster", "--write-kubeconfig", kubeconfig.path],
            log: folder.appending(path: "log")
        )
        while !FileManager.default.fileExists(atPath: kubeconfig.path) {
            guard process.isRunning else { throw BenchmarkError("\(lab) cluster ended at once") }
            try await Task.sleep(for: .milliseconds(50))
        }
    }

    func stop() {
        process.end()
        try? FileManager.default.removeItem(at: folder)
    }
}
