// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import Testing

/// The loss of an inventory is told when it is found, and not only once something is held because of it.
@Suite(.timeLimit(.minutes(5)))
struct LostInventoryNoteTests {
    private func loseInventory(_ scene: Scene) async throws {
        let (space, name) = (scene.project.namespace, "sternpost-\(scene.project.name)")
        let inventory = try await scene.client.get(CoreResources.secrets, namespace: space, name: name)
        let uid = try #require(inventory?.uid)
        _ = try await scene.client.delete(
            CoreResources.secrets,
            namespace: space,
            name: name,
            uid: uid,
            propagation: .background
        )
    }

    @Test func `that an inventory was lost is told by a diff, by the next sync and in the history, and once`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            let reconciler = try await scene.reconciler()
            let first = await reconciler.pass(.manual)
            #expect(
                first.outcome == .succeeded && first.carriedOut?.lostInventory == nil,
                "a new project has lost none"
            )
            try await loseInventory(scene)
            let told = "is missing or empty: 2 objects of this project were found again"
            let foreseen = try await reconciler.preparer.prepare(marks: [:], residualKey: .ephemeral)
            #expect(foreseen.lostInventory?.contains(told) == true, "\(foreseen.lostInventory ?? "nothing")")
            let found = await reconciler.pass(.manual)
            #expect(found.outcome == .succeeded)
            #expect(found.carriedOut?.lostInventory == foreseen.lostInventory)
            let run = try #require(found.run?.id)
            let messages = try #require(try await scene.history.detail(run)).messages
            #expect(messages.contains { $0.contains(told) }, "\(messages)")
            #expect(await reconciler.pass(.manual).carriedOut?.lostInventory == nil)
        }
    }
}
