// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import OCIRegistry
import SceneKit
import SyncImages
import SyncLoop
import SyncPlan
import TestKit
import Testing

/// One poll per image, however many workloads use it.
@Suite(.timeLimit(.minutes(5)), .sharedRegistry)
struct ManyImagesTests {
    @Test func `500 workloads on 50 images cost at most 50 HEAD requests a poll`() async throws {
        try await withImageScene(isEmbeddedOnly: true) { images in
            let tags = (0..<50).map { "edge-\($0)" }
            try await images.push("app", "1")
            try await images.addTags(tags, to: "app")
            var files: [String: String?] = [:]
            for (index, tag) in tags.enumerated() {
                let image = images.image("app", tag: tag)
                files["\(tag).yaml"] = (0..<10).map { number in
                    images.deployment("w\(index)-\(number)", image) {
                        $0.replicas = index == 0 ? 1 : 0
                        $0.pullPolicy = "Always"
                    }
                }.joined(separator: "---\n")
            }
            let running = (0..<10).map { "w0-\($0)" }
            try await images.deploy(files, healthy: running)
            // Each look reads 500 objects; the cluster is in this process, and needs time, too.
            try await images.following(
                watching: .seconds(2),
                edit: { project in
                    project.healthTimeout = .seconds(120)
                    project.images.interval = .seconds(600)
                    project.images.tags = TagPattern("edge-*").map { [$0] } ?? []
                    project.images.maxConcurrent = 100
                }
            ) { following in
                for name in running { try await following.shows(name, .current) }
                try await following.shows("w49-9", .idle)
                func heads() -> Int { following.client.statistics.byRegistry[images.registry.host]?.heads ?? 0 }
                try await eventually("every image has been asked for") { heads() >= 50 }
                try await eventually("all are shown") {
                    following.board.all.values.flatMap(\.rows).count { $0.state == .idle } == 490
                }
                let before = following.client.statistics
                let (asked, logged) = (heads(), images.registry.requests.count { $0.hasPrefix("HEAD") })
                await following.poller.pollNow()
                try await eventually("all were polled again") { heads() == asked + 50 }
                try await following.shows("w49-9", .idle)
                let after = following.client.statistics
                #expect(after.total - before.total == 50, "one HEAD an image, and nothing else")
                // The registry writes its log after it has answered.
                try await eventually("the registry counts the same") {
                    images.registry.requests.count { $0.hasPrefix("HEAD") } - logged == 50
                }

                // A new digest is read once, and its ten workloads roll out.
                let new = try await images.push("app", "2", tag: "edge-0")
                await following.poller.pollNow()
                for name in running {
                    try await images.completed("Deployment", name, new.digest, within: .seconds(120))
                }
                #expect(heads() == asked + 100)
            }
            for name in running { #expect(try await images.revision("Deployment", name) == 2) }
            #expect(try await images.revision("Deployment", "w1-0") == 1)
            try await images.scene.checkPromises()
        }
    }
}
