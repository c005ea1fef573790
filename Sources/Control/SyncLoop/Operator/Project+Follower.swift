// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import Logging
import SyncApply
import SyncImages
import SyncLook
import SyncPlan
import SyncRecord

extension Project {
    /// Reads what people ordered about a project as the cluster has it; nil when it has no inventory.
    package typealias OrderReading = @Sendable () async throws -> StandingOrders?

    /// Makes what follows the project's images.
    ///
    /// - Parameters:
    ///   - client: The cluster; sends no write while this process does not hold the project's lease.
    ///   - poller: Asks the registries; shared by all projects.
    ///   - history: Where rollouts are written down.
    ///   - board: Shows the state of the images.
    ///   - logger: Logs rollouts and what cannot be read.
    ///   - pace: The intervals of its rounds.
    ///   - orders: Reads what people ordered; nil asks the API server in each round.
    ///   - mirror: Shows changes of the workloads while it is run; nil without watches.
    ///   - reasonToStop: Why this process may not write now; nil while it holds the lease.
    /// - Returns: A follower that has done nothing yet.
    package func imageFollower(
        client: KubeClient,
        poller: TagPoller,
        history: History,
        board: ImageBoard,
        logger: Logger,
        pace: ImageFollower.Pace = .init(),
        orders: OrderReading? = nil,
        mirror: LiveMirror? = nil,
        reasonToStop: @escaping @Sendable () -> String? = { nil }
    ) -> ImageFollower {
        let store = OrderStore(client: client, applySet: applySet)
        let read: OrderReading = orders ?? { try await store.read() }
        var changes: ImageFollower.ChangeWatching?
        if let mirror { changes = { await mirror.changes(of: Set(PodTemplate.kinds)) } }
        return ImageFollower(
            project: FollowedProject(
                name: name,
                applySet: applySet,
                policy: images,
                deadline: healthTimeout > .zero ? healthTimeout : .seconds(300)
            ),
            client: client,
            poller: poller,
            history: history,
            board: board,
            logger: logger,
            pace: pace,
            orders: {
                if isSuspended { return .suspended }
                return try await rolloutOrders(obeying: try await read() ?? StandingOrders(), history)
            },
            changes: changes,
            reasonToStop: reasonToStop,
            onRunEnded: { run in
                await logger.publishHead("rollout recorded", of: history, run: run.number, project: run.project)
            }
        )
    }

    /// What holds for the project's rollouts: what is ordered in the cluster, and in the data folder.
    private func rolloutOrders(
        obeying orders: StandingOrders,
        _ history: History
    ) async throws -> RolloutOrders {
        if try await history.state(of: name).obeying(orders).suspension != nil { return .suspended }
        return .given(ImageOrder.obeying(orders, before: try await history.imageOrders(of: name)))
    }
}
