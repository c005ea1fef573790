// SPDX-License-Identifier: Apache-2.0
import Foundation
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

/// A real process of the real binary dies at each place between two steps of a pass; the next pass must put all right.
@Suite(.timeLimit(.minutes(10)))
struct CrashedSyncTests {
    /// The places that a pass which creates, changes and prunes comes by.
    static let places =
        CrashPoint.allCases.map(\.rawValue).filter { !$0.contains("recreate") && !$0.contains("takeover") }
        + ["after-apply:3", "after-prune:2"]

    @Test(arguments: places)
    func `P1: a death between two steps neither orphans nor wrongly deletes`(_ place: String) async throws {
        try await withScene { scene in
            var files: [String: String?] = ["ns.yaml": scene.namespaceManifest]
            for index in 0..<8 { files["k\(index).yaml"] = scene.configMap("k\(index)") }
            for name in ["x1", "y1", "z1"] { files["\(name).yaml"] = scene.configMap(name) }
            try scene.commit(files)
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit([
                "x1.yaml": scene.configMap("x1", "2"), "y1.yaml": nil, "z1.yaml": nil, "v1.yaml": scene.configMap("v1"),
                "w1.yaml": scene.configMap("w1"),
            ])
            let tool = try SceneTool(scene)
            let died = try await tool.sync(environment: ["STERNPOST_CRASH_AT": place])
            #expect(died.status == 137 && !died.isKilled, "\(place) was not met: \(died.errors)")
            try await tool.buryLease()
            let lived = try await tool.sync()
            #expect(lived.status == 0, "\(lived.output) \(lived.errors)")

            let selector = "\(ApplySet.partOfLabel)=\(scene.project.applySet.id)"
            let live = try await scene.client.list(
                CoreResources.configMaps,
                namespace: scene.namespace,
                labelSelector: selector
            ).objects
            #expect(live.map(\.name).sorted() == (0..<8).map { "k\($0)" } + ["v1", "w1", "x1"])
            #expect(live.first { $0.name == "x1" }?.json["data"] == ["value": "2"])

            // The inventory holds exactly what there is, and the history knows that something ended unfinished.
            let inventory = try await scene.inventory()
            #expect(inventory.members.count == live.count + 1)
            #expect(inventory.members.values.allSatisfy { $0.uid != nil })
            let (outcomes, verdict) = try await tool.reading { history in
                (try await history.runs(project: scene.project.name).map(\.outcome), try await history.verify())
            }
            let ofTheDead: [RunOutcome]
            switch place {
            case "after-plan": ofTheDead = []
            case "after-finish": ofTheDead = [.succeeded]
            default: ofTheDead = [.unknown]
            }
            #expect(outcomes == [.succeeded] + ofTheDead)
            guard case .intact = verdict else {
                Issue.record("the chain is broken")
                return
            }
        }
    }

    @Test(arguments: ["after-apply:20", "after-wave", "before-narrow", "after-narrow"])
    func `a prune that is held stays held after a death, whatever the same commit has added`(
        _ place: String
    ) async throws {
        try await withScene { scene in
            var files: [String: String?] = ["ns.yaml": scene.namespaceManifest]
            for index in 0..<10 { files["c\(index).yaml"] = scene.configMap("c\(index)") }
            try scene.commit(files)
            #expect(try await scene.sync().outcome == .succeeded)
            var next = Dictionary(uniqueKeysWithValues: (0..<6).map { ("c\($0).yaml", String?.none) })
            for index in 0..<40 { next["d\(index).yaml"] = scene.configMap("d\(index)") }
            try scene.commit(next)
            let first = try SceneTool(scene)
            let died = try await first.sync(environment: ["STERNPOST_CRASH_AT": place])
            #expect(died.status == 137 && !died.isKilled, "\(place) was not met: \(died.errors)")
            try await first.buryLease()
            // Another data folder knows only what the cluster says.
            let second = try SceneTool(scene)
            let lived = try await second.sync()
            #expect(lived.status == 1, "\(lived.output) \(lived.errors)")
            for index in 0..<10 { #expect(try await scene.liveConfigMap("c\(index)") != nil) }
            let hold = try await second.reading { try await $0.state(of: scene.project.name).hold }
            #expect(
                hold?.reasons.first?.hasPrefix("6 of 11 objects would be deleted") == true,
                "\(hold?.reasons ?? [])"
            )
        }
    }
}
