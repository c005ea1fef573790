// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeClient
import KubeObjects
import OCIRegistry
import SceneKit
import SyncApply
import SyncImages
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// A new `:latest` rolls out by itself: pushed to a real registry, run by a node that pulls from it.
@Suite(.timeLimit(.minutes(5)), .sharedRegistry)
struct RolloutTests {
    @Test func `a push restarts exactly the workloads that use the image, each in one patch`() async throws {
        try await withImageScene { images in
            let old = try await images.push("app", "1")
            let other = try await images.push("other", "1")
            try await images.push("app", "fixed", tag: "v1")
            let app = images.image("app")
            let users = [("Deployment", "web"), ("StatefulSet", "db"), ("DaemonSet", "agent"), ("Deployment", "init")]
            let others = ["other", "pinned", "v1", "aside"].map { ("Deployment", $0) }
            try await images.deploy([
                "web.yaml": images.deployment("web", app),
                "db.yaml": images.workload("StatefulSet", "db", [("app", app)]),
                "agent.yaml": images.workload("DaemonSet", "agent", [("app", app)]),
                "init.yaml": images.deployment("init", images.image("other")) {
                    $0.initContainers = [("prepare", app)]
                },
                "other.yaml": images.deployment("other", images.image("other", tag: nil)),
                "pinned.yaml": images.deployment("pinned", "\(app)@\(old.digest)"),
                "v1.yaml": images.deployment("v1", images.image("app", tag: "v1")),
                "aside.yaml": images.deployment("aside", app) { $0.annotations = "sternpost.dev/roll-latest: 'false'" },
            ])
            for (kind, name) in users + others { try await images.isHealthy(kind, name) }
            var before: [String: RolloutMarks] = [:]
            for (kind, name) in users + others { before[name] = RolloutMarks(try await images.live(kind, name)) }

            try await images.following(edit: { $0.images.maxConcurrent = 10 }) { following in
                for (_, name) in users { try await following.shows(name, .current) }
                let new = try await images.push("app", "2")
                for (kind, name) in users { try await images.completed(kind, name, new.digest) }
                for (kind, name) in users where name != "init" { try await images.runs(kind, name, new.digest) }
                #expect(try await images.running("init") == [new.digest, other.digest])
                try await following.polls(2, of: "web")

                for (kind, name) in users {
                    let object = try await images.live(kind, name)
                    let marks = RolloutMarks(object)
                    #expect(marks.revision == (before[name]?.revision ?? 0) + 1, "\(name): one patch")
                    #expect(marks.restartedAt != nil)
                    let entries = object.json["metadata"]?["managedFields"]?.array ?? []
                    let ours = entries.filter { $0["fieldsV1"]?.text.contains("restartedAt") == true }
                    #expect(ours.map { $0["manager"] } == ["sternpost-rollout"])
                    #expect(ours.first?["operation"] == "Update")
                    let row = try #require(following.row(name, name == "init" ? "prepare" : "app"))
                    #expect(row.state == .current && row.lastResult == "completed")
                    #expect(row.lastFrom == old.digest && row.lastTo == new.digest)
                }
                for (kind, name) in others {
                    let marks = RolloutMarks(try await images.live(kind, name))
                    #expect(marks == before[name], "\(name) does not use it, and was touched")
                }
            }
            // The record says image, old and new digest, and how long it took.
            let objects = try await images.rollouts().flatMap(\.objects)
            #expect(objects.map(\.id.name).sorted() == ["agent", "db", "init", "web"])
            #expect(objects.allSatisfy { $0.action == .restarted && $0.durationMilliseconds > 0 })
            let change = try #require(objects.first { $0.id.name == "web" }?.changes.first)
            #expect(change.before == old.digest && change.path.contains(app))
            try await images.scene.checkPromises()
        }
    }

