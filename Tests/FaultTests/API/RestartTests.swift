// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import Synchronization
import TestKit
import Testing

/// An API server that goes away in the middle of a pass, and comes back.
@Suite(.timeLimit(.minutes(5)))
struct RestartTests {
    /// The cluster that answers now; the scene's own one is only the first.
    private actor Server {
        private var cluster: EmbeddedCluster
        private let options: EmbeddedClusterOptions

        init(_ cluster: EmbeddedCluster, _ options: EmbeddedClusterOptions) {
            self.cluster = cluster
            self.options = options
        }

        func stop() async { await cluster.stop() }

        func start() async throws { cluster = try await EmbeddedCluster.start(options: options) }
    }

    /// Options of a cluster that keeps its objects, its port and its token over restarts.
    private func lastingOptions(_ folder: String) async throws -> EmbeddedClusterOptions {
        var options = EmbeddedClusterOptions()
        // Below the ports that the system hands out: nobody else gets it while the server is away.
        for _ in 0..<100 {
            options.port = Int.random(in: 20_000..<32_000)
            do {
                await (try EmbeddedCluster.start(options: options)).stop()
                break
            } catch { continue }
        }
        options.dataFolder = folder
        options.token = "restart-test"
        return options
    }

    /// How long the server is away: shorter than the client's patience, or until the pass has ended.
    enum Absence: String, Sendable, CaseIterable {
        case short
        case long
    }

    @Test(arguments: Absence.allCases)
    func `A43: a server that restarts in the middle of an apply loses nothing, and the work is taken up again`(
        _ absence: Absence
    ) async throws {
        try await withTemporaryFolder { data in
            let options = try await lastingOptions(data.path(percentEncoded: false))
            try await withEmbeddedScene(options: options) { scene, cluster in
                let bystanders = try await scene.plantBystanders()
                let server = Server(cluster, options)
                try scene.commit(scene.baseFiles(configMaps: 60))
                let reached = Mutex(false)
                // At the thirtieth object the test is told; its request, and what is in flight then, die with the server,
                // which ends the wait.
                let rule = options.faults.add(
                    FaultRule(
                        "PATCH",
                        "/api/v1/namespaces/\(scene.namespace)/configmaps/*",
                        .meanwhile {
                            reached.withLock { $0 = true }
                            try await Task.sleep(for: .seconds(60))
                        },
                        on: .nth(30)
                    )
                )
                async let pass = scene.sync()
                try await eventually("the thirtieth object is being applied", within: .seconds(120)) {
                    reached.withLock { $0 }
                }
                await server.stop()
                if absence == .short { try await server.start() }
                let outcome = try await pass
                #expect(options.faults.hits(rule) >= 30)
                switch absence {
                case .short:
                    #expect(outcome.outcome == .succeeded, "\(outcome.objects.compactMap(\.error).prefix(3))")
                case .long:
                    #expect([.degraded, .interrupted].contains(outcome.outcome))
                    let failed = outcome.objects.filter { $0.action == .failed }
                    #expect(!failed.isEmpty && failed.allSatisfy(\.isRetryable))
                    try await server.start()
                }
                options.faults.remove(rule)
                let live = try await scene.client.list(CoreResources.configMaps, namespace: scene.namespace).objects
                let applied = live.filter { $0.label(ApplySet.partOfLabel) == scene.project.applySet.id }
                #expect(applied.count >= 29, "what was applied before is kept")
                try await scene.checkPromises(bystanders: bystanders)
                #expect(try await scene.liveConfigMap("c59") != nil)
                await server.stop()
            }
        }
    }
}
