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
import YAMLText

/// Kinds that came after this process has read the catalogue, and that the commit does not name.
@Suite(.timeLimit(.minutes(5)))
struct YoungKindTests {
    /// Somebody else defines the kind `Widget`.
    private func defineWidgets(_ scene: Scene) async throws {
        let definition = try scene.widgetDefinitionObject()
        _ = try await scene.client.create(definition, in: scene.definitions, fieldManager: "somebody")
        try await eventually("the kind is shown", within: .seconds(120)) {
            try await scene.client.discover().lookup(scene.widgets.gvk.groupKind) != .unknown
        }
    }

    @Test func `a list shows what goes along with a Namespace whatever its kind, and is not made anew while it waits`()
        async throws
    {
        try await withScene { scene in
            let more = "\(scene.namespace)-more"
            let space = "apiVersion: v1\nkind: Namespace\nmetadata: {name: \(more)}\n"
            try scene.commit(scene.baseFiles().merging(["more.yaml": space]) { $1 })
            let reconciler = try await scene.reconciler()
            #expect(await reconciler.pass(.manual).outcome == .succeeded)
            try await defineWidgets(scene)
            var late = try KubeObject(YAMLText.single(scene.widget("late")))
            late.json[["metadata", "namespace"]] = .string(more)
            _ = try await scene.client.create(late, in: scene.widgets, fieldManager: "somebody")
            try scene.commit(["more.yaml": nil])
            let first = await reconciler.pass(.manual)
            #expect(first.outcome == .held)
            let along = first.prune?.steps.flatMap { $0.contents?.objects.map(\.name) ?? [] } ?? []
            #expect(along.contains("late"), "\(along)")
            // The list that waits is the same one, and nobody asks again which kinds there are.
            scene.embedded?.faults.forgetRequests()
            let second = await reconciler.pass(.manual)
            let hash = try #require(second.hold?.hash)
            #expect(hash == first.hold?.hash)
            if let faults = scene.embedded?.faults { #expect(faults.count("GET", "/apis") == 0) }
            let hold = try #require(try await scene.history.state(of: scene.project.name).hold)
            _ = try await scene.history.approve(project: scene.project.name, hash: hold.hash, person: "ada")
            let done = await reconciler.pass(.approval)
            #expect(done.names(.pruned) == [more], "\(done.objects.compactMap(\.error))")
            try await scene.checkPromises()
        }
    }

    @Test func `after an inventory was lost, members of every kind are found`() async throws {
        try await withScene { scene in
            try scene.commit(scene.baseFiles())
            let reconciler = try await scene.reconciler()
            #expect(await reconciler.pass(.manual).outcome == .succeeded)
            try await defineWidgets(scene)
            // Another process applies an object of the kind.
            try scene.commit(["w.yaml": scene.widget("w")])
            #expect(try await scene.sync().names(.created) == ["w"])
            try scene.commit(["w.yaml": nil])
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
            let found = await reconciler.pass(.manual)
            #expect(found.prune?.steps.map(\.id.name) == ["w"], "\(found.failure?.message ?? "")")
            #expect(found.outcome == .held)
            #expect(try await scene.live(scene.widgets, "w") != nil)
            try await scene.checkPromises()
        }
    }
}
