// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import Testing

/// A pass that cannot read something forgets nothing of what earlier passes knew.
struct ForgottenObjectTests {
    private static let jobs = CoreResources.resource("batch/v1", "Job", "jobs")

    private func exists(_ scene: Scene) async throws -> Bool {
        try await scene.client.get(Self.jobs, namespace: scene.namespace, name: "migrate") != nil
    }

    @Test(arguments: [403, 404, 500, 503])
    func `a list of Jobs that fails once runs no Job again that is done and gone`(status: Int) async throws {
        try await withEmbeddedScene { scene, cluster in
            let job = """
                apiVersion: batch/v1
                kind: Job
                metadata: {name: migrate, namespace: \(scene.namespace)}
                spec:
                  ttlSecondsAfterFinished: 3600
                  template: {spec: {restartPolicy: Never, containers: [{name: a, image: "migrate:1"}]}}

                """
            var files = scene.baseFiles(configMaps: 1)
            files["job.yaml"] = job
            try scene.commit(files)
            #expect(try await scene.sync().outcome == .succeeded)
            let uid = try #require(
                try await scene.client.get(Self.jobs, namespace: scene.namespace, name: "migrate")?.uid
            )
            _ = try await scene.client.delete(
                Self.jobs,
                namespace: scene.namespace,
                name: "migrate",
                uid: uid,
                propagation: .background
            )
            cluster.faults.add(FaultRule("GET", "/apis/batch/v1/jobs", .answer(status: status)))
            cluster.faults.add(
                FaultRule("GET", "/apis/batch/v1/namespaces/\(scene.namespace)/jobs", .answer(status: status))
            )
            let blind = try await scene.sync(client: try scene.quickClient())
            #expect(blind.outcome == .degraded, "\(blind.words)")
            cluster.faults.removeAll()
            #expect(try await scene.sync().outcome == .succeeded)
            #expect(try await !exists(scene))
        }
    }

    @Test func `drift that is only reported is still that after a pass that could not read it`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await scene.sync { $0.policy.drift = .report }.outcome == .succeeded)
            let config = CoreResources.configMaps
            let uid = try #require(
                try await scene.client.get(config, namespace: scene.namespace, name: "c1")?.uid
            )
            _ = try await scene.client.delete(
                config,
                namespace: scene.namespace,
                name: "c1",
                uid: uid,
                propagation: .background
            )
            cluster.faults.add(FaultRule("GET", "/api/v1/configmaps", .answer(status: 500)))
            _ = try await scene.sync(client: try scene.quickClient()) { $0.policy.drift = .report }
            cluster.faults.removeAll()
            let outcome = try await scene.sync { $0.policy.drift = .report }
            #expect(outcome.outcome == .degraded)
            #expect(try await scene.liveConfigMap("c1") == nil, "a person's deletion is reported, not undone")
        }
    }
}
