// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import SyncSource
import TestKit
import Testing

/// What is deleted, when, and what never.
@Suite(.timeLimit(.minutes(5)))
struct PruneSyncTests {
    @Test func `a removed file deletes what it declared and nothing else`() async throws {
        try await withScene { scene in
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a"), "b.yaml": scene.configMap("b"),
            ])
            #expect(try await scene.sync().outcome == .succeeded)
            var foreign = try KubeObject(
                JSONParser.parse(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"foreign"}}"#)
            )
            foreign.json[["metadata", "namespace"]] = .string(scene.namespace)
            // A copied label does not make an object ours.
            foreign.json[["metadata", "labels", ApplySet.partOfLabel]] = .string(scene.project.applySet.id)
            _ = try await scene.client.create(foreign, in: CoreResources.configMaps, fieldManager: "somebody")
            try scene.commit(["b.yaml": nil])
            let outcome = try await scene.sync()
            #expect(outcome.objects.filter { $0.action == .pruned }.map(\.id.name) == ["b"])
            #expect(try await scene.liveConfigMap("a") != nil)
            #expect(try await scene.liveConfigMap("b") == nil)
            #expect(try await scene.liveConfigMap("foreign") != nil)
        }
    }

    @Test func `what pods may use is deleted only when the workloads beside it are healthy`() async throws {
        try await withScene { scene in
            let idle = scene.waitingDeployment("web").replacing("  selector:", with: "  replicas: 0\n  selector:")
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a"), "web.yaml": idle,
            ])
            _ = try await scene.sync { $0.healthTimeout = .seconds(60) }
            try scene.commit(["a.yaml": nil, "web.yaml": scene.waitingDeployment("web")])
            for _ in 0..<2 {
                let waiting = try await scene.sync { $0.healthTimeout = .seconds(2) }
                let error = waiting.objects.first { $0.id.name == "a" }?.error ?? ""
                let words = "Deployment.apps \(scene.namespace)/web is not through with its last change"
                #expect(error.contains(words), "\(error)")
                #expect(try await scene.liveConfigMap("a") != nil)
            }
            try scene.commit(["web.yaml": idle])
            let done = try await scene.sync { $0.healthTimeout = .seconds(60) }
            #expect(done.objects.filter { $0.action == .pruned }.map(\.id.name) == ["a"])
            #expect(try await scene.liveConfigMap("a") == nil)
        }
    }

    @Test func `while older pods may run the operator goes on quietly, and deletes what they used by itself`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            try await scene.whileWatching { reconciler, _ in
                try await eventually("all is well") { await reconciler.pass(.commit).outcome == .succeeded }
                try scene.commit(["a.yaml": nil, "web.yaml": scene.waitingDeployment("web")])
                let first = await reconciler.pass(.commit)
                #expect(first.objects.first { $0.id.name == "a" }?.action == .skipped)
                #expect(first.outcome == .degraded, "what git no longer declares is still there")
                try await eventually("nothing new is to be told") { await reconciler.pass(.commit).run == nil }
                try await scene.expectDeletion(of: "a", onceScaledDown: "web", by: reconciler)
            }
        }
    }

    @Test func `what a person said yes to waits quietly for older pods, and is deleted after them`() async throws {
        try await withScene { scene in
            var files: [String: String?] = ["ns.yaml": scene.namespaceManifest]
            for index in 0..<8 { files["c\(index).yaml"] = scene.configMap("c\(index)") }
            try scene.commit(files)
            try await scene.whileWatching { reconciler, _ in
                try await eventually("all is well") { await reconciler.pass(.commit).outcome == .succeeded }
                var next = Dictionary(uniqueKeysWithValues: (0..<6).map { ("c\($0).yaml", String?.none) })
                next["web.yaml"] = scene.waitingDeployment("web")
                try scene.commit(next)
                #expect(await reconciler.pass(.commit).hold != nil)
                let hold = try #require(try await scene.history.state(of: scene.project.name).hold)
                _ = try await scene.history.approve(project: scene.project.name, hash: hold.hash, person: "ada")
                let first = await reconciler.pass(.approval)
                #expect(first.outcome == .degraded && first.hold == nil, "it waits for pods, and not for a person")
                try await eventually("nothing new is to be told") { await reconciler.pass(.commit).run == nil }
                #expect(await reconciler.pass(.commit).run == nil)
                try await scene.expectDeletion(of: "c0", onceScaledDown: "web", by: reconciler)
            }
        }
    }

    @Test func `too much at once waits for approval of exactly that`() async throws {
        try await withScene { scene in
            var files: [String: String?] = ["ns.yaml": scene.namespaceManifest]
            for index in 0..<10 { files["c\(index).yaml"] = scene.configMap("c\(index)") }
            try scene.commit(files)
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(Dictionary(uniqueKeysWithValues: (0..<6).map { ("c\($0).yaml", String?.none) }))
            let held = try await scene.sync()
            #expect(held.outcome == .held)
            #expect(try await scene.liveConfigMap("c0") != nil)
            let hold = try #require(try await scene.history.state(of: scene.project.name).hold)
            #expect(hold.objects.count == 6)
            #expect(hold.reasons.contains { $0.contains("6 of 11 objects") })
            // An approval of one list is good for no other.
            _ = try await scene.history.approve(project: scene.project.name, hash: hold.hash, person: "ada")
            try scene.commit(["c6.yaml": nil])
            #expect(try await scene.sync().outcome == .held)
            #expect(try await scene.liveConfigMap("c0") != nil)
            let other = try #require(try await scene.history.state(of: scene.project.name).hold)
            #expect(other.hash != hold.hash)
            _ = try await scene.history.approve(project: scene.project.name, hash: other.hash, person: "ada")
            let done = try await scene.sync()
            #expect(done.outcome == .succeeded)
            #expect(done.objects.filter { $0.action == .pruned }.count == 7)
            #expect(try await scene.liveConfigMap("c7") != nil)
            // Whose yes it was stands in the history.
            let number = try #require(done.run?.id)
            let writes = try #require(try await scene.history.detail(number)).mutations
            let deletions = writes.filter { $0.verb == .delete }
            #expect(deletions.count == 7 && deletions.allSatisfy { $0.reason.hasSuffix(", approved by ada") })
            #expect(writes.filter { $0.verb == .order }.map(\.reason) == ["the approval by ada was used"])
        }
    }

    @Test func `a second sync of the same commit holds what the first has held, for the same reason`() async throws {
        try await withScene { scene in
            var files: [String: String?] = ["ns.yaml": scene.namespaceManifest]
            for index in 0..<20 { files["c\(index).yaml"] = scene.configMap("c\(index)") }
            try scene.commit(files)
            #expect(try await scene.sync().outcome == .succeeded)
            var next = Dictionary(uniqueKeysWithValues: (0..<7).map { ("c\($0).yaml", String?.none) })
            for index in 0..<12 { next["d\(index).yaml"] = scene.configMap("d\(index)") }
            try scene.commit(next)
            let first = try await scene.sync()
            let second = try await scene.sync()
            for held in [first, second] {
                #expect(held.outcome == .held)
                #expect(held.hold?.reasons.first?.hasPrefix("7 of 21 objects would be deleted") == true)
            }
            #expect(first.hold?.hash == second.hold?.hash)
            #expect(try await scene.liveConfigMap("c0") != nil)
            let firstWrites = try await scene.writes(of: first)
            #expect(firstWrites.filter { $0.verb == .order }.count == 1)
            let secondWrites = try await scene.writes(of: second)
            #expect(!secondWrites.contains { $0.verb == .order })
            // What is left over ends, and so does what it was judged of.
            try scene.commit(
                Dictionary(uniqueKeysWithValues: (0..<7).map { ("c\($0).yaml", scene.configMap("c\($0)")) })
            )
            #expect(try await scene.sync().outcome == .succeeded)
            #expect(try await scene.inventory().pruneBase == nil)
        }
    }

    @Test func `a prune that was blocked is judged of what there was before`() async throws {
        try await withScene { scene in
            var files: [String: String?] = ["ns.yaml": scene.namespaceManifest]
            for index in 0..<10 { files["c\(index).yaml"] = scene.configMap("c\(index)") }
            try scene.commit(files)
            #expect(try await scene.sync().outcome == .succeeded)
            var foreign = try KubeObject(
                JSONParser.parse(#"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"foreign"}}"#)
            )
            foreign.json[["metadata", "namespace"]] = .string(scene.namespace)
            foreign.json[["metadata", "labels", ApplySet.partOfLabel]] = "applyset-of-somebody-else-v1"
            _ = try await scene.client.create(foreign, in: CoreResources.configMaps, fieldManager: "somebody")
            var next = Dictionary(uniqueKeysWithValues: (0..<6).map { ("c\($0).yaml", String?.none) })
            for index in 0..<40 { next["d\(index).yaml"] = scene.configMap("d\(index)") }
            next["foreign.yaml"] = scene.configMap("foreign")
            try scene.commit(next)
            let blocked = try await scene.sync()
            guard case .blocked = blocked.prune?.verdict else {
                Issue.record("it is not blocked: \(String(describing: blocked.prune?.verdict))")
                return
            }
            #expect(try await scene.liveConfigMap("d39") != nil)
            _ = try await scene.client.patch(
                CoreResources.configMaps,
                namespace: scene.namespace,
                name: "foreign",
                type: .merge,
                body: ["metadata": ["labels": [ApplySet.partOfLabel: .null]]],
                fieldManager: "somebody"
            )
            let held = try await scene.sync()
            #expect(held.outcome == .held)
            #expect(
                held.hold?.reasons.first?.hasPrefix("6 of 11 objects would be deleted") == true,
                "\(held.hold?.reasons ?? [])"
            )
            for index in 0..<10 { #expect(try await scene.liveConfigMap("c\(index)") != nil) }
        }
    }

    @Test func `an owner stays after our own write of what it owns`() async throws {
        try await withScene { scene in
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "owner.yaml": scene.configMap("owner"),
                "owned.yaml": scene.configMap("owned"),
            ])
            try await scene.whileWatching { reconciler, _ in
                try await eventually("all is well") { await reconciler.pass(.commit).outcome == .succeeded }
                let owner = try #require(try await scene.liveConfigMap("owner")?.uid)
                let reference: JSON = ["apiVersion": "v1", "kind": "ConfigMap", "name": "owner", "uid": .string(owner)]
                _ = try await scene.client.patch(
                    CoreResources.configMaps,
                    namespace: scene.namespace,
                    name: "owned",
                    type: .merge,
                    body: ["metadata": ["ownerReferences": [reference]]],
                    fieldManager: "somebody"
                )
                try scene.commit(["owned.yaml": scene.configMap("owned", "2")])
                try await eventually("the owned object is written") {
                    _ = await reconciler.pass(.commit)
                    return try await scene.liveConfigMap("owned")?.json["data"] == ["value": "2"]
                }
                try scene.commit(["owner.yaml": nil])
                let outcome = await reconciler.pass(.commit)
                #expect(outcome.prune?.kept.map(\.id.name) == ["owner"])
                #expect(try await scene.liveConfigMap("owner") != nil)
            }
        }
    }

    @Test func `another repository under the same project name deletes nothing without a person`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            #expect(try await scene.sync().outcome == .succeeded)
            let other = try GitFolder(at: URL(filePath: "\(scene.folder)/other.git"))
            _ = try other.commit(["infra/b.yaml": scene.configMap("b")])
            let outcome = try await scene.sync { project in
                project.source = .init(url: other.path, ref: .branch("main"), path: "infra")
            }
            #expect(outcome.outcome == .held)
            #expect(try await scene.liveConfigMap("a") != nil)
            let hold = try #require(try await scene.history.state(of: scene.project.name).hold)
            #expect(hold.reasons.contains { $0.contains("the objects came from \(scene.git.path)#infra") })
        }
    }

    @Test func `a move whose new object is refused deletes nothing`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            #expect(try await scene.sync().outcome == .succeeded)
            let moved = scene.configMap("a").replacing(
                "namespace: \(scene.namespace)",
                with: "namespace: \(scene.namespace)-typo"
            )
            try scene.commit(["a.yaml": moved])
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .degraded)
            #expect(try await scene.liveConfigMap("a") != nil)
            try scene.commit(["a.yaml": scene.configMap("b")])
            #expect(try await scene.sync().objects.filter { $0.action == .pruned }.map(\.id.name) == ["a"])
        }
    }

    @Test func `a namespace stays as long as declared objects live in it`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["ns.yaml": nil])
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded)
            #expect(outcome.prune?.kept.map(\.reason) == ["it holds objects that are declared"])
            #expect(try await scene.liveConfigMap("a") != nil)
        }
    }

    @Test func `an object that asks to be kept is kept`() async throws {
        try await withScene { scene in
            let kept = scene.configMap("kept", annotations: "sternpost.dev/prune: disabled")
            try scene.commit(["ns.yaml": scene.namespaceManifest, "kept.yaml": kept])
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["kept.yaml": nil])
            #expect(try await scene.sync().outcome == .succeeded)
            #expect(try await scene.liveConfigMap("kept") != nil)
        }
    }

    @Test func `a project never touches what another project owns`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            #expect(try await scene.sync().outcome == .succeeded)
            let second = try await scene.sync { $0.name = "\($0.name)-two" }
            #expect(
                second.objects.allSatisfy {
                    $0.action == .failed && $0.error?.contains("the project \(scene.project.name)") == true
                }
            )
            #expect(second.objects.count == 2)
        }
    }
}

