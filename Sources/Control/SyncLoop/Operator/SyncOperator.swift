// SPDX-License-Identifier: Apache-2.0
import Logging
import ServiceLifecycle
import SyncImages
import SyncRecord

/// The operator: one loop for each project, side by side, until shutdown is asked for.
package struct SyncOperator: Service {
    private let loops: [LeasedLoop]
    private let poller: TagPoller?
    private let logger: Logger
    private let mayStart: @Sendable () async -> Bool

    /// - Parameters:
    ///   - loops: One for each project.
    ///   - poller: Asks the registries for all of them; nil when no images are followed.
    ///   - logger: Logs the start and the end.
    ///   - mayStart: Waits until the rest of the process can do its work; until then no lease is taken. False when it never
    ///     will, and then the operator does nothing.
    package init(
        loops: [LeasedLoop],
        poller: TagPoller? = nil,
        logger: Logger,
        mayStart: @escaping @Sendable () async -> Bool = { true }
    ) {
        self.loops = loops
        self.poller = poller
        self.logger = logger
        self.mayStart = mayStart
    }

    /// Runs all loops. At shutdown each finishes the request it is in and writes down how far it came.
    package func run() async throws {
        await withGracefulShutdownHandler {
            await cancelWhenGracefulShutdown {
                guard await mayStart() else { return }
                logger.info("operator started", metadata: ["sync.projects": "\(loops.count)"])
                await withTaskGroup(of: Void.self) { group in
                    if let poller { group.addTask { await poller.run() } }
                    for loop in loops { group.addTask { await loop.run() } }
                }
                logger.info("operator stopped")
            }
        } onGracefulShutdown: {
            logger.info("stopping after the requests under way; a second signal ends it at once")
        }
    }
}