    @Test func `the same bytes again restart nothing`() async throws {
        try await withImageScene { images in
            try await images.push("app", "1")
            try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))], healthy: ["web"])
            let before = RolloutMarks(try await images.live("Deployment", "web"))
            try await images.following { following in
                try await following.shows("web", .current)
                try await images.push("app", "1")
                try await following.polls(3, of: "web")
                #expect(following.row("web")?.state == .current)
            }
            #expect(RolloutMarks(try await images.live("Deployment", "web")) == before)
            #expect(try await images.rollouts().isEmpty)
            try await images.scene.checkPromises()
        }
    }

    @Test func `two containers whose tags move together make one restart`() async throws {
        try await withImageScene { images in
            let old = [try await images.push("app", "1"), try await images.push("helper", "1")]
            let file = images.workload(
                "Deployment",
                "web",
                [("app", images.image("app")), ("helper", images.image("helper"))]
            )
            try await images.deploy(["web.yaml": file], healthy: ["web"])
            let before = RolloutMarks(try await images.live("Deployment", "web"))
            let new = [try await images.push("app", "2"), try await images.push("helper", "2")]
            #expect(Set(old.map(\.digest)).isDisjoint(with: new.map(\.digest)))
            try await images.following { following in
                for digest in new.map(\.digest) { try await images.completed("Deployment", "web", digest) }
                try await following.shows("web", .current, container: "app")
                try await following.shows("web", .current, container: "helper")
            }
            #expect(try await images.running("web") == Set(new.map(\.digest)))
            let marks = RolloutMarks(try await images.live("Deployment", "web"))
            #expect(marks.revision == (before.revision ?? 0) + 1)
            #expect(try await images.rollouts().flatMap(\.objects).map(\.changes.count) == [2])
            try await images.scene.checkPromises()
        }
    }

    @Test func `two images that move together make one restart, also when one registry is slower`() async throws {
        let slow = try ScriptedRegistry("1")
        defer { slow.stop() }
        try await withImageScene { images in
            try await images.push("app", "1")
            let file = images.workload(
                "Deployment",
                "web",
                [("app", images.image("app")), ("helper", "\(slow.host)/team/helper:latest")]
            )
            try await images.deploy(["web.yaml": file], healthy: ["web"])
            try await images.following(
                edit: { project in
                    var choice = RegistryChoice()
                    choice.isInsecure = true
                    project.images.registries[slow.host] = choice
                },
                settings: { $0.callDeadline = .seconds(60) }
            ) { following in
                try await following.shows("web", .current, container: "helper")
                var pushed: (app: RegistryImage.Pushed, helper: String)?
                try await slow.holdingPolls {
                    pushed = (try await images.push("app", "2"), slow.push("2"))
                }
                let (app, helper) = try #require(pushed)
                try await images.completed("Deployment", "web", app.digest)
                try await images.completed("Deployment", "web", helper)
            }
            #expect(try await images.revision("Deployment", "web") == 2)
            #expect(try await images.rollouts().flatMap(\.objects).map(\.changes.count) == [2])
            try await images.scene.checkPromises()
        }
    }

    @Test func `pods that have pulled a newer image than the last poll saw are not restarted`() async throws {
        let slow = try ScriptedRegistry("1")
        defer { slow.stop() }
        try await withImageScene { images in
            let image = "\(slow.host)/team/app:latest"
            try await images.deploy(["web.yaml": images.deployment("web", image)], healthy: ["web"])
            try await images.following(
                edit: { project in
                    var choice = RegistryChoice()
                    choice.isInsecure = true
                    project.images.registries[slow.host] = choice
                },
                settings: { $0.callDeadline = .seconds(60) }
            ) { following in
                try await following.shows("web", .current)
                // The push and the commit come together: the commit's pods are there before the registry has answered.
                var new = ""
                try await slow.holdingPolls {
                    new = slow.push("2")
                    try await images.deploy([
                        "web.yaml": images.deployment("web", image) {
                            $0.podSpec = ["terminationGracePeriodSeconds: 7"]
                        }
                    ])
                    try await images.runs("Deployment", "web", new)
                }
                try await eventually("the poll has seen it") { following.row("web")?.registry == new }
                try await following.shows("web", .current)
                try await following.polls(1, of: "web")
            }
            #expect(try await images.revision("Deployment", "web") == 2)
            #expect(try await images.rollouts().isEmpty)
            try await images.scene.checkPromises()
        }
    }

    @Test func `no more workloads roll at a time than the project allows`() async throws {
        try await withImageScene { images in
            try await images.push("app", "1")
            let names = ["a", "b", "c", "d", "e"]
            var files: [String: String?] = [:]
            for name in names { files["\(name).yaml"] = images.deployment(name, images.image("app")) }
            try await images.deploy(files, healthy: names)
            await images.node.holdReadiness()
            let new = try await images.push("app", "2")
            func rolling() async throws -> [String] {
                var found: [String] = []
                for name in names
                where RolloutState(of: try await images.live("Deployment", name)).phase != nil { found.append(name) }
                return found
            }
            try await images.following(edit: { $0.images.maxConcurrent = 2 }) { following in
                try await eventually("two roll") { try await rolling().count == 2 }
                try await following.polls(3, of: "e")
                #expect(try await rolling() == ["a", "b"])
                #expect(try #require(following.row("e")).detail.text.contains("waits for its turn"))
                await images.node.letReady()
                for name in names { try await images.completed("Deployment", name, new.digest) }
            }
            for name in names {
                let marks = RolloutMarks(try await images.live("Deployment", name))
                #expect(marks.revision == 2, "\(name): \(marks)")
            }
            try await images.scene.checkPromises()
        }
    }

    @Test func `passes after a rollout write nothing, and repair of drift leaves its marks alone`() async throws {
        try await withImageScene { images in
            try await images.push("app", "1")
            let file = images.deployment("web", images.image("app")) { $0.annotations = "note: git" }
            try await images.deploy(["web.yaml": file], healthy: ["web"])
            let new = try await images.push("app", "2")
            try await images.following { _ in try await images.completed("Deployment", "web", new.digest) }
            let rolled = try await images.live("Deployment", "web")
            let second = try await images.scene.sync()
            #expect(second.outcome == .succeeded)
            #expect(second.objects.allSatisfy { $0.action == .unchanged })
            // The controller may still write the status; nobody writes anything else.
            #expect(RolloutMarks(try await images.live("Deployment", "web")) == RolloutMarks(rolled))

            // A drift of the same object is healed, and the marks stay.
            _ = try await images.scene.client.patch(
                CoreResources.deployments,
                namespace: images.scene.namespace,
                name: "web",
                type: .merge,
                body: ["metadata": ["annotations": ["note": "by hand"]], "spec": ["replicas": 2]],
                fieldManager: "kubectl-edit"
            )
            let healing = try await images.scene.sync()
            #expect(healing.objects.filter { $0.action == .configured }.map(\.id.name) == ["web"])
            let healed = try await images.live("Deployment", "web")
            #expect(healed.annotation("note") == "git" && healed.spec?["replicas"] == 1)
            #expect(RolloutMarks(healed).template == RolloutMarks(rolled).template)
            #expect(healed.annotation(RolloutState.annotation) == rolled.annotation(RolloutState.annotation))

            // And the follower takes neither for a reason to restart.
            try await images.following { following in
                try await following.shows("web", .current)
                try await following.polls(2, of: "web")
            }
            #expect(RolloutMarks(try await images.live("Deployment", "web")).template == RolloutMarks(rolled).template)
            #expect(try await images.rollouts().count == 1)
            try await images.scene.checkPromises()
        }
    }

    @Test func `a scale by hand after a rollout is put back as drift, and named by its writer each time`() async throws
    {
        try await withImageScene { images in
            let scene = images.scene
            try await images.push("app", "1")
            try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))], healthy: ["web"])
            let new = try await images.push("app", "2")
            try await images.following { _ in try await images.completed("Deployment", "web", new.digest) }
            let rolled = RolloutMarks(try await images.live("Deployment", "web"))
            try await scene.whileWatching { reconciler, _ in
                let quiet = await reconciler.pass(.commit)
                #expect(quiet.run == nil, "a rollout is nobody's drift")
                for replicas in [3, 2] as [Int64] {
                    _ = try await scene.client.patch(
                        CoreResources.deployments,
                        namespace: scene.namespace,
                        name: "web",
                        type: .merge,
                        body: ["spec": ["replicas": .int(replicas)]],
                        fieldManager: "kubectl",
                        subresource: "scale"
                    )
                    var healing: SyncRun?
                    try await eventually("the watch shows the scale") {
                        healing = await reconciler.pass(.commit).run
                        return healing != nil
                    }
                    let run = try #require(healing)
                    #expect(run.trigger == .drift && run.outcome == .succeeded && run.counts.configured == 1)
                    let detail = try #require(try await scene.history.detail(run.id))
                    let change = try #require(detail.objects.first { $0.id.name == "web" }?.changes.first)
                    #expect(change.path == ".spec.replicas" && change.arrow == "\(replicas) → 1")
                    // A kube-apiserver gives the entry of a subresource no time.
                    #expect(change.takenFrom?.hasPrefix("kubectl (scale)") == true, "\(change)")
                    let reason = try #require(detail.mutations.first { $0.verb == .apply }?.reason)
                    let words = "configure, drift, .spec.replicas (taken from kubectl (scale)"
                    #expect(reason.hasPrefix(words) && reason.contains(": set back to commit "), "\(reason)")
                    #expect(!reason.contains(" by ") && !reason.contains("Ada"), "\(reason)")
                    #expect(try await images.live("Deployment", "web").spec?["replicas"] == 1)
                }
            }
            let marks = RolloutMarks(try await images.live("Deployment", "web"))
            #expect(marks.template == rolled.template && marks.state == rolled.state)
            #expect(try await images.rollouts().count == 1)
            try await scene.checkPromises()
        }
    }

    @Test func `an index whose platforms are the same, or that was pulled by platform, is no new image`() async throws {
        try await withImageScene { images in
            let platforms = ["linux/amd64", "linux/arm64"]
            let old = try await images.push("app", "1", platforms: platforms)
            try await images.deploy(["web.yaml": images.deployment("web", images.image("app"))], healthy: ["web"])
            #expect(try await images.running("web") == [old.digest])
            try await images.following { following in
                try await following.shows("web", .current)
                let new = try await images.push("app", "2", platforms: platforms)
                try await images.completed("Deployment", "web", new.digest)
                try await images.runs("Deployment", "web", new.digest)
            }
            try await images.scene.checkPromises()
        }
    }
}
