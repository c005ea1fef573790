// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit
import Foundation

/// All contestants with so many objects, in turn, several times: what disturbs the machine disturbs all of them.
struct Competition {
    private let options: RealBenchOptions
    private let apps: Int

    init(options: RealBenchOptions, objects: Int) {
        self.options = options
        apps = GeneratedApp.count(objects: objects)
    }

    func run() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sternpost-bench-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try GeneratedApp.write(count: apps, to: folder.appending(path: "repository/infra"))
        try commit(folder)
        let cleaner = ClusterCleaner(server: try BareServer(kubeconfig: options.kubeconfig))
        let contestants = Contestant.all(options, apps: apps, folder: folder)
        var results = CompetitionTable(objects: apps * 4 + 1, contestants: contestants)
        for round in 1...options.runs {
            for contestant in contestants {
                note("round \(round) of \(options.runs): \(contestant.name)")
                if contestant.writes {
                    try await cleaner.clean()
                    try? FileManager.default.removeItem(at: folder.appending(path: "data"))
                    try await settle()
                    results.add(try run(contestant, in: folder), .cold, of: contestant)
                }
                try await settle()
                results.add(try run(contestant, in: folder), .second, of: contestant)
            }
        }
        var requests: [String: [Int]] = [:]
        if let proxy = try CountingProxy(options: options, folder: folder) {
            defer { proxy.stop() }
            for contestant in Contestant.all(proxy.options, apps: apps, folder: folder) {
                note("counting requests: \(contestant.name)")
                if contestant.writes {
                    try await cleaner.clean()
                    try? FileManager.default.removeItem(at: folder.appending(path: "data"))
                    requests[contestant.name, default: []].append(
                        try proxy.count { _ = try run(contestant, in: folder) }
                    )
                }
                requests[contestant.name, default: []].append(try proxy.count { _ = try run(contestant, in: folder) })
            }
        }
        try await cleaner.clean()
        print(results.text(requests: requests), terminator: "")
    }

    private func run(_ contestant: Contestant, in folder: URL) throws -> ChildRun {
        try ChildRun.run(contestant.command, log: folder.appending(path: "log"), expecting: contestant.statuses)
    }

    /// Lets the API server finish what it does in the background after many deletions or writes.
    private func settle() async throws { try await Task.sleep(for: .seconds(2)) }

    private func commit(_ folder: URL) throws {
        let git = ["git", "-C", folder.appending(path: "repository").path, "-c", "user.name=bench"]
        let identity = ["-c", "user.email=bench@example.com"]
        let log = folder.appending(path: "log")
        for command in [["init", "-q", "-b", "main"], ["add", "."], ["commit", "-q", "-m", "generated"]] {
            _ = try ChildRun.run(git + identity + command, log: log, expecting: [0])
        }
    }

    private func note(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
}
