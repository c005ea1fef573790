// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import KubeClient
import SyncApply
import SyncLook
import SyncLoop
import TestKit

extension Scene {
    /// Runs `body` with a reconciler as `sternpost run` has one: watches follow the cluster, and a pass that finds nothing
    /// to do is not written down.
    package func whileWatching(
        client other: KubeClient? = nil,
        edit: (inout Project) -> Void = { _ in },
        _ body: (ProjectReconciler, LiveMirror) async throws -> Void
    ) async throws {
        var project = project
        edit(&project)
        let factory = PreparerFactory(
            client: other ?? operatorClient,
            dataFolder: folder,
            workerExecutable: try TestProducts.path(of: "sternpost")
        )
        let preparer = try await factory.preparer(for: project, isWatching: true)
        guard let mirror = preparer.mirror else {
            throw MissingProgram(description: "a watching preparer has a mirror")
        }
        let reconciler = ProjectReconciler(
            preparer: preparer,
            history: history,
            settings: .init(recordsQuietPasses: false, waitsForHealth: false),
            logger: log.logger
        )
        try await withThrowingTaskGroup(of: Void.self) { group in
            await mirror.begin()
            group.addTask { await mirror.run() }
            try await body(reconciler, mirror)
            group.cancelAll()
        }
    }

    /// A client of its own for the same server and user.
    package func client(_ change: (inout KubeClientOptions) -> Void) -> KubeClient {
        var options = KubeClientOptions()
        change(&options)
        return KubeClient(configuration: client.configuration, wire: HTTPWire(), options: options)
    }
}
