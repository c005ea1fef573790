// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeClient
import KubeObjects
import OCIRegistry
import SyncImages
import SyncLoop
import SyncRecord
import TestKit

/// The operator's image follower in this process.
extension ImageScene {
    /// A follower that runs.
    package struct Following: Sendable {
        package let client: RegistryClient
        package let poller: TagPoller
        package let board: ImageBoard
        fileprivate let project: String

        /// The row of a workload's container, as `sternpost images` shows it; nil before the first look.
        package func row(_ workload: String, _ container: String? = nil) -> ImageRow? {
            board.all[project]?.rows.first {
                $0.workload.name == workload && (container == nil || $0.container == container)
            }
        }

        /// Waits until a workload is shown in this state.
        @discardableResult
        package func shows(
            _ workload: String,
            _ state: ImageState,
            container: String? = nil,
            within limit: Duration = .seconds(40)
        ) async throws -> ImageRow {
            var found: ImageRow?
            do {
                try await eventually("\(workload) is shown as \(state)", within: limit) {
                    found = row(workload, container)
                    return found?.state == state
                }
            } catch let error as DeadlineExceeded {
                throw SceneFailure(description: "\(error): \(String(describing: board.all[project]))")
            }
            guard let found else { throw SceneFailure(description: "no row of \(workload)") }
            return found
        }

        /// Waits until each image has been asked for again so many times, and what came of it was looked at.
        package func polls(_ count: Int, of workload: String) async throws {
            var seen: Set<Date> = []
            var last: Date?
            try await eventually("\(count) polls of \(workload)") {
                if let at = row(workload)?.checkedAt, at != last {
                    last = at
                    seen.insert(at)
                }
                return seen.count > count
            }
        }
    }

    /// Follows the scene's images while `body` runs.
    ///
    /// - Parameters:
    ///   - other: Another user than the administrator.
    ///   - pause: Between two rounds while rollouts are under way.
    ///   - edit: Changes the project: its images are polled each second, and nobody waits long.
    ///   - change: Changes how registries are asked.
    ///   - body: The test.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws.
    package func following<Result>(
        client other: KubeClient? = nil,
        watching pause: Duration = .milliseconds(250),
        edit: (inout Project) -> Void = { _ in },
        settings change: (inout RegistrySettings) -> Void = { _ in },
        _ body: (Following) async throws -> Result
    ) async throws -> Result {
        var project = scene.project
        project.images.interval = .seconds(1)
        project.healthTimeout = .seconds(20)
        edit(&project)
        var settings = try RegistryChoices.settings(of: [project], environment: [:])
        if settings.hosts[registry.host] == nil { settings.hosts[registry.host] = .init() }
        settings.firstPause = .seconds(1)
        settings.callDeadline = .seconds(4)
        change(&settings)
        let client = RegistryClient(wire: HTTPWire(), settings: settings)
        let poller = TagPoller(client: client)
        let board = ImageBoard(folder: scene.folder, logger: scene.log.logger)
        let follower = project.imageFollower(
            client: other ?? scene.operatorClient,
            poller: poller,
            history: scene.history,
            board: board,
            logger: scene.log.logger,
            pace: .init(watching: pause, patience: .seconds(1))
        )
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await poller.run() }
            group.addTask { await follower.run() }
            defer { group.cancelAll() }
            return try await body(Following(client: client, poller: poller, board: board, project: project.name))
        }
    }
}
