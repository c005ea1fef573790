// SPDX-License-Identifier: Apache-2.0
import Foundation
import SceneKit
import SyncLoop
import SyncRecord
import TestKit
import Testing

extension ProcessFaultTests {
    /// Where the audit chain ends is told outside of the file, so that one that was cut off or replaced is found out.
    @Suite(.timeLimit(.minutes(5)))
    struct PublishedHeadTests {
        /// How a recorded sync may end.
        enum Ending: String, CaseIterable {
            case succeeded, held, missingBranch, brokenManifest

            var outcome: RunOutcome {
                switch self {
                case .succeeded: .succeeded
                case .held: .held
                case .missingBranch, .brokenManifest: .failed
                }
            }
        }

        /// `ROW:HASH` of the log's lines with this message, oldest first.
        private func heads(_ message: String, in log: String) -> [String] {
            log.split(separator: "\n").filter { $0.contains(" \(message) ") }.compactMap { line in
                line.split(separator: " ").first { $0.hasPrefix("sync.head=") }
                    .map { String($0.dropFirst("sync.head=".count)) }
            }
        }

        /// Runs the operator until its log tells of so many recorded syncs; gives the log, also of earlier runs.
        private func operatorLog(of scene: Scene, after syncs: Int) async throws -> String {
            var text = ""
            try await scene.withOperator { process in
                try await eventually("\(syncs) syncs are recorded", within: .seconds(60)) {
                    heads("sync recorded", in: process.text).count >= syncs
                }
                process.send(SIGTERM)
                #expect(try await process.ending() == .status(0))
                text = process.text
            }
            return text
        }

        private func verify(_ tool: SceneTool, _ folder: String, anchor: String? = nil) async throws -> Tool.Result {
            let more = anchor.map { ["--anchor", $0] } ?? []
            return try await tool.start(["verify", "--data-dir", folder] + more).end()
        }

        @Test func `a head of the log is found in its history, and not in one that was cut off or replaced`()
            async throws
        {
            try await withScene { scene in
                let tool = try SceneTool(scene)
                let folder = scene.dataFolder(of: "operator")
                let older = "\(scene.folder)/older"
                try scene.commit(scene.baseFiles(configMaps: 1))
                let first = heads("sync recorded", in: try await operatorLog(of: scene, after: 1))
                try FileManager.default.copyItem(atPath: folder, toPath: older)
                try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
                let text = try await operatorLog(of: scene, after: first.count + 1)
                let (began, recorded) = (heads("sync began", in: text), heads("sync recorded", in: text))
                let (oldest, latest) = (try #require(began.first), try #require(recorded.last))
                #expect(began.count >= 2, "\(text)")
                for head in began + recorded {
                    let found = try await verify(tool, folder, anchor: head)
                    #expect(found.status == 0 && found.output.hasPrefix("intact: "), "\(head): \(found)")
                }

                // A copy from before the second sync has lost its end, and shows nothing of that by itself.
                #expect(try await verify(tool, older).status == 0)
                #expect(try await verify(tool, older, anchor: first.last).status == 0)
                let cut = try await verify(tool, older, anchor: latest)
                #expect(cut.status == 1 && cut.errors.contains("the end is cut off"), "\(cut)")

                // Neither does a whole history of the same project that another process has written.
                try scene.commit(["c0.yaml": scene.configMap("c0", "3")])
                for _ in 0..<2 { #expect(try await scene.sync().outcome == .succeeded) }
                let other = scene.history.folder
                #expect(try await verify(tool, other).status == 0)
                let replaced = try await verify(tool, other, anchor: oldest)
                #expect(replaced.status == 1 && replaced.errors.contains("another hash than the anchor"), "\(replaced)")
                try await scene.checkPromises()
            }
        }

        @Test(arguments: Ending.allCases)
        func `however a recorded sync ends, the log names where the chain ends then`(_ ending: Ending) async throws {
            try await withScene { scene in
                try scene.commit(scene.baseFiles(configMaps: 8))
                #expect(try await scene.sync().outcome == .succeeded)
                let tip = try #require(try scene.git.tip(of: "main"))
                switch ending {
                case .succeeded: try scene.commit(["c7.yaml": scene.configMap("c7", "2")])
                case .held:
                    try scene.commit(Dictionary(uniqueKeysWithValues: (0..<7).map { ("c\($0).yaml", String?.none) }))
                case .missingBranch: try scene.git.delete(branch: "main")
                case .brokenManifest: try scene.commit(["c7.yaml": "kind: [\n"])
                }
                let outcome = try await scene.sync()
                #expect(outcome.outcome == ending.outcome && outcome.run != nil)
                let head = try await scene.history.head()
                #expect(scene.log.text.contains("\(head.sequence):\(head.hash)"), "nobody was told of \(head)")
                if ending == .missingBranch { try scene.git.move(branch: "main", to: tip) }
                if ending == .brokenManifest { try scene.commit(["c7.yaml": scene.configMap("c7")]) }
                try await scene.checkPromises()
            }
        }
    }
}
