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

/// Watches that end, fall silent or are too old, as a pass of `sternpost run` meets them.
@Suite(.timeLimit(.minutes(5)))
struct WatchFaultTests {
    private static let configMaps = "/api/v1/configmaps"

    /// Passes until one finds nothing to do.
    private func settle(_ reconciler: ProjectReconciler) async throws {
        try await eventually("nothing is left to plan") { await reconciler.pass(.commit).isResting }
    }

    /// Changes a ConfigMap as somebody else would.
    private func edit(_ scene: Scene, _ name: String, by manager: String = "somebody") async throws {
        var object = try #require(try await scene.liveConfigMap(name))
        object.json[["data", "value"]] = "by hand"
        _ = try await scene.client.replace(object, in: CoreResources.configMaps, fieldManager: manager)
    }

    /// An event of the watch that ends it, in the words of kube-apiserver 1.36 after a compaction.
    fileprivate static let expiredEvent: JSON = .string(
        """
        {"type":"ERROR","object":{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure",\
        "message":"The resourceVersion for the provided watch is too old.","reason":"Expired","code":410}}

        """
    )

    @Test(arguments: [0, 1, 40, 400])
    func `A7: a watch that is cut goes on from where it was, and half a line is dropped`(bytes: Int) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            try await scene.sync()
            let cut = cluster.faults.add(
                FaultRule("watch", Self.configMaps, .cutShort(afterBytes: bytes), on: .first(3))
            )
            try await scene.whileWatching { reconciler, _ in
                #expect(await reconciler.pass(.start).outcome == .succeeded)
                let lists = cluster.faults.count("list", Self.configMaps)
                try await edit(scene, "c0")
                try await eventually("the change is seen and healed") {
                    _ = await reconciler.pass(.commit)
                    return try await scene.liveConfigMap("c0")?.json["data"]?["value"]?.string == "1"
                }
                try await settle(reconciler)
                #expect(cluster.faults.hits(cut) >= 2, "it was cut, and opened again")
                #expect(cluster.faults.count("list", Self.configMaps) == lists, "and not listed again")
            }
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A8: a watch on which nothing comes is given up after its own deadline and opened again`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 2))
            try await scene.sync()
            let silence = cluster.faults.add(FaultRule("watch", Self.configMaps, .hang, on: .first(2)))
            let client = scene.client { $0.watchSilence = .seconds(1) }
            let lists = cluster.faults.count("list", Self.configMaps)
            try await scene.whileWatching(client: client) { reconciler, _ in
                let writes = cluster.faults.writeCount
                #expect(await reconciler.pass(.start).outcome == .succeeded)
                #expect(cluster.faults.hits(silence) >= 3, "two that hang, and one that stands")
                try await settle(reconciler)
                #expect(cluster.faults.writeCount == writes)
                #expect(cluster.faults.count("list", Self.configMaps) == lists + 1, "no second list")
                try await edit(scene, "c0")
                try await eventually("the change is seen and healed") {
                    _ = await reconciler.pass(.commit)
                    return try await scene.liveConfigMap("c0")?.json["data"]?["value"]?.string == "1"
                }
            }
            try await scene.checkPromises()
        }
    }

    /// How the server says that the versions in between are gone.
    enum Expiry: String, CaseIterable, Sendable {
        case status, event, ahead

        var action: FaultAction {
            switch self {
            case .status:
                .failure(status: 410, reason: "Expired", message: "too old resource version: 1 (5)")
            case .event: .answer(status: 200, body: WatchFaultTests.expiredEvent)
            case .ahead:
                .answer(
                    status: 504,
                    body: [
                        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "code": 504,
                        "message": "Timeout: Too large resource version: 999, current: 12", "reason": "Timeout",
                        "details": ["causes": [["reason": "ResourceVersionTooLarge"]], "retryAfterSeconds": 1],
                    ]
                )
            }
        }
    }

    @Test(arguments: [Expiry.status, .event])
    func `A9: after 410 the kind is listed again, and nothing counts as deleted before the list is complete`(
        _ expiry: Expiry
    ) async throws {
        try await relists(after: expiry)
    }

    @Test func `A11: a watch from a version that the server has not reached is listed again`() async throws {
        try await relists(after: .ahead)
    }

    private func relists(after expiry: Expiry) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 6))
            try await scene.sync()
            let met = cluster.faults.add(FaultRule("watch", Self.configMaps, expiry.action, on: .first(1)))
            // The new list comes in halves twice before it is whole.
            let lists = cluster.faults.add(
                FaultRule("list", Self.configMaps, .cutShort(afterBytes: 600), on: .nth(2))
            )
            try await scene.whileWatching { reconciler, mirror in
                let writes = cluster.faults.writeCount
                let first = await reconciler.pass(.start)
                #expect(first.outcome == .succeeded)
                #expect(PassOutcome.counts(of: first.objects).unchanged == 8)
                try await settle(reconciler)
                #expect(cluster.faults.hits(met) >= 2, "refused once, then taken")
                #expect(cluster.faults.hits(lists) == 3, "whole, cut, whole")
                #expect(cluster.faults.writeCount == writes)
                #expect(await mirror.size == (objects: 9, whole: 1), "the labelled bystander is none of ours")
            }
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `a kind that may be listed and not watched is listed for each plan, and never believed for longer`()
        async throws
    {
        var options = EmbeddedClusterOptions()
        options.denied = [DeniedAccess(verb: "watch", resource: "configmaps")]
        try await withEmbeddedScene(options: options) { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 2))
            try await scene.sync()
            try await scene.whileWatching(client: scene.limitedClient) { reconciler, _ in
                #expect(await reconciler.pass(.start).outcome == .succeeded)
                try await edit(scene, "c1")
                try await eventually("the change is seen and healed") {
                    let outcome = await reconciler.pass(.commit)
                    #expect(!outcome.isResting)
                    return try await scene.liveConfigMap("c1")?.json["data"]?["value"]?.string == "1"
                }
            }
            try await scene.checkPromises()
        }
    }

    @Test func `A16: who keeps changing a field back is named, and the object is left alone for a while`() async throws
    {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 2))
            try await scene.whileWatching { reconciler, _ in
                #expect(await reconciler.pass(.start).outcome == .succeeded)
                for round in 1...5 {
                    try await settle(reconciler)
                    try await edit(scene, "c0", by: "rival")
                    try await eventually("set back for the \(round). time") {
                        _ = await reconciler.pass(.commit)
                        return try await scene.liveConfigMap("c0")?.json["data"]?["value"]?.string == "1"
                    }
                }
                try await settle(reconciler)
                try await edit(scene, "c0", by: "rival")
                let writes = cluster.faults.count("PATCH", "*/configmaps/c0")
                var said = ""
                try await eventually("the fight is told") {
                    let outcome = await reconciler.pass(.commit)
                    said = outcome.objects.first { $0.id.name == "c0" }?.error ?? ""
                    return outcome.outcome == .degraded && said.contains("fight")
                }
                #expect(said.contains("rival") && said.contains("data.value"), "\(said)")
                // What another object needs is still done, and this one is left alone.
                try scene.commit(["c1.yaml": scene.configMap("c1", "2")])
                let next = await reconciler.pass(.commit)
                #expect(PassOutcome.counts(of: next.objects).configured == 1)
                #expect(cluster.faults.count("PATCH", "*/configmaps/c0") == writes)
                #expect(try await scene.liveConfigMap("c0")?.json["data"]?["value"]?.string == "by hand")
                // A new manifest of the object is a new word.
                try scene.commit(["c0.yaml": scene.configMap("c0", "3")])
                _ = await reconciler.pass(.commit)
                #expect(try await scene.liveConfigMap("c0")?.json["data"]?["value"]?.string == "3")
            }
            try await scene.checkPromises()
        }
    }
}
