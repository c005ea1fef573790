// SPDX-License-Identifier: Apache-2.0
import Foundation
import SceneKit
import SyncLoop
import SyncRecord
import TestKit
import Testing

/// A disk that was full for long, and has room again.
@Suite(.timeLimit(.minutes(5)))
struct FreedDiskTests {
    /// Runs the project's loop, at one poll a second, while `body` runs.
    private func looping(_ scene: Scene, _ body: (StatusBoard) async throws -> Void) async throws {
        var project = scene.project
        project.interval = .seconds(1)
        let factory = PreparerFactory(
            client: scene.operatorClient,
            dataFolder: scene.folder,
            workerExecutable: try TestProducts.path(of: "sternpost")
        )
        let board = StatusBoard(projects: [project.name])
        let reconciler = ProjectReconciler(
            preparer: try await factory.preparer(for: project),
            history: scene.history,
            settings: .init(recordsQuietPasses: false),
            logger: scene.log.logger
        )
        let loop = ProjectLoop(reconciler: reconciler, board: board, logger: scene.log.logger)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await loop.run() }
            try await body(board)
            group.cancelAll()
        }
    }

    @Test func `P3: however long the disk was full, a pass comes within the interval once it has room`() async throws {
        try await withSmallDisk { disk in
            try await withEmbeddedScene { given, _ in
                let history = try await History.open(folder: disk.path, mode: .operate)
                let scene = given.with(history)
                try scene.commit(scene.baseFiles(configMaps: 1))
                try await looping(scene) { board in
                    try await eventually("the first pass is done") {
                        await board.all.first?.outcome == .succeeded
                    }
                    try disk.fill()
                    var last: Date?
                    var (changes, failures) = (0, 0)
                    // With a back-off of the pass the fifth failure would be followed by a wait of sixteen seconds.
                    try await eventually("five passes fail", within: .seconds(120)) {
                        guard let entry = await board.all.first, entry.lastPassAt != last else { return false }
                        last = entry.lastPassAt
                        if entry.failedAt == .history {
                            failures += 1
                        } else {
                            changes += 1
                            try scene.commit(["c0.yaml": scene.configMap("c0", "v\(changes)")])
                        }
                        return failures >= 5
                    }
                    try disk.free()
                    try await eventually("a pass is made at once", within: .seconds(14)) {
                        let entry = await board.all.first
                        return entry?.outcome == .succeeded && entry?.failedAt == nil
                    }
                }
                guard case .intact = try await history.verify() else {
                    Issue.record("a full disk must not break the chain")
                    return
                }
                try await history.close()
            }
        }
    }
}
