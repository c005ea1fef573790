// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// An object that fails waits alone: it is not sent at every poll, and the others are healed at each.
@Suite(.timeLimit(.minutes(5)))
struct ObjectBackoffTests {
    private static let refusal = FaultAction.failure(
        status: 422,
        reason: "Invalid",
        message: "ConfigMap \"bad\" is invalid: data: Invalid value: it is bad"
    )

    @Test func `an object that failed many times does not keep the drift of others from being healed`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 1).merging(["bad.yaml": scene.configMap("bad")]) { $1 })
            let rule = cluster.faults.add(FaultRule("PATCH", scene.path("bad"), Self.refusal))
            try await scene.withOperator { process in
                try await eventually("it failed again and again", within: .seconds(90)) {
                    cluster.faults.hits(rule) >= 5
                }
                let tries = cluster.faults.hits(rule)
                for value in ["x", "y", "z"] {
                    var changed = try #require(try await scene.liveConfigMap("c0"))
                    changed.json["data"] = ["value": .string(value)]
                    _ = try await scene.client.replace(changed, in: CoreResources.configMaps, fieldManager: "somebody")
                    try await scene.isSynced("c0", "1")
                }
                // Were it healed only when the other one is tried again, three times would have taken three tries.
                #expect(cluster.faults.hits(rule) < tries + 3)
                #expect(process.text.contains("it is bad"))
                cluster.faults.remove(rule)
                // A new commit tries at once, however long the wait would have been.
                try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
                try await scene.isSynced("bad", "1", within: .seconds(20))
            }
            #expect(try await scene.hasIntactChain("operator"))
            try await scene.checkPromises()
        }
    }

    @Test func `a write that failed is not sent again before its time, is told as failed, and a new commit sends it`()
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 1).merging(["bad.yaml": scene.configMap("bad")]) { $1 })
            let rule = cluster.faults.add(FaultRule("PATCH", scene.path("bad"), Self.refusal))
            try await scene.whileWatching { reconciler, _ in
                let first = await reconciler.pass(.start)
                #expect(first.names(.failed) == ["bad"])
                for _ in 0..<3 {
                    let next = await reconciler.pass(.commit)
                    #expect(next.run == nil && next.outcome == .degraded)
                    if !next.isResting {
                        #expect(next.object("bad")?.error == first.object("bad")?.error)
                        #expect(next.object("bad")?.action == .failed)
                    }
                }
                #expect(cluster.faults.hits(rule) == 1)
                // What it waits for is no reason to ask anything.
                try await eventually("it is at rest") { await reconciler.pass(.commit).isResting }
                cluster.faults.forgetRequests()
                #expect(await reconciler.pass(.commit).isResting)
                #expect(cluster.faults.requests.isEmpty)

                try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
                let second = await reconciler.pass(.commit)
                #expect(second.names(.failed) == ["bad"])
                #expect(cluster.faults.hits(rule) == 2)
                cluster.faults.remove(rule)
                try scene.commit(["bad.yaml": scene.configMap("bad", "2")])
                #expect(await reconciler.pass(.commit).outcome == .succeeded)
            }
            try await scene.checkPromises()
        }
    }

    @Test func `an object that somebody deletes each time is left alone after five times, until git changes it`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(scene.baseFiles(configMaps: 2))
            let reconciler = try await scene.reconciler()
            #expect(await reconciler.pass(.commit).outcome == .succeeded)
            func remove() async throws {
                _ = try await scene.client.delete(
                    CoreResources.configMaps,
                    namespace: scene.namespace,
                    name: "c0",
                    uid: try await scene.liveConfigMap("c0")?.uid ?? "",
                    propagation: .background
                )
            }
            for _ in 0..<5 {
                try await remove()
                let outcome = await reconciler.pass(.commit)
                #expect(outcome.names(.created) == ["c0"])
                #expect(outcome.run?.trigger == .drift)
            }
            try await remove()
            let left = await reconciler.pass(.commit)
            #expect(left.outcome == .degraded)
            #expect(left.object("c0")?.action == .skipped)
            #expect(left.object("c0")?.error?.contains("it was created again 5 times") == true)
            let next = await reconciler.pass(.commit)
            #expect(next.object("c0")?.error == left.object("c0")?.error)
            let live = try await scene.liveConfigMap("c0")
            #expect(live == nil)
            // Another manifest is applied at once.
            try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
            let changed = await reconciler.pass(.commit)
            #expect(changed.outcome == .succeeded && changed.names(.created) == ["c0"])
            try await scene.checkPromises()
        }
    }

    @Test func `what only git can mend costs nothing at a poll`() async throws {
        try await withEmbeddedScene { scene, cluster in
            let manifest = scene.configMap("odd", annotations: "sternpost.dev/prune: misspelt")
            try scene.commit(scene.baseFiles(configMaps: 1).merging(["odd.yaml": manifest]) { $1 })
            try await scene.whileWatching { reconciler, _ in
                #expect(await reconciler.pass(.start).names(.failed) == ["odd"])
                try await eventually("it is at rest") { await reconciler.pass(.commit).isResting }
                cluster.faults.forgetRequests()
                let next = await reconciler.pass(.commit)
                #expect(next.isResting && next.outcome == .degraded)
                #expect(cluster.faults.requests.isEmpty)
            }
        }
    }

    @Test func `a deletion that failed is not sent again before its time, and is told as failed`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 2))
            try await scene.whileWatching(edit: { $0.policy.prune = .init(maxObjects: 100, maxPercent: 100) }) {
                reconciler,
                _ in
                #expect(await reconciler.pass(.start).outcome == .succeeded)
                let words = "admission webhook \"keeper.example.com\" denied the request: not today"
                let failure = FaultAction.failure(status: 403, reason: "Forbidden", message: words)
                let rule = cluster.faults.add(FaultRule("DELETE", scene.path("c1"), failure))
                try scene.commit(["c1.yaml": nil])
                let first = await reconciler.pass(.commit)
                #expect(first.names(.failed) == ["c1"])
                for _ in 0..<3 {
                    let next = await reconciler.pass(.commit)
                    #expect(next.outcome == .degraded)
                    if !next.isResting { #expect(next.names(.failed) == ["c1"]) }
                }
                #expect(cluster.faults.hits(rule) == 1)
                cluster.faults.remove(rule)
            }
        }
    }
}
