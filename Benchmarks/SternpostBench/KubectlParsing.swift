// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit
import Foundation

/// How fast kubectl reads the same files, for the row beside ours.
///
/// `kubectl annotate --local` reads and decodes every document, changes one annotation and prints the name; it asks no
/// server. What it takes for the one file of the namespace is taken off, so that its start does not count.
enum KubectlParsing {
    /// The times of reading all files of so many applications, less the start; nil where there is no kubectl.
    static func times(apps: Int, runs: Int) throws -> [Duration]? {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sternpost-bench-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let manifests = folder.appending(path: "infra")
        try GeneratedApp.write(count: apps, to: manifests)
        let log = folder.appending(path: "log")
        let annotate = ["kubectl", "--kubeconfig", "/dev/null", "annotate", "--local", "-o", "name", "bench=1", "-f"]
        guard (try? ChildRun.run(["kubectl", "version", "--client"], log: log, expecting: [0])) != nil else {
            return nil
        }
        func seconds(_ path: String, documents: Int) throws -> Double {
            let run = try ChildRun.run(annotate + [path], log: log, expecting: [0])
            guard run.output.split(separator: "\n").count == documents else {
                throw BenchmarkError("kubectl did not read \(documents) documents of \(path)")
            }
            return run.seconds
        }
        let first = manifests.appending(path: "00-namespace.yaml").path
        return try (0..<runs).map { _ in
            let start = try seconds(first, documents: 1)
            return .seconds(max(0, try seconds(manifests.path, documents: apps * 4 + 1) - start))
        }
    }
}
