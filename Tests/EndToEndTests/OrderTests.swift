// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SceneKit
import SyncApply
import SyncImages
import SyncLook
import SyncLoop
import SyncRecord
import TestKit
import Testing

/// Orders stand in the cluster: an operator obeys them whatever data folder it has, also one that never heard of them.
@Suite(.timeLimit(.minutes(5)), .sharedRegistry)
struct OrderTests {
    private func options(_ images: ImageScene) -> Scene.OperatorOptions {
        var options = Scene.OperatorOptions()
        options.spec = ["images: {interval: 10s, registries: [{host: \"\(images.registry.host)\"}]}"]
        options.healthTimeout = "60s"
        return options
    }

    /// Gives an order from an operator's data folder.
    private func order(_ images: ImageScene, from name: String, _ words: [String]) async throws {
        let scene = images.scene
        let result = try await SceneTool(scene, dataFolder: scene.dataFolder(of: name)).command(words)
        #expect(result.status == 0 && result.errors.isEmpty, "\(result.output) \(result.errors)")
    }

    @Test func `a suspension given elsewhere stops syncs and image rollouts until it is ended`() async throws {
        try await withImageScene { images in
            let scene = images.scene
            let old = try await images.push("app", "1")
            let web = images.deployment("web", images.image("app"))
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "web.yaml": web, "c.yaml": scene.configMap("c", "1"),
            ])
            try await scene.withOperator("first", options: options(images)) { process in
                try await images.runs("Deployment", "web", old.digest)
                try await scene.isSynced("c", "1")
                process.send(SIGTERM)
                #expect(try await process.ending() == .status(0))
            }
            let words = [scene.project.name, "-n", scene.project.namespace]
            try await order(images, from: "first", ["suspend"] + words + ["--reason", "moving house"])
            let new = try await images.push("app", "2")
            try scene.commit(["c.yaml": scene.configMap("c", "2")])
            let revision = try await images.revision("Deployment", "web")
            try await scene.withOperator("second", options: options(images)) { process in
                try await scene.leader()
                // Long enough for many polls of git, and for a look at the images of which the second would roll out.
                try await Task.sleep(for: .seconds(15))
                #expect(try await scene.liveConfigMap("c")?.json["data"]?["value"] == "1")
                #expect(try await images.revision("Deployment", "web") == revision)
                try await order(images, from: "first", ["resume"] + words)
                try await scene.isSynced("c", "2")
                try await images.completed("Deployment", "web", new.digest)
                process.send(SIGTERM)
                #expect(try await process.ending() == .status(0))
            }
            try await scene.checkPromises(hasOtherHistories: true)
        }
    }

    @Test func `a hold of a workload's images given elsewhere is obeyed, and so is its release`() async throws {
        try await withImageScene { images in
            let scene = images.scene
            let old = try await images.push("app", "1")
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "web.yaml": images.deployment("web", images.image("app")),
            ])
            func state(_ name: String) throws -> ImageState? {
                try ImageBoard.read(folder: scene.dataFolder(of: name))?[scene.project.name]?.rows.first?.state
            }
            try await scene.withOperator("first", options: options(images)) { process in
                try await images.runs("Deployment", "web", old.digest)
                try await eventually("the first operator has seen it") { try state("first") == .current }
                process.send(SIGTERM)
                #expect(try await process.ending() == .status(0))
            }
            try await order(images, from: "first", ["images", "hold", "deployment/web", "--reason", "release day"])
            let new = try await images.push("app", "2")
            let revision = try await images.revision("Deployment", "web")
            try await scene.withOperator("second", options: options(images)) { process in
                try await eventually("the second operator knows that it is held") { try state("second") == .held }
                #expect(try await images.revision("Deployment", "web") == revision)
                try await order(images, from: "first", ["images", "release", "deployment/web"])
                try await images.completed("Deployment", "web", new.digest)
                process.send(SIGTERM)
                #expect(try await process.ending() == .status(0))
            }
            try await scene.checkPromises(hasOtherHistories: true)
        }
    }

    @Test func `a prune that waits is approved from a folder that never saw it, and a yes ends with its list`()
        async throws
    {
        try await withScene { scene in
            let (first, second) = (try SceneTool(scene), try SceneTool(scene))
            let store = OrderStore(client: scene.client, applySet: scene.project.applySet)
            var files: [String: String?] = ["ns.yaml": scene.namespaceManifest]
            for index in 0..<8 { files["c\(index).yaml"] = scene.configMap("c\(index)") }
            try scene.commit(files)
            #expect(try await first.sync().status == 0)
            for isWanted in [false, true] {
                // Nothing but deletions, so that the hold is all that the pass has to write.
                try scene.commit(Dictionary(uniqueKeysWithValues: (0..<7).map { ("c\($0).yaml", String?.none) }))
                #expect(try await first.sync().status == 1)
                let held = try #require(try await store.read()?.held)
                #expect(held.count == 7 && held.objects.count == 7)
                let status = try await second.command(["status", "-n", scene.project.namespace])
                #expect(status.status != 0 || !status.output.contains("in step"), "\(status.output)")
                let words = [
                    scene.project.name, "-n", scene.project.namespace, "--hash", PruneHold.approvalHash(held.hash),
                ]
                let approved = try await second.command(["approve"] + words)
                #expect(approved.status == 0 && approved.output.contains("7 objects"), "\(approved)")
                if !isWanted { try scene.commit(files) }
                let result = try await first.sync()
                #expect(result.status == 0, "\(result.output) \(result.errors)")
                #expect(try await (scene.liveConfigMap("c0") == nil) == isWanted)
                let left = try await store.read()
                #expect(left?.held == nil && left?.approval.word == nil)
            }
            try await scene.checkPromises(hasOtherHistories: true)
        }
    }
}
