// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// Namespaces that are going, or not there.
@Suite(.timeLimit(.minutes(5)))
struct NamespaceTests {
    /// Puts an object into the test's namespace that keeps it from going away.
    private func plantHolder(_ scene: Scene) async throws {
        let holder = try KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "name": "holder", "namespace": .string(scene.namespace), "finalizers": ["example.com/hold"],
            ],
        ])
        _ = try await scene.client.create(holder, in: CoreResources.configMaps, fieldManager: "somebody")
    }

    private func releaseHolder(_ scene: Scene) async throws {
        try await scene.patch(CoreResources.configMaps, "holder", ["metadata": ["finalizers": nil]])
        try await eventually("the namespace is gone", within: .seconds(120)) {
            try await scene.live(CoreResources.namespaces, scene.namespace) == nil
        }
    }

    @Test func `A29: a declared namespace that is being deleted is waited for, and made again with all that is in it`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(scene.baseFiles(configMaps: 30))
            #expect(try await scene.sync().outcome == .succeeded)
            try await plantHolder(scene)
            let before = try #require(try await scene.live(CoreResources.namespaces, scene.namespace)?.uid)
            try await scene.remove(CoreResources.namespaces, scene.namespace)
            try await eventually("the namespace's objects are gone", within: .seconds(120)) {
                try await scene.liveConfigMap("c0") == nil
            }
            scene.embedded?.faults.forgetRequests()
            let waiting = try await scene.sync()
            #expect(waiting.outcome == .degraded)
            for name in [scene.namespace, "c0", "c29", "canary"] {
                let object = try #require(waiting.object(name))
                #expect(object.action == .failed && object.isRetryable)
                #expect(object.error?.contains("is being deleted since") == true, "\(object.error ?? "")")
            }
            #expect(scene.embedded?.faults.count("PATCH", "*/configmaps/*") ?? 0 == 0, "nothing that must fail is sent")
            let held = try #require(try await scene.live(CoreResources.configMaps, "holder"))
            #expect(held.finalizers == ["example.com/hold"], "finalizers are never stripped")
            try await releaseHolder(scene)
            let again = try await scene.sync()
            #expect(again.outcome == .succeeded, "\(again.objects.compactMap(\.error))")
            #expect(try await scene.live(CoreResources.namespaces, scene.namespace)?.uid != before)
            #expect(try await scene.liveConfigMap("c29") != nil)
            try await scene.checkPromises()
        }
    }

    @Test func `A29: objects of a namespace that git does not declare wait together, and go on when it is there again`()
        async throws
    {
        try await withScene { scene in
            _ = try await scene.plantBystanders()
            try await plantHolder(scene)
            try await scene.remove(CoreResources.namespaces, scene.namespace)
            try await eventually("the namespace is emptied", within: .seconds(120)) {
                try await scene.liveConfigMap("bystander") == nil
            }
            var files = scene.baseFiles(configMaps: 40)
            files["ns.yaml"] = nil
            try scene.commit(files)
            scene.embedded?.faults.forgetRequests()
            let waiting = try await scene.sync(deadlines: .init(settling: .seconds(1)))
            // Eight in flight ask again until the one patience for all of them is over; the others ask once.
            let sent = scene.embedded?.faults.count("PATCH", "*/\(scene.namespace)/*") ?? 41
            #expect((41..<100).contains(sent), "one patience for all of them together")
            #expect(waiting.outcome == .degraded)
            #expect(waiting.names(.failed).count == 41)
            let object = try #require(waiting.object("c39"))
            #expect(object.isRetryable)
            #expect(object.error?.contains("because it is being terminated") == true, "\(object.error ?? "")")
            #expect(object.error?.contains("the next pass tries again") == true)
            try await releaseHolder(scene)
            try scene.commit(["ns.yaml": scene.namespaceManifest])
            try await scene.checkPromises()
        }
    }

    @Test func `A30: a namespace of the same commit comes first, and a preview does not stumble over it`() async throws
    {
        try await withScene { scene in
            // Named so that everything else would come first.
            var files = scene.baseFiles(configMaps: 3)
            files["zz.yaml"] = files["ns.yaml"]
            files["ns.yaml"] = nil
            try scene.commit(files)
            let prepared = try await scene.reconciler().preparer.prepare(marks: [:])
            let preview = await DiffPreview(client: scene.client, plan: prepared.plan).differences()
            #expect(preview.compactMap(\.error) == [])
            #expect(preview.count == 5)
            #expect(try await scene.live(CoreResources.namespaces, scene.namespace) == nil, "a preview writes nothing")
            scene.embedded?.faults.forgetRequests()
            #expect(try await scene.sync().outcome == .succeeded)
            let writes = scene.embedded?.faults.requests.filter { $0.method == "PATCH" }.map(\.path) ?? []
            if !writes.isEmpty {
                #expect(writes.first == "/api/v1/namespaces/\(scene.namespace)")
                #expect(writes.count == 5, "none is sent twice")
            }
            try await scene.checkPromises()
        }
    }

    @Test func `A30: a namespace that nobody declares and that is missing is named, and the rest goes on`() async throws
    {
        try await withScene { scene in
            let astray = scene.configMap("astray").replacing(
                "namespace: \(scene.namespace)",
                with: "namespace: \(scene.namespace)-none"
            )
            try scene.commit(scene.baseFiles(configMaps: 1).merging(["astray.yaml": astray]) { $1 })
            let outcome = try await scene.sync()
            #expect(outcome.names(.failed) == ["astray"])
            let error = outcome.object("astray")?.error ?? ""
            #expect(error.contains("namespaces \"\(scene.namespace)-none\" not found"), "\(error)")
            #expect(error.contains("add a Namespace manifest for \(scene.namespace)-none"), "\(error)")
            #expect(try await scene.liveConfigMap("c0") != nil)
            try scene.commit(["astray.yaml": nil])
            try await scene.checkPromises()
        }
    }
}
