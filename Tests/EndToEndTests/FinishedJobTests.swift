// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncObserve
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// Jobs that the cluster removes when they are done.
@Suite(.timeLimit(.minutes(2)))
struct FinishedJobTests {
    private static let jobs = CoreResources.resource("batch/v1", "Job", "jobs")

    private static func job(_ scene: Scene, image: String, ttl: String = "ttlSecondsAfterFinished: 3600") -> String {
        """
        apiVersion: batch/v1
        kind: Job
        metadata: {name: migrate, namespace: \(scene.namespace)}
        spec:
          \(ttl)
          template:
            spec:
              restartPolicy: Never
              containers: [{name: a, image: "\(image)"}]

        """
    }

    /// Takes the Job away as its time to live does.
    private func takeAway(_ scene: Scene) async throws {
        let job = try await scene.client.get(Self.jobs, namespace: scene.namespace, name: "migrate")
        let uid = try #require(job?.uid)
        _ = try await scene.client.delete(
            Self.jobs,
            namespace: scene.namespace,
            name: "migrate",
            uid: uid,
            propagation: .background
        )
    }

    private func exists(_ scene: Scene) async throws -> Bool {
        try await scene.client.get(Self.jobs, namespace: scene.namespace, name: "migrate") != nil
    }

    @Test func `a Job that its time to live took away is done, until its manifest changes`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "job.yaml": Self.job(scene, image: "migrate:1")])
            #expect(try await scene.sync().outcome == .succeeded)
            try await takeAway(scene)
            for _ in 0..<2 {
                let outcome = try await scene.sync(waitsForHealth: true) { $0.healthTimeout = .seconds(30) }
                #expect(outcome.outcome == .succeeded, "\(outcome.objects.compactMap(\.error))")
                #expect(outcome.objects.allSatisfy { $0.action == .unchanged })
                #expect(outcome.carriedOut?.health?.ending == .healthy)
                #expect(try await !exists(scene))
            }
            try scene.commit(["job.yaml": Self.job(scene, image: "migrate:2")])
            let outcome = try await scene.sync()
            #expect(outcome.objects.first { $0.id.kind == "Job" }?.action == .created)
            #expect(try await exists(scene))
        }
    }

    @Test func `a Job that is done is not run again by an operator that never saw it`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "job.yaml": Self.job(scene, image: "migrate:1")])
            #expect(try await scene.sync().outcome == .succeeded)
            // Only a pass that finds it there confirms it in every folder's eyes; so does the one that applied it.
            try await takeAway(scene)
            let stranger = try SceneTool(scene)
            let result = try await stranger.sync()
            #expect(result.status == 0, "\(result.output) \(result.errors)")
            #expect(try await !exists(scene))
            try scene.commit(["job.yaml": Self.job(scene, image: "migrate:2")])
            #expect(try await stranger.sync().status == 0)
            #expect(try await exists(scene))
            try await scene.checkPromises(hasOtherHistories: true)
        }
    }

    @Test func `a Job without a time to live that somebody deleted is created again`() async throws {
        try await withScene { scene in
            let manifest = Self.job(scene, image: "migrate:1", ttl: "backoffLimit: 1")
            try scene.commit(["ns.yaml": scene.namespaceManifest, "job.yaml": manifest])
            #expect(try await scene.sync().outcome == .succeeded)
            try await takeAway(scene)
            try await scene.sync()
            #expect(try await exists(scene))
        }
    }

    @Test func `a Job that is done leaves the inventory with its manifest, and comes back with it`() async throws {
        try await withScene { scene in
            let files = ["ns.yaml": scene.namespaceManifest, "job.yaml": Self.job(scene, image: "migrate:1")]
            try scene.commit(files)
            try await scene.sync()
            try await takeAway(scene)
            try scene.commit(["job.yaml": nil])
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(files)
            try await scene.sync()
            #expect(try await exists(scene))
        }
    }
}
