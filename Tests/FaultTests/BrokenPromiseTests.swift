// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
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
import Testing

/// Each clause of the shared check can fail: what it looks for is broken by hand, and it says so.
@Suite(.timeLimit(.minutes(5)))
struct BrokenPromiseTests {
    /// Everything that the check has against a scene.
    ///
    /// - Parameters:
    ///   - scene: The scene.
    ///   - bystanders: What was planted in it.
    ///   - breaking: Done between the last pass and the looking.
    /// - Returns: The issues, a line each.
    /// - Throws: Nothing that the check throws: that is an issue, too.
    private func issues(
        of scene: Scene,
        bystanders: Scene.Bystanders? = nil,
        breaking: () async throws -> Void = {}
    ) async throws -> String {
        let said = SceneLog()
        try await withKnownIssue {
            try await scene.checkPromises(bystanders: bystanders, breaking: breaking)
        } matching: { issue in
            said.add("\(issue)")
            return true
        }
        return said.text
    }

    /// A scene after its first pass, with two ConfigMaps and a Deployment.
    private func withSyncedScene(_ body: (Scene, EmbeddedCluster) async throws -> Void) async throws {
        try await withEmbeddedScene { scene, cluster in
            var files = scene.baseFiles(configMaps: 2)
            files["web.yaml"] = scene.deployment("web")
            try scene.commit(files)
            #expect(try await scene.sync().outcome == .succeeded)
            try await body(scene, cluster)
        }
    }

    @Test func `an object that is not as git says is seen`() async throws {
        try await withSyncedScene { scene, _ in
            let words = try await issues(of: scene) {
                try await scene.patch(CoreResources.configMaps, "c0", ["data": ["value": "by hand"]])
            }
            #expect(words.contains("is not as git says"), "\(words)")
        }
    }

    @Test func `an object that is gone is seen, and its place in the inventory too`() async throws {
        try await withSyncedScene { scene, _ in
            let words = try await issues(of: scene) { try await scene.remove(CoreResources.configMaps, "c0") }
            #expect(words.contains("is missing"), "\(words)")
            #expect(words.contains("in the inventory and not there"), "\(words)")
        }
    }

