// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncImages
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// An image that does not run is taken back without a person, and not tried again.
@Suite(.timeLimit(.minutes(5)), .sharedRegistry)
struct UndoTests {
    @Test func `a bad image is undone, quarantined and told of; the next good push rolls out`() async throws {
        try await withImageScene { images in
            let good = try await images.push("app", "1")
            let image = images.image("app")
            try await images.deploy(["web.yaml": images.deployment("web", image)], healthy: ["web"])
            try await images.following { following in
                try await following.shows("web", .current)
                let bad = try await images.push("app", "2", isBad: true)
                try await images.state("Deployment", "web", "undone") { $0.containers["app"]?.last?.result == "undone" }
                try await images.runs("Deployment", "web", good.digest)
                let live = try await images.live("Deployment", "web")
                let state = RolloutState(of: live)
                #expect(state.containers["app"]?.bad == [bad.digest] && state.phase == nil)
                let container = RolloutMarks(live).template?["spec"]?["containers"]?.array?.first
                #expect(container?["image"]?.string == "\(image)@\(good.digest)")
                let row = try await following.shows("web", .quarantined)
                #expect(row.lastResult == "undone" && row.registry == bad.digest && row.running == [good.digest])
                #expect(row.detail.text.contains("sternpost images release"))

                // Not tried again, whoever looks.
                let generation = live.generation
                try await following.polls(3, of: "web")
                #expect(try await images.live("Deployment", "web").generation == generation)

                // The history tells the story.
                let story = try await images.rollouts()
                #expect(story.count == 1 && story.first?.run.outcome == .degraded)
                let told = try #require(story.first)
                #expect(told.mutations.map(\.verb) == [.restart, .restart, .annotate])
                #expect(told.mutations.allSatisfy { $0.ending == .done && $0.concludedAt != nil })
                #expect(told.mutations[0].reason.contains(String(bad.digest.dropFirst(7).prefix(12))))
                #expect(told.mutations[1].reason.contains("undone, back to"))
                #expect(told.mutations[1].reason.contains("CrashLoopBackOff"))
                #expect(told.objects.map(\.action) == [.failed])
                #expect(told.objects[0].changes.first?.before == good.digest)
                #expect(told.objects[0].changes.first?.after == bad.digest)
                #expect(told.objects[0].error?.contains("quarantine") == true)
                #expect(
                    told.objects[0].diff?.text.contains("\(image)@\(bad.digest)") == false,
                    "the state at the end: \(told.objects[0].diff?.text ?? "no difference")"
                )
                #expect(try await eventReasons(images).isSuperset(of: ["ImageRolloutStarted", "ImageRolloutUndone"]))

                // A pin holds over passes, and the next good push lifts it.
                #expect(try await images.scene.sync().objects.allSatisfy { $0.action == .unchanged })
                let next = try await images.push("app", "3")
                try await images.completed("Deployment", "web", next.digest)
                try await images.runs("Deployment", "web", next.digest)
                let after = try await images.live("Deployment", "web")
                #expect(RolloutMarks(after).template?["spec"]?["containers"]?.array?.first?["image"]?.string == image)
                #expect(RolloutState(of: after).containers["app"]?.pin == nil)
                try await following.shows("web", .current)
            }
            #expect(try await images.rollouts().map(\.run.outcome) == [.degraded, .succeeded])
            try await images.scene.checkPromises()
        }
    }

    private func eventReasons(_ images: ImageScene) async throws -> Set<String> {
        let events = try await images.scene.client.list(CoreResources.events, namespace: images.scene.namespace).objects
        return Set(events.compactMap { $0.json["reason"]?.string })
    }

    @Test func `a tag whose blobs are missing is undone, too`() async throws {
        try await withImageScene { images in
            let good = try await images.push("app", "1")
            try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))], healthy: ["web"])
            let broken = try await images.push("app", "2")
            // The manifest is there, and what it names is not.
            for digest in broken.configDigests { try await images.deleteBlob(digest, of: "app") }
            try await images.following { following in
                try await images.state("Deployment", "web", "undone") { $0.containers["app"]?.last?.result == "undone" }
                try await following.shows("web", .quarantined)
                #expect(
                    try await images.rollouts().first?.mutations.contains { $0.reason.contains("ImagePull") } == true
                )
            }
            try await images.runs("Deployment", "web", good.digest)
            try await images.scene.checkPromises()
        }
    }

    @Test func `an unrelated commit does not end the pin, and one that changes the image does`() async throws {
        try await withImageScene { images in
            let good = try await images.push("app", "1")
            try await images.push("app", "other", tag: "stable")
            try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))], healthy: ["web"])
            try await images.following { following in
                try await following.shows("web", .current)
                try await images.push("app", "2", isBad: true)
                try await following.shows("web", .quarantined)

                try await images.deploy([
                    "web.yaml": images.deployment("web", images.image("app")) {
                        $0.podSpec = ["terminationGracePeriodSeconds: 7"]
                    }, "c.yaml": images.scene.configMap("c"),
                ])
                let synced = try await images.live("Deployment", "web")
                #expect(RolloutMarks(synced).template?["spec"]?["terminationGracePeriodSeconds"] == 7)
                let pinned = "\(images.image("app"))@\(good.digest)"
                #expect(RolloutMarks(synced).template?["spec"]?["containers"]?.array?.first?["image"]?.string == pinned)
                try await images.runs("Deployment", "web", good.digest)
                try await following.shows("web", .quarantined)

                let stable = images.image("app", tag: "stable")
                try await images.deploy(["web.yaml": images.deployment("web", stable)])
                let changed = try await images.live("Deployment", "web")
                let container = RolloutMarks(changed).template?["spec"]?["containers"]?.array?.first
                #expect(container?["image"]?.string == stable)
                try await images.isHealthy("Deployment", "web")

                // Git names the old image again: what was pinned once is not pinned for ever.
                try await images.state("Deployment", "web", "the pin is forgotten") { $0.containers["app"]?.pin == nil }
                try await images.push("app", "3")
                try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))])
                let back = try await images.live("Deployment", "web")
                let named = RolloutMarks(back).template?["spec"]?["containers"]?.array?.first?["image"]?.string
                #expect(named == images.image("app"))
                try await images.isHealthy("Deployment", "web")
                try await following.shows("web", .current)
            }
            try await images.scene.checkPromises()
        }
    }

    @Test func `the undo of a StatefulSet deletes its stuck pod`() async throws {
        try await withImageScene { images in
            let good = try await images.push("app", "1")
            let file = images.workload("StatefulSet", "db", [("app", images.image("app"))]) { $0.replicas = 2 }
            try await images.deploy(["db.yaml": file])
            try await images.isHealthy("StatefulSet", "db")
            try await images.following { following in
                try await following.shows("db", .current)
                try await images.push("app", "2", isBad: true)
                try await images.state("StatefulSet", "db", "undone") { $0.containers["app"]?.last?.result == "undone" }
                try await following.shows("db", .quarantined)
            }
            try await images.runs("StatefulSet", "db", good.digest)
            let mutations = try await images.rollouts().flatMap(\.mutations)
            #expect(mutations.filter { $0.verb == .delete }.map(\.id.name) == ["db-1"])
            #expect(mutations.allSatisfy { $0.ending == .done })
            try await images.scene.checkPromises()
        }
    }

    @Test func `a stuck pod that could not be deleted is deleted by whoever looks next`() async throws {
        try await withImageScene { images in
            let good = try await images.push("app", "1")
            let file = images.workload("StatefulSet", "db", [("app", images.image("app"))]) { $0.replicas = 2 }
            try await images.deploy(["db.yaml": file])
            try await images.isHealthy("StatefulSet", "db")
            // The limited user may patch workloads, and delete no pods: as if the process had died between the two.
            try await images.following(client: images.scene.limitedClient) { following in
                try await following.shows("db", .current)
                try await images.push("app", "2", isBad: true)
                try await following.shows("db", .undoing)
                #expect(try await images.live("StatefulSet", "db").status?["readyReplicas"] == 1)
            }
            try await images.following { following in
                try await images.state("StatefulSet", "db", "undone") { $0.containers["app"]?.last?.result == "undone" }
                try await following.shows("db", .quarantined)
            }
            try await images.runs("StatefulSet", "db", good.digest)
            try await images.scene.checkPromises()
        }
    }

    @Test func `a DaemonSet and an init container are undone as well`() async throws {
        try await withImageScene { images in
            let good = try await images.push("app", "1")
            let main = try await images.push("main", "1")
            try await images.deploy([
                "agent.yaml": images.workload("DaemonSet", "agent", [("app", images.image("app"))]),
                "web.yaml": images.deployment("web", images.image("main")) {
                    $0.initContainers = [("prepare", images.image("app"))]
                },
            ])
            try await images.isHealthy("DaemonSet", "agent")
            try await images.isHealthy("Deployment", "web")
            try await images.following { following in
                try await following.shows("agent", .current)
                try await following.shows("web", .current, container: "prepare")
                let bad = try await images.push("app", "2", isBad: true)
                try await following.shows("agent", .quarantined)
                try await following.shows("web", .quarantined, container: "prepare")
                try await following.shows("web", .current, container: "app")
                let state = RolloutState(of: try await images.live("Deployment", "web"))
                #expect(state.containers["prepare"]?.bad == [bad.digest] && state.containers["app"]?.bad ?? [] == [])
            }
            try await images.runs("DaemonSet", "agent", good.digest)
            #expect(try await images.running("web") == [good.digest, main.digest])
            try await images.scene.checkPromises()
        }
    }

    @Test func `hold stops rollouts, and release lets the newest in, also one that has failed`() async throws {
        try await withImageScene { images in
            let good = try await images.push("app", "1")
            try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))], healthy: ["web"])
            let id = try await images.live("Deployment", "web").id
            let (history, project) = (images.scene.history, images.scene.project.name)
            try await images.following { following in
                try await following.shows("web", .current)
                try await history.order(.hold, of: id, project: project, person: "ada", reason: "release day")
                let next = try await images.push("app", "2")
                let held = try await following.shows("web", .held)
                #expect(held.detail.text.contains("held by ada"))
                try await following.polls(2, of: "web")
                #expect(try await images.running("web") == [good.digest])
                try await history.order(.release, of: id, project: project, person: "ada")
                try await images.completed("Deployment", "web", next.digest)

                // A node that fell over made the next image look bad; a person knows better.
                let bad = try await images.push("app", "3", isBad: true)
                try await following.shows("web", .quarantined)
                let before = try await images.live("Deployment", "web").generation
                try await history.order(.release, of: id, project: project, person: "ada")
                try await images.state("Deployment", "web", "tried again") { state in
                    state.containers["app"]?.trying == bad.digest
                }
                #expect(try await images.live("Deployment", "web").generation != before)
                // It is still bad, and is undone a second time.
                try await images.state("Deployment", "web", "undone again") {
                    $0.phase == nil && $0.containers["app"]?.bad == [bad.digest]
                }
                try await following.shows("web", .quarantined)
            }
            try await images.runs("Deployment", "web", try await images.state("web")?.good ?? "")
            try await images.scene.checkPromises()
        }
    }
}

extension ImageScene {
    /// What the one container `app` of a Deployment remembers.
    fileprivate func state(_ name: String) async throws -> RolloutState.Container? {
        RolloutState(of: try await live("Deployment", name)).containers["app"]
    }
}
