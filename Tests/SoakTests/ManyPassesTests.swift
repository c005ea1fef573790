// SPDX-License-Identifier: Apache-2.0
import SceneKit
import SyncLoop
import SyncRecord
import Testing

/// Many passes over one project.
@Suite(.timeLimit(.minutes(10)))
struct ManyPassesTests {
    @Test func `a hundred commits in a row keep the promises`() async throws {
        try await withEmbeddedScene { scene, _ in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 4))
            for number in 0..<100 {
                try scene.commit(["c\(number % 4).yaml": scene.configMap("c\(number % 4)", "\(number)")])
                #expect(try await scene.sync().outcome == .succeeded)
            }
            try await scene.checkPromises(bystanders: bystanders)
        }
    }
}
