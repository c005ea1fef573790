// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import SceneKit
import SyncApply
import SyncLoop
import SyncRecord
import TestKit
import Testing

/// The real binary meets a history file that is damaged. The inventory is in the cluster, so nothing is lost but the past.
@Suite(.timeLimit(.minutes(5)))
struct DamagedHistoryTests {
    /// What happens to the file while no process runs.
    enum Damage: String, CaseIterable {
        case garbageHeader, cutInHalf, emptied, overwrittenPages, noDatabase

        func apply(to bytes: Data) -> Data {
            var bytes = bytes
            let noise = Data((0..<4096).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ 7) })
            switch self {
            case .garbageHeader: bytes.replaceSubrange(0..<100, with: noise.prefix(100))
            case .cutInHalf: bytes = bytes.prefix(bytes.count / 2)
            case .emptied: bytes = Data()
            case .overwrittenPages:
                for page in stride(from: 1, to: bytes.count / 4096, by: 2) {
                    bytes.replaceSubrange(page * 4096..<(page + 1) * 4096, with: noise)
                }
            case .noDatabase: bytes = Data(String(repeating: "not a database ", count: 1_000).utf8)
            }
            return bytes
        }
    }

    @Test(arguments: Damage.allCases)
    func `P5: a damaged history is kept aside, named by a new chain and told, and syncing goes on`(_ damage: Damage)
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let tool = try SceneTool(scene)
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 40))
            #expect(try await tool.sync().status == 0)
            try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
            #expect(try await tool.sync().status == 0)
            // Folds the log into the file: pages of which the log has a newer copy would not be missed.
            try await History.open(folder: tool.dataFolder, mode: .operate).close()
            let path = "\(tool.dataFolder)/history.sqlite"
            let damaged = damage.apply(to: try Data(contentsOf: URL(filePath: path)))
            try damaged.write(to: URL(filePath: path))
            let sum = try runProgram("sha256sum", [path], package: "coreutils").output
            let hash = String(sum.prefix(64))

            cluster.faults.forgetRequests()
            let quiet = try await tool.sync()
            #expect(quiet.status == 0, "\(quiet.output) \(quiet.errors)")
            #expect(quiet.errors.contains("damaged") && quiet.errors.contains(hash), "\(quiet.errors)")
            let writes = cluster.faults.requests.filter { $0.isWrite && !$0.path.contains("/leases") }
            #expect(writes.isEmpty, "the cluster was as git says: \(writes)")
            let aside = try FileManager.default.contentsOfDirectory(atPath: tool.dataFolder).filter {
                $0.hasPrefix("history.sqlite.damaged-") && !$0.hasSuffix("-wal") && !$0.hasSuffix("-shm")
            }
            #expect(aside.count == 1)
            let kept = try Data(contentsOf: URL(filePath: "\(tool.dataFolder)/\(aside.first ?? "")"))
            #expect(kept == damaged)
            let verified = try await tool.start(["verify", "--data-dir", tool.dataFolder]).end()
            #expect(verified.status == 0, "\(verified.output) \(verified.errors)")

            // The new history carries on: a deletion is done and written down.
            try scene.commit(["c1.yaml": nil])
            let pruned = try await tool.sync()
            #expect(pruned.status == 0 && !pruned.errors.contains("damaged"), "\(pruned.errors)")
            #expect(try await scene.liveConfigMap("c1") == nil)
            let outcomes = try await tool.reading { try await $0.runs(project: scene.project.name).map(\.outcome) }
            #expect(outcomes == [.succeeded, .succeeded])
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `P5: a log that was cut off or overwritten costs its last rows and nothing else`() async throws {
        for cut in [true, false] {
            try await withEmbeddedScene { scene, cluster in
                let tool = try SceneTool(scene)
                try scene.commit(scene.baseFiles(configMaps: 5))
                #expect(try await tool.sync().status == 0)
                try scene.commit(["c0.yaml": scene.configMap("c0", "2"), "c1.yaml": nil])
                #expect(try await tool.sync(environment: ["STERNPOST_CRASH_AT": "before-finish"]).status == 137)
                try await tool.buryLease()
                let log = URL(filePath: "\(tool.dataFolder)/history.sqlite-wal")
                var bytes = try Data(contentsOf: log)
                try #require(bytes.count > 20_000, "the dead process left no log")
                if cut {
                    bytes = bytes.prefix(bytes.count / 2 + 100)
                } else {
                    let middle = bytes.count / 2
                    bytes.replaceSubrange(middle..<middle + 500, with: Data(repeating: 0xA5, count: 500))
                }
                try bytes.write(to: log)
                // The rows of what the dead process did may be among the lost ones.
                cluster.faults.forgetRequests()
                let lived = try await tool.sync()
                #expect(lived.status == 0, "\(lived.output) \(lived.errors)")
                let (outcomes, verdict) = try await tool.reading { history in
                    (try await history.runs(project: scene.project.name).map(\.outcome), try await history.verify())
                }
                #expect(outcomes.first == .succeeded && !outcomes.contains(.running), "\(outcomes)")
                guard case .intact = verdict else {
                    Issue.record("the chain is broken")
                    return
                }
                try await scene.checkPromises()
            }
        }
    }

    @Test func `P5: a row whose text was changed is found by verify, and the file is left alone`() async throws {
        try await withEmbeddedScene { scene, _ in
            let tool = try SceneTool(scene)
            try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await tool.sync().status == 0)
            let file = URL(filePath: "\(tool.dataFolder)/history.sqlite")
            var bytes = try Data(contentsOf: file)
            let (author, other) = (Data("Ada Example".utf8), Data("Eve Example".utf8))
            try #require(bytes.firstRange(of: author) != nil)
            while let place = bytes.firstRange(of: author) { bytes.replaceSubrange(place, with: other) }
            try bytes.write(to: file)
            let verified = try await tool.start(["verify", "--data-dir", tool.dataFolder]).end()
            #expect(verified.status == 1, "\(verified.output) \(verified.errors)")
            #expect(try await tool.sync().status == 0)
            #expect(try await tool.start(["verify", "--data-dir", tool.dataFolder]).end().status == 1)
            try await scene.checkPromises()
        }
    }
}
