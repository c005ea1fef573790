// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncLoop
import SyncRecord
import Testing

/// The shared check itself: it passes when all is well, and sees what it must see.
@Suite(.timeLimit(.minutes(2)))
struct PromiseCheckTests {
    @Test func `a plain sync keeps the promises`() async throws {
        try await withEmbeddedScene { scene, _ in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 4))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["c0.yaml": nil, "c1.yaml": scene.configMap("c1", "2")])
            #expect(try await scene.sync().outcome == .succeeded)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `a lost bystander is seen`() async throws {
        try await withEmbeddedScene { scene, _ in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 1))
            #expect(try await scene.sync().outcome == .succeeded)
            let live = try #require(try await scene.liveConfigMap("bystander"))
            _ = try await scene.client.delete(
                CoreResources.configMaps,
                namespace: scene.namespace,
                name: "bystander",
                uid: live.uid ?? "",
                propagation: .background
            )
            try await withKnownIssue {
                try await scene.checkPromises(bystanders: bystanders)
            } matching: { issue in
                "\(issue)".contains("bystander")
            }
        }
    }

    @Test func `a secret in the log is seen`() async throws {
        try await withEmbeddedScene { scene, _ in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 1))
            #expect(try await scene.sync().outcome == .succeeded)
            scene.log.add("the password is \(scene.canary)")
            try await withKnownIssue {
                try await scene.checkPromises(bystanders: bystanders)
            } matching: { issue in
                "\(issue)".contains("a secret was said")
            }
        }
    }
}
