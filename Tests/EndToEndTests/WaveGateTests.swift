// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncObserve
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// What bears a higher wave number is written only while all of the lower ones is healthy, whoever wrote that and when.
@Suite(.timeLimit(.minutes(2)))
struct WaveGateTests {
    private static let later = #"sternpost.dev/wave: "1""#

    /// A claim that nothing binds until somebody makes its volume.
    private static func claim(_ scene: Scene) -> String {
        """
        apiVersion: v1
        kind: PersistentVolumeClaim
        metadata: {name: data, namespace: \(scene.namespace)}
        spec:
          accessModes: [ReadWriteOnce]
          storageClassName: \(scene.namespace)
          resources: {requests: {storage: 1Gi}}

        """
    }

    private static let volumes = CoreResources.resource(
        "v1",
        "PersistentVolume",
        "persistentvolumes",
        isNamespaced: false
    )

    /// Runs `body`, which may bind the claim, and removes the volume afterwards.
    private func withVolume(_ scene: Scene, _ body: (() async throws -> Void) async throws -> Void) async throws {
        let volume = try KubeObject([
            "apiVersion": "v1", "kind": "PersistentVolume", "metadata": ["name": .string(scene.namespace)],
            "spec": [
                "accessModes": ["ReadWriteOnce"], "capacity": ["storage": "1Gi"],
                "hostPath": ["path": "/var/lib/sternpost-test"], "storageClassName": .string(scene.namespace),
            ],
        ])
        let client = scene.client
        func remove() async throws {
            guard let uid = try await client.get(Self.volumes, namespace: "", name: scene.namespace)?.uid else {
                return
            }
            _ = try await client.delete(
                Self.volumes,
                namespace: "",
                name: scene.namespace,
                uid: uid,
                propagation: .background
            )
        }
        do {
            try await body { _ = try await client.create(volume, in: Self.volumes, fieldManager: "admin") }
        } catch {
            try await remove()
            throw error
        }
        try await remove()
    }

    @Test func `a later wave waits for what an earlier pass has written, and goes out when that is healthy`()
        async throws
    {
        try await withScene { scene in
            try await withVolume(scene) { bind in
                try scene.commit(["ns.yaml": scene.namespaceManifest, "data.yaml": Self.claim(scene)])
                try await scene.sync()
                try scene.commit(["b.yaml": scene.configMap("b", annotations: Self.later)])
                for _ in 0..<2 {
                    let outcome = try await scene.sync()
                    let error = outcome.objects.first { $0.id.name == "b" }?.error ?? ""
                    #expect(error.contains("blocked by wave 0: PersistentVolumeClaim"), "\(error)")
                    #expect(outcome.outcome == .degraded)
                    #expect(try await scene.liveConfigMap("b") == nil)
                }
                try await bind()
                let outcome = try await scene.sync { $0.healthTimeout = .seconds(60) }
                #expect(outcome.outcome == .succeeded, "\(outcome.objects.compactMap(\.error))")
                #expect(try await scene.liveConfigMap("b") != nil)
            }
        }
    }

    @Test func `a change of a later wave waits too, and one of an earlier wave does not`() async throws {
        try await withScene { scene in
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a"),
                "b.yaml": scene.configMap("b", annotations: Self.later),
            ])
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit([
                "data.yaml": Self.claim(scene), "a.yaml": scene.configMap("a", "2"),
                "b.yaml": scene.configMap("b", "2", annotations: Self.later),
            ])
            try await scene.sync()
            #expect(try await scene.liveConfigMap("a")?.json["data"]?["value"] == "2")
            #expect(try await scene.liveConfigMap("b")?.json["data"]?["value"] == "1")
        }
    }

    @Test func `while a wave is not healthy the operator goes on quietly, and opens the gate by itself`() async throws {
        try await withScene { scene in
            try await withVolume(scene) { bind in
                try scene.commit([
                    "ns.yaml": scene.namespaceManifest, "data.yaml": Self.claim(scene), "a.yaml": scene.configMap("a"),
                    "b.yaml": scene.configMap("b", annotations: Self.later),
                ])
                try await scene.whileWatching { reconciler, _ in
                    let first = await reconciler.pass(.start)
                    #expect(first.outcome == .degraded)
                    #expect(first.objects.first { $0.id.name == "b" }?.action == .skipped)
                    let second = await reconciler.pass(.commit)
                    #expect(second.run == nil, "nothing new is to be told")
                    #expect(second.outcome == .degraded)
                    #expect(second.objects.first { $0.id.name == "b" }?.error?.contains("blocked by wave 0") == true)

                    // What is not behind the gate is healed meanwhile.
                    var changed = try #require(try await scene.liveConfigMap("a"))
                    changed.json["data"] = ["value": "by hand"]
                    _ = try await scene.client.replace(changed, in: CoreResources.configMaps, fieldManager: "somebody")
                    try await eventually("a is healed") {
                        _ = await reconciler.pass(.commit)
                        return try await scene.liveConfigMap("a")?.json["data"]?["value"] == "1"
                    }
                    #expect(try await scene.liveConfigMap("b") == nil)
                    try await bind()
                    try await eventually("b is written") {
                        _ = await reconciler.pass(.commit)
                        return try await scene.liveConfigMap("b") != nil
                    }
                    try await eventually("all is well") { await reconciler.pass(.commit).outcome == .succeeded }
                }
            }
        }
    }

    @Test func `an object of an earlier wave that is refused keeps the later ones back`() async throws {
        try await withScene { scene in
            try scene.commit([
                "ns.yaml": scene.namespaceManifest,
                "a.yaml": scene.configMap("a", annotations: "sternpost.dev/prune: misspelt"),
                "b.yaml": scene.configMap("b", annotations: Self.later),
            ])
            let outcome = try await scene.sync()
            let error = outcome.objects.first { $0.id.name == "b" }?.error ?? ""
            #expect(error.contains("blocked by wave 0: ConfigMap"), "\(error)")
            #expect(try await scene.liveConfigMap("b") == nil)
        }
    }

    /// Were there any other wait than the project's, the suite's time would be over.
    @Test func `the waits of all waves and the one at the end share the project's timeout`() async throws {
        try await withScene { scene in
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "data.yaml": Self.claim(scene),
                "b.yaml": scene.configMap("b", annotations: Self.later),
                "c.yaml": scene.configMap("c", annotations: #"sternpost.dev/wave: "2""#),
            ])
            let outcome = try await scene.sync(waitsForHealth: true) { $0.healthTimeout = .seconds(2) }
            #expect(outcome.objects.filter { $0.action == .skipped }.map(\.id.name).sorted() == ["b", "c"])
            #expect(outcome.carriedOut?.health?.unhealthy.map(\.id.name) == ["data"])
        }
    }

    @Test func `the timeout of the command line is that of the waits between waves, too`() async throws {
        try await withScene { scene in
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "data.yaml": Self.claim(scene),
                "b.yaml": scene.configMap("b", annotations: Self.later),
            ])
            let tool = try SceneTool(scene)
            let words = ["sync", "--no-wait", "--timeout", "2s"] + tool.project + tool.place
            // Without the option it would wait for five minutes.
            let result = try await tool.start(words).end(within: .seconds(60))
            #expect(result.status == 1, "\(result.output) \(result.errors)")
            #expect(result.errors.contains("blocked by wave 0: PersistentVolumeClaim"), "\(result.errors)")
            #expect(try await scene.liveConfigMap("b") == nil)
        }
    }
}
