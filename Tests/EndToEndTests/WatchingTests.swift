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

/// Passes of `sternpost run`, whose watches follow the cluster.
@Suite(.timeLimit(.minutes(5)))
struct WatchingTests {
    /// Passes until one finds nothing to do; the first one after writes plans once more.
    private func settle(_ reconciler: ProjectReconciler) async throws {
        try await eventually("nothing is left to plan") { await reconciler.pass(.commit).isResting }
    }

    @Test func `promise 5: with watches running a second pass sends no request`() async throws {
        try await withScene { scene in
            try scene.commit(scene.baseFiles(configMaps: 5))
            try await scene.whileWatching { reconciler, _ in
                let first = await reconciler.pass(.start)
                #expect(first.outcome == .succeeded)
                #expect(PassOutcome.counts(of: first.objects).created == 7)
                // The plan of the second pass is made of what the watches have shown; the third makes none.
                let written = scene.client.statistics.requests
                let second = await reconciler.pass(.commit)
                #expect(second.outcome == .succeeded && second.run == nil && !second.isResting)
                #expect(PassOutcome.counts(of: second.objects).unchanged == 7)
                #expect(scene.client.statistics.requests == written, "a plan without changes asks nothing")
                for _ in 0..<3 {
                    let next = await reconciler.pass(.commit)
                    #expect(next.isResting && next.outcome == .succeeded && next.run == nil)
                }
                #expect(scene.client.statistics.requests == written, "a pass at rest asks nothing")
            }
            try await scene.checkPromises()
        }
    }

    @Test func `a restart lists each kind once, and then sends no request`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 5))
            try await scene.sync()
            cluster.faults.forgetRequests()
            try await scene.whileWatching { reconciler, _ in
                let first = await reconciler.pass(.start)
                #expect(PassOutcome.counts(of: first.objects).unchanged == 7)
                for path in ["/api/v1/configmaps", "/api/v1/namespaces", "/api/v1/secrets"] {
                    #expect(cluster.faults.count("list", path) == 1, "\(path)")
                    #expect(cluster.faults.count("watch", path) == 1, "\(path)")
                }
                let parent = "/api/v1/namespaces/\(scene.project.namespace)/secrets"
                #expect(cluster.faults.count("list", parent) == 1)
                #expect(cluster.faults.count("get", "/api/v1/*") == 0)
                try await settle(reconciler)
                cluster.faults.forgetRequests()
                #expect(await reconciler.pass(.commit).isResting)
                #expect(cluster.faults.requests.isEmpty)
            }
        }
    }

    @Test func `what git or anybody changes is seen without asking, and written at the next pass`() async throws {
        try await withScene { scene in
            try scene.commit(scene.baseFiles(configMaps: 3))
            try await scene.whileWatching { reconciler, _ in
                #expect(await reconciler.pass(.start).outcome == .succeeded)
                try await settle(reconciler)
                try scene.commit(["c0.yaml": scene.configMap("c0", "2"), "c1.yaml": nil])
                let changed = await reconciler.pass(.commit)
                #expect(changed.outcome == .succeeded)
                let counts = PassOutcome.counts(of: changed.objects)
                #expect(counts.configured == 1 && counts.pruned == 1, "\(counts)")
                try await settle(reconciler)

                var edited = try #require(try await scene.liveConfigMap("c2"))
                edited.json[["data", "value"]] = "by hand"
                _ = try await scene.client.replace(edited, in: CoreResources.configMaps, fieldManager: "somebody")
                try await eventually("the watch shows the change") { !(await reconciler.pass(.commit).isResting) }
                try await settle(reconciler)
                #expect(try await scene.liveConfigMap("c2")?.json["data"]?["value"]?.string == "1")
                let drift = try await scene.history.runs(project: scene.project.name, limit: 1).first
                #expect(drift?.trigger == .drift)

                let lost = try #require(try await scene.liveConfigMap("c2"))
                _ = try await scene.client.delete(
                    CoreResources.configMaps,
                    namespace: scene.namespace,
                    name: "c2",
                    uid: lost.uid ?? "",
                    propagation: .background
                )
                try await eventually("the watch shows the deletion") { !(await reconciler.pass(.commit).isResting) }
                try await settle(reconciler)
                #expect(try await scene.liveConfigMap("c2") != nil)
            }
            try await scene.checkPromises()
        }
    }

    @Test func `a pass right behind a write sees what was written and takes nothing for drift`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 3))
            try await scene.sync()
            try await scene.whileWatching { reconciler, mirror in
                #expect(await reconciler.pass(.start).outcome == .succeeded)
                try await settle(reconciler)
                for value in 2...6 {
                    try scene.commit(
                        (0..<3).reduce(into: [:]) { $0["c\($1).yaml"] = scene.configMap("c\($1)", "\(value)") }
                    )
                    let written = await reconciler.pass(.commit)
                    #expect(PassOutcome.counts(of: written.objects).configured == 3)
                    let writes = cluster.faults.writeCount
                    let next = await reconciler.pass(.commit)
                    #expect(next.run == nil && PassOutcome.counts(of: next.objects).unchanged == 5)
                    #expect(cluster.faults.writeCount == writes, "nothing is taken for drift")
                }
                try await settle(reconciler)
                #expect(await mirror.size.whole == 0)
            }
            try await scene.checkPromises()
        }
    }

    @Test func `a mirror keeps no more than the version of objects of which nothing is wanted`() async throws {
        try await withScene { scene in
            try scene.commit(scene.baseFiles(configMaps: 40))
            try await scene.whileWatching { reconciler, mirror in
                #expect(await reconciler.pass(.start).outcome == .succeeded)
                try await settle(reconciler)
                #expect(await mirror.size == (objects: 42, whole: 0))
                var edited = try #require(try await scene.liveConfigMap("c7"))
                edited.json[["metadata", "annotations"]] = ["somebody/note": "a remark that is none of ours"]
                _ = try await scene.client.replace(edited, in: CoreResources.configMaps, fieldManager: "somebody")
                edited = try #require(try await scene.liveConfigMap("c8"))
                edited.json[["data", "value"]] = "by hand"
                _ = try await scene.client.replace(edited, in: CoreResources.configMaps, fieldManager: "somebody")
                // One differs in what the manifest says, the other does not.
                try await eventually("the event has come") { await mirror.size.whole == 1 }
                try await eventually("it was healed") { await reconciler.pass(.commit).run != nil }
                try await settle(reconciler)
                #expect(await mirror.size == (objects: 42, whole: 0))
            }
        }
    }
}
