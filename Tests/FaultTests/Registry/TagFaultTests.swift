// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncImages
import SyncLoop
import SyncPlan
import TestKit
import Testing

/// Tags that vanish, go back, or point to what a restart would not bring.
@Suite(.timeLimit(.minutes(5)), .sharedRegistry)
struct TagFaultTests {
    @Test func `R3: of a deleted tag the workload goes on to run, and a new push rolls out`() async throws {
        try await withImageScene { images in
            let old = try await images.push("app", "1")
            try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))], healthy: ["web"])
            let before = RolloutMarks(try await images.live("Deployment", "web"))
            try await images.following { following in
                try await following.shows("web", .current)
                try await images.deleteManifest(old.digest, of: "app")
                let row = try await following.shows("web", .missing)
                #expect(row.detail.text.contains("no such tag"), "\(row.detail)")
                try await following.polls(2, of: "web")
                #expect(RolloutMarks(try await images.live("Deployment", "web")) == before)
                #expect(try await images.running("web") == [old.digest])
                let new = try await images.push("app", "2")
                try await images.completed("Deployment", "web", new.digest)
            }
            try await images.scene.checkPromises()
        }
    }

    @Test(arguments: [true, false])
    func `R4: an index is compared whole, whichever of its digests the pods show`(showsPlatform: Bool) async throws {
        try await withImageScene { images in
            await images.node.images.reportPlatforms(showsPlatform)
            let platforms = ["linux/arm64", "linux/amd64"]
            let old = try await images.push("app", "1", platforms: platforms)
            try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))], healthy: ["web"])
            #expect(try await images.running("web") == [showsPlatform ? old.platformDigests[1] : old.digest])
            let before = RolloutMarks(try await images.live("Deployment", "web"))
            try await images.following { following in
                try await following.shows("web", .current)
                try await following.polls(2, of: "web")
                #expect(RolloutMarks(try await images.live("Deployment", "web")) == before)
                let new = try await images.push("app", "2", platforms: platforms)
                try await images.completed("Deployment", "web", new.digest)
                try await images.runs("Deployment", "web", showsPlatform ? new.platformDigests[1] : new.digest)
            }
            // A bad one is still undone to the digest that the tag had.
            try await images.scene.checkPromises()
        }
    }

    @Test func `R5: an index that differs in its attestation alone restarts nothing`() async throws {
        try await withImageScene { images in
            let old = try await images.push("app", "1", attestation: "built on Monday")
            try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))], healthy: ["web"])
            let before = RolloutMarks(try await images.live("Deployment", "web"))
            try await images.following { following in
                try await following.shows("web", .current)
                let new = try await images.push("app", "1", attestation: "built on Tuesday")
                #expect(new.digest != old.digest && new.platformDigests == old.platformDigests)
                try await eventually("the new index is seen") { following.row("web")?.registry == new.digest }
                try await following.polls(2, of: "web")
                #expect(following.row("web")?.state == .current)
            }
            #expect(RolloutMarks(try await images.live("Deployment", "web")) == before)
            try await images.scene.checkPromises()
        }
    }

    @Test func `R10: a tag that goes back is believed at the second look`() async throws {
        try await withImageScene { images in
            let first = try await images.push("app", "1")
            try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))], healthy: ["web"])
            try await images.following { following in
                try await following.shows("web", .current)
                let second = try await images.push("app", "2")
                try await images.completed("Deployment", "web", second.digest)
                try await images.push("app", "1")
                try await images.completed("Deployment", "web", first.digest)
                try await images.runs("Deployment", "web", first.digest)
            }
            #expect(try await images.revision("Deployment", "web") == 3)
            try await images.scene.checkPromises()
        }
    }

    @Test func `R12: a push while the operator is stopped is made up after its start`() async throws {
        try await withImageScene { images in
            try await images.push("app", "1")
            let files = ["web.yaml": images.deployment("web", images.image("app"))] as [String: String?]
            try await images.deploy(files, healthy: ["web"])
            try await images.following { _ = try await $0.shows("web", .current) }
            let missed = try await images.push("app", "2")
            let before = try await images.revision("Deployment", "web")
            try await images.following { following in
                try await images.completed("Deployment", "web", missed.digest)
                try await images.runs("Deployment", "web", missed.digest)
                try await following.polls(2, of: "web")
            }
            #expect(try await images.revision("Deployment", "web") == before + 1)
            // Pods that have pulled the new image by themselves need no restart.
            let late = try await images.push("app", "3")
            for pod in try await images.pods(of: "web") {
                _ = try await images.scene.client.delete(
                    CoreResources.pods,
                    namespace: pod.namespace,
                    name: pod.name,
                    uid: pod.uid ?? "",
                    propagation: .background
                )
            }
            try await images.runs("Deployment", "web", late.digest)
            try await images.following { following in
                try await following.shows("web", .current)
                try await following.polls(2, of: "web")
            }
            #expect(try await images.revision("Deployment", "web") == before + 1)
            try await images.scene.checkPromises()
        }
    }

    @Test func `R13: an image with a digest is not followed, whatever its tag does`() async throws {
        try await withImageScene { images in
            let old = try await images.push("app", "1")
            let pinned = images.deployment("pinned", "\(images.image("app"))@\(old.digest)")
            try await images.deploy(
                ["pinned.yaml": pinned, "web.yaml": images.deployment("web", images.image("app"))],
                healthy: ["pinned", "web"]
            )
            let before = RolloutMarks(try await images.live("Deployment", "pinned"))
            let new = try await images.push("app", "2")
            try await images.following { following in
                try await images.completed("Deployment", "web", new.digest)
                #expect(following.row("pinned") == nil)
            }
            #expect(RolloutMarks(try await images.live("Deployment", "pinned")) == before)
            try await images.scene.checkPromises()
        }
    }

    @Test func `R14: a rollout that fails is told of once, and not repeated for the same digest`() async throws {
        try await withImageScene { images in
            try await images.push("app", "1")
            try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))], healthy: ["web"])
            try await images.following(edit: { $0.images.undo = false }) { following in
                try await following.shows("web", .current)
                let bad = try await images.push("app", "2", isBad: true)
                try await images.state("Deployment", "web", "failed") { $0.containers["app"]?.last?.result == "failed" }
                let generation = try await images.live("Deployment", "web").generation
                try await following.polls(3, of: "web")
                #expect(try await images.live("Deployment", "web").generation == generation)
                let state = RolloutState(of: try await images.live("Deployment", "web"))
                #expect(state.containers["app"]?.bad == [bad.digest])
                #expect(try await images.rollouts().count == 1)
                // The pod that crashes may get the next image by itself, or by a rollout.
                let next = try await images.push("app", "3")
                try await images.runs("Deployment", "web", next.digest)
                try await following.shows("web", .current)
            }
            try await images.scene.checkPromises()
        }
    }

    @Test func `R15: what a restart would not bring is explained instead of done`() async throws {
        try await withImageScene { images in
            let old = try await images.push("app", "1")
            let file = images.deployment("web", images.image("app")) { $0.pullPolicy = "IfNotPresent" }
            try await images.deploy(["web.yaml": file], healthy: ["web"])
            let before = RolloutMarks(try await images.live("Deployment", "web"))
            try await images.following { following in
                try await following.shows("web", .current)
                let new = try await images.push("app", "2")
                let row = try await following.shows("web", .blocked)
                #expect(row.detail.text.contains("imagePullPolicy is IfNotPresent") && row.registry == new.digest)
                #expect(row.running == [old.digest])
                try await following.polls(2, of: "web")
                #expect(RolloutMarks(try await images.live("Deployment", "web")) == before)
                // Git mends it: the passes apply it, and the follower sees that the new pods have the new image.
                try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))])
                try await images.runs("Deployment", "web", new.digest)
                try await following.shows("web", .current)
            }
            try await images.scene.checkPromises()
        }
    }
}
