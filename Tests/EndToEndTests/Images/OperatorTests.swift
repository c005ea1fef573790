// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncImages
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// The real binary follows images: `sternpost run` and `sternpost images`, stopped, started and killed.
@Suite(.timeLimit(.minutes(5)), .sharedRegistry)
struct OperatorTests {
    private func options(_ images: ImageScene, crashAt place: String? = nil) -> Scene.OperatorOptions {
        var options = Scene.OperatorOptions()
        options.spec = ["images: {interval: 10s, registries: [{host: \"\(images.registry.host)\"}]}"]
        options.healthTimeout = "60s"
        if let place { options.environment["STERNPOST_CRASH_AT"] = place }
        return options
    }

    /// Runs `sternpost images …` on an operator's data folder.
    private func command(_ images: ImageScene, _ words: [String]) async throws -> Tool.Result {
        let folder = images.scene.dataFolder(of: "operator")
        let isOrder = ["hold", "release"].contains(words.first)
        if isOrder { return try await SceneTool(images.scene, dataFolder: folder).command(["images"] + words) }
        return try await SceneTool(images.scene).start(["images"] + words + ["--data-dir", folder]).end()
    }

    @Test func `the operator rolls a push out within an interval, makes up for a missed one, and obeys orders`()
        async throws
    {
        try await withImageScene { images in
            let old = try await images.push("app", "1")
            try images.scene.commit([
                "ns.yaml": images.scene.namespaceManifest, "web.yaml": images.deployment("web", images.image("app")),
            ])
            let (project, folder) = (images.scene.project.name, images.scene.dataFolder(of: "operator"))
            func state() throws -> ImageState? { try ImageBoard.read(folder: folder)?[project]?.rows.first?.state }
            try await images.scene.withOperator(options: options(images)) { process in
                try await eventually("the operator has seen the image") { try state() == .current }
                try await images.runs("Deployment", "web", old.digest)
                let new = try await images.push("app", "2")
                // One interval, and the time that a pod takes.
                try await images.runs("Deployment", "web", new.digest, within: .seconds(30))
                try await images.completed("Deployment", "web", new.digest)
                try await eventually("the board shows it") { try state() == .current }
                let list = try await command(images, ["-o", "json"])
                #expect(list.status == 0, "\(list.output) \(list.errors)")
                let row = try JSONParser.parse(list.output).array?.first
                #expect(row?["state"] == "current" && row?["lastResult"] == "completed")
                #expect(row?["registry"]?.string == new.digest && row?["running"] == [.string(new.digest)])
                process.send(SIGTERM)
                #expect(try await process.ending() == .status(0))
            }
            let missed = try await images.push("app", "3")
            try await images.scene.withOperator(options: options(images)) { process in
                try await images.completed("Deployment", "web", missed.digest)
                try await images.runs("Deployment", "web", missed.digest)
                let hold = try await command(images, ["hold", "deployment/web", "--reason", "release day"])
                #expect(hold.status == 0, "\(hold.errors)")
                let again = try await command(images, ["hold", "deployment/web", "--reason", "another"])
                #expect(again.status == 0 && again.output.contains(" was held already by "), "\(again)")
                #expect(again.output.hasSuffix(": release day\n"), "\(again.output)")
                try await images.push("app", "4")
                try await eventually("it is held") { try state() == .held }
                let table = try await command(images, [])
                #expect(table.output.contains("held"), "\(table.output) \(table.errors)")
                let revision = try await images.revision("Deployment", "web")
                #expect(try await command(images, ["release", "deployment/web"]).status == 0)
                try await eventually("it is released") {
                    try await images.revision("Deployment", "web") == revision + 1
                }
                try await eventually("the rollout is over") { try state() == .current }
                let released = try await command(images, ["release", "deployment/web"])
                #expect(released.status == 0 && released.output.contains(" was not held: "), "\(released)")
                process.send(SIGTERM)
                #expect(try await process.ending() == .status(0))
            }
            #expect(try await images.revision("Deployment", "web") == 4)
            #expect(try await images.scene.hasIntactChain("operator"))
            let rollouts = try await images.scene.runs(of: "operator").filter { $0.run.trigger == .image }
            #expect(rollouts.map(\.run.outcome) == [.succeeded, .succeeded, .succeeded])
            try await images.scene.checkPromises(hasOtherHistories: true)
        }
    }

    @Test(arguments: ["after-rollout-intent", "after-rollout"])
    func `a death around a rollout's patch makes neither two restarts nor none`(_ place: String) async throws {
        try await withImageScene { images in
            try await images.push("app", "1")
            try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))], healthy: ["web"])
            let before = try await images.revision("Deployment", "web")
            let new = try await images.push("app", "2")
            try await images.scene.withOperator(options: options(images, crashAt: place)) { process in
                let ending = try await process.ending()
                #expect(ending == .status(137), "\(process.text)")
            }
            let marks = RolloutMarks(try await images.live("Deployment", "web"))
            #expect((marks.restartedAt != nil) == (place == "after-rollout"))
            try await SceneTool(images.scene).buryLease()
            try await images.scene.withOperator(options: options(images)) { process in
                try await images.completed("Deployment", "web", new.digest)
                try await images.runs("Deployment", "web", new.digest)
                process.send(SIGTERM)
                #expect(try await process.ending() == .status(0))
            }
            #expect(try await images.revision("Deployment", "web") == before + 1, "exactly one restart")
            #expect(try await images.scene.hasIntactChain("operator"))
            let rollouts = try await images.scene.runs(of: "operator").filter { $0.run.trigger == .image }
            #expect(rollouts.map(\.run.outcome) == [.unknown, .succeeded])
            let mutations = rollouts.flatMap(\.mutations)
            #expect(mutations.first?.ending == .unknown)
            #expect(mutations.dropFirst().allSatisfy { $0.ending == .done })
            try await images.scene.checkPromises(hasOtherHistories: true)
        }
    }
}