extension Scene {
    /// What a pass wrote, in order.
    fileprivate func writes(of outcome: PassOutcome) async throws -> [RecordedMutation] {
        let number = try #require(outcome.run?.id)
        return try #require(try await history.detail(number)).mutations
    }

    /// A ConfigMap is there as long as the Deployment wants pods, and is deleted once it wants none.
    fileprivate func expectDeletion(
        of configMap: String,
        onceScaledDown deployment: String,
        by reconciler: ProjectReconciler
    ) async throws {
        #expect(try await liveConfigMap(configMap) != nil)
        _ = try await client.patch(
            CoreResources.deployments,
            namespace: namespace,
            name: deployment,
            type: .merge,
            body: ["spec": ["replicas": 0]],
            fieldManager: "scaler"
        )
        try await eventually("what they used is deleted") {
            _ = await reconciler.pass(.commit)
            return try await liveConfigMap(configMap) == nil
        }
    }

    /// A Deployment whose pods find no node. How many there are is not git's.
    fileprivate func waitingDeployment(_ name: String) -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: \(name), namespace: \(namespace)}
        spec:
          selector: {matchLabels: {app: \(name)}}
          template:
            metadata: {labels: {app: \(name)}}
            spec:
              nodeSelector: {example.com/node: nowhere}
              containers: [{name: web, image: "registry.example.com/web:1"}]

        """
    }
}
