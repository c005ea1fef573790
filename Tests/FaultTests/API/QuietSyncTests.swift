// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import SceneKit
import SyncLook
import SyncLoop
import SyncObserve
import SyncRecord
import Testing

/// What a person's `sync` costs when there is nothing to do.
@Suite(.timeLimit(.minutes(2)))
struct QuietSyncTests {
    @Test func `a sync with nothing to do lists each kind once, its wait for health included`() async throws {
        try await withEmbeddedScene { scene, cluster in
            var files = scene.baseFiles(configMaps: 5)
            for number in 0..<5 {
                files["web\(number).yaml"] = scene.deployment("web-\(number)", app: "web-\(number)")
            }
            try scene.commit(files)
            func sync() async throws -> PassOutcome {
                try await scene.sync(waitsForHealth: true) { $0.healthTimeout = .seconds(60) }
            }
            #expect(try await sync().outcome == .succeeded)
            cluster.faults.forgetRequests()
            let outcome = try await sync()
            #expect(outcome.outcome == .succeeded && outcome.carriedOut?.health?.ending == .healthy)
            #expect(outcome.carriedOut?.health?.observed == files.count)
            let requests = cluster.faults.requests
            let lists = Dictionary(grouping: requests.filter { $0.verb == "list" }, by: \.path)
            #expect(lists.values.allSatisfy { $0.count == 1 }, "\(lists.mapValues(\.count))")
            #expect(lists.keys.contains { $0.hasSuffix("/deployments") })
            let others = requests.filter { $0.verb != "list" && !["/api", "/apis"].contains($0.path) }
            let inventory = "/api/v1/namespaces/\(scene.project.namespace)/secrets/sternpost-\(scene.project.name)"
            #expect(others.map { "\($0.method) \($0.path)" } == ["GET \(inventory)"])
        }
    }
}