    @Test func `an object of ours that the inventory does not name is seen`() async throws {
        try await withSyncedScene { scene, _ in
            let stray = try KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": "stray", "namespace": .string(scene.namespace),
                    "labels": [ApplySet.partOfLabel: .string(scene.project.applySet.id)],
                ],
            ])
            let words = try await issues(of: scene) {
                _ = try await scene.client.apply(stray, to: CoreResources.configMaps, fieldManager: FieldManager.main)
            }
            #expect(words.contains("is ours and not so in the inventory"), "\(words)")
        }
    }

    @Test func `a creation, a change and a deletion of which no row tells are seen`() async throws {
        try await withSyncedScene { scene, _ in
            let account = try KubeObject([
                "apiVersion": "v1", "kind": "ServiceAccount",
                "metadata": ["name": "unannounced", "namespace": .string(scene.namespace)],
            ])
            let created = try await scene.operatorClient.create(
                account,
                in: CoreResources.serviceAccounts,
                fieldManager: FieldManager.main
            )
            _ = try await scene.operatorClient.patch(
                CoreResources.serviceAccounts,
                namespace: scene.namespace,
                name: "unannounced",
                type: .merge,
                body: ["automountServiceAccountToken": false],
                fieldManager: FieldManager.main
            )
            _ = try await scene.operatorClient.delete(
                CoreResources.serviceAccounts,
                namespace: scene.namespace,
                name: "unannounced",
                uid: created.object.uid ?? "",
                propagation: .background
            )
            let words = try await issues(of: scene)
            for method in ["POST", "PATCH", "DELETE"] {
                #expect(words.contains("no row for \(method)"), "\(words)")
            }
        }
    }

    @Test func `a deletion is seen although rows tell that the object was applied`() async throws {
        try await withSyncedScene { scene, _ in
            let live = try #require(try await scene.liveConfigMap("c0"))
            _ = try await scene.operatorClient.delete(
                CoreResources.configMaps,
                namespace: scene.namespace,
                name: "c0",
                uid: live.uid ?? "",
                propagation: .background
            )
            let words = try await issues(of: scene)
            #expect(words.contains("no row for DELETE"), "\(words)")
        }
    }

    @Test func `a row without an end is seen`() async throws {
        try await withSyncedScene { scene, _ in
            let id = ObjectID(group: "", kind: "ConfigMap", namespace: scene.namespace, name: "c0")
            let words = try await issues(of: scene) {
                let run = try await scene.history.begin(project: scene.project.name, trigger: .manual)
                let intent = MutationIntent(id: id, verb: .apply, reason: "it is never sent")
                _ = try await scene.history.journal(for: run).intend([intent])
            }
            #expect(words.contains("has no outcome"), "\(words)")
        }
    }

    @Test func `a changed row is seen`() async throws {
        try await withEmbeddedScene { scene, _ in
            let folder = "\(scene.folder)/changed"
            let history = try await History.open(folder: folder, mode: .operate)
            try scene.commit(scene.baseFiles(configMaps: 1))
            #expect(try await scene.with(history).sync().outcome == .succeeded)
            try await history.close()
            let file = URL(filePath: "\(folder)/history.sqlite")
            var bytes = try Data(contentsOf: file)
            let (author, other) = (Data("Ada Example".utf8), Data("Eve Example".utf8))
            try #require(bytes.firstRange(of: author) != nil)
            while let place = bytes.firstRange(of: author) { bytes.replaceSubrange(place, with: other) }
            try bytes.write(to: file)
            let changed = try await History.open(folder: folder, mode: .operate)
            let words = try await issues(of: scene.with(changed))
            #expect(words.contains("the audit chain is broken"), "\(words)")
            try await changed.close()
        }
    }

    @Test func `a bystander that was changed is seen`() async throws {
        try await withEmbeddedScene { scene, _ in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 1))
            #expect(try await scene.sync().outcome == .succeeded)
            let words = try await issues(of: scene, bystanders: bystanders) {
                try await scene.patch(CoreResources.configMaps, "bystander", ["data": ["whose": "ours"]])
            }
            #expect(words.contains("bystander was changed"), "\(words)")
        }
    }

    @Test func `a project that does not settle is seen`() async throws {
        try await withSyncedScene { scene, cluster in
            try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
            cluster.faults.add(
                FaultRule("PATCH", scene.path("c0"), .failure(status: 403, reason: "Forbidden", message: "never"))
            )
            let words = try await issues(of: scene)
            #expect(words.contains("does not settle"), "\(words)")
            #expect(words.contains("a second pass changes"), "\(words)")
        }
    }

    @Test func `a second pass that writes is seen`() async throws {
        try await withSyncedScene { scene, cluster in
            // Whenever the operator looks, somebody has just changed the object.
            cluster.faults.add(
                FaultRule(
                    "GET",
                    "*",
                    .meanwhile {
                        let value = JSON.string("by hand \(UUID().uuidString)")
                        try await scene.patch(CoreResources.configMaps, "c0", ["data": ["value": value]])
                    }
                )
            )
            let words = try await issues(of: scene)
            #expect(words.contains("a second pass writes"), "\(words)")
        }
    }

    @Test func `a rollout of which no row tells is seen`() async throws {
        try await withSyncedScene { scene, _ in
            let digest = JSON.string("sha256:" + String(repeating: "a", count: 64))
            let annotations: JSON = ["\(RolloutState.digestPrefix)web": digest]
            _ = try await scene.operatorClient.patch(
                CoreResources.deployments,
                namespace: scene.namespace,
                name: "web",
                type: .merge,
                body: ["spec": ["template": ["metadata": ["annotations": annotations]]]],
                fieldManager: FieldManager.rollout
            )
            let words = try await issues(of: scene)
            #expect(words.contains("no row for the rollout"), "\(words)")
            #expect(words.contains("was rolled out and no row tells of it"), "\(words)")
        }
    }

    @Test func `a secret in a file is seen`() async throws {
        try await withSyncedScene { scene, _ in
            let words = try await issues(of: scene) {
                try scene.canary.write(toFile: "\(scene.folder)/left.txt", atomically: true, encoding: .utf8)
            }
            #expect(words.contains("a secret was stored in left.txt"), "\(words)")
        }
    }
}
