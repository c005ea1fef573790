// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import SyncSource
import Synchronization
import TestKit
import Testing

/// A ref that does not simply go on.
@Suite(.timeLimit(.minutes(5)))
struct RewrittenHistoryTests {
    @Test func `G1: a forced push is followed, and the audit names both commits and that it was no fast-forward`()
        async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            let first = try scene.commit(scene.baseFiles(configMaps: 2))
            let second = try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
            #expect(try await scene.sync().outcome == .succeeded)
            let third = try scene.git.commit(["infra/c0.yaml": scene.configMap("c0", "3")], parent: first)
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded)
            #expect(
                outcome.carriedOut?.rewriting?.contains("rewritten from \(second.prefix(8)) to \(third.prefix(8))")
                    == true
            )
            let run = try #require(outcome.run?.id)
            let detail = try #require(try await scene.history.detail(run))
            #expect(detail.step == CommitStep(previous: second, relation: .diverged))
            #expect(detail.messages.contains { $0.contains("rewritten") })
            let live = try await scene.liveConfigMap("c0")
            #expect(live?.json["data"] == ["value": "3"])
            #expect(scene.log.text.contains("not a fast-forward"))
            // What goes on from there is an ordinary step again.
            try scene.commit(["c0.yaml": scene.configMap("c0", "4")])
            let next = try await scene.sync()
            #expect(next.carriedOut?.rewriting == nil)
            let later = try #require(next.run?.id)
            let step = try await scene.history.detail(later)?.step
            #expect(step == CommitStep(previous: third, relation: .forward))
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `G1: with requireFastForward a rewritten or reset branch halts until it continues the old commit`()
        async throws
    {
        try await withScene { scene in
            let strict: @Sendable (inout Project) -> Void = { $0.requiresFastForward = true }
            let first = try scene.commit(scene.baseFiles(configMaps: 2))
            let second = try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
            #expect(try await scene.sync(edit: strict).outcome == .succeeded)
            let forced = try scene.git.commit(["infra/c0.yaml": scene.configMap("c0", "3")], parent: first)
            try await scene.halted(
                saying: ["rewritten", "\(forced.prefix(8))", "\(second.prefix(8))", "requireFastForward"],
                edit: strict
            )
            try scene.git.move(branch: "main", to: first)
            let patient = try await scene.reconciler(pause: {}, edit: strict)
            try await scene.halted(saying: ["set back", "requireFastForward"], by: patient)
            try scene.git.move(branch: "main", to: second)
            try scene.commit(["c0.yaml": scene.configMap("c0", "4")])
            #expect(try await scene.sync(edit: strict).outcome == .succeeded)
            // A person who means it turns the option off for one commit.
            try scene.git.commit(["infra/c0.yaml": scene.configMap("c0", "5")], parent: first)
            try await scene.halted(saying: ["requireFastForward: false"], edit: strict)
            #expect(try await scene.sync().outcome == .succeeded)
            try await scene.checkPromises(edit: strict)
        }
    }

    @Test func `G2: a deleted branch and a renamed repository keep the last revision, and nothing is pruned`()
        async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            let commit = try scene.commit(scene.baseFiles(configMaps: 8))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.git.commit(["infra/x.yaml": "kind: X"], branch: "other")
            try scene.git.delete(branch: "main")
            try await scene.halted(saying: ["no branch main", "other", "push it or change ref"])
            try scene.git.move(branch: "main", to: commit)
            try await scene.halted(saying: ["renamed.git", "check the path"]) { project in
                project.source = RepositorySpec(
                    url: scene.folder + "/renamed.git",
                    ref: .branch("main"),
                    path: "infra"
                )
            }
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test(arguments: [false, true])
    func `G2: a tag that was moved is not followed until a person names the commit`(isVersion: Bool) async throws {
        try await withScene { scene in
            let ref: GitRef = isVersion ? .semver(">=1.2 <2") : .tag("v1.2.3")
            let tagged: @Sendable (inout Project) -> Void = { project in
                project.source = RepositorySpec(url: project.source.url, ref: ref, path: "infra")
            }
            let first = try scene.commit(scene.baseFiles(configMaps: 8))
            try scene.git.tag("v1.2.3", at: first, isAnnotated: true)
            #expect(try await scene.sync(edit: tagged).outcome == .succeeded)
            let second = try scene.commit(["c0.yaml": scene.configMap("c0", "2"), "c1.yaml": nil])
            try scene.git.tag("v1.2.3", at: second, isAnnotated: true)
            try await scene.halted(saying: ["tag v1.2.3 was moved", "\(first.prefix(8))", second], edit: tagged)
            // The way out that the message names.
            let pinned: @Sendable (inout Project) -> Void = { project in
                project.source = RepositorySpec(url: project.source.url, ref: .commit(second), path: "infra")
            }
            #expect(try await scene.sync(edit: pinned).outcome == .succeeded)
            #expect(try await scene.sync(edit: tagged).outcome == .succeeded)
            let live = try await scene.liveConfigMap("c0")
            #expect(live?.json["data"] == ["value": "2"])
            try await scene.checkPromises(edit: tagged)
        }
    }

    @Test func `G2: who never saw the project refuses a tag that was moved since the cluster was synced from it`()
        async throws
    {
        try await withScene { scene in
            let tagged: @Sendable (inout Project) -> Void = { project in
                project.source = RepositorySpec(url: project.source.url, ref: .tag("v1"), path: "infra")
            }
            let first = try scene.commit(scene.baseFiles(configMaps: 3))
            try scene.git.tag("v1", at: first)
            #expect(try await scene.sync(edit: tagged).outcome == .succeeded)
            let second = try scene.commit(["c0.yaml": nil, "c1.yaml": scene.configMap("c1", "2")])
            try scene.git.tag("v1", at: second)
            let history = try await History.open(folder: "\(scene.folder)/elsewhere/history", mode: .operate)
            let other = scene.with(history)
            for _ in 0..<2 {
                try await other.halted(saying: ["tag v1 was moved", "\(first.prefix(8))", second], edit: tagged)
            }
            #expect(try await scene.liveConfigMap("c0") != nil)
            // Who names the commit means it, and from then on the tag stands for that.
            let named = try await other.sync {
                $0.source = RepositorySpec(url: $0.source.url, ref: .commit(second), path: "infra")
            }
            #expect(named.outcome == .succeeded)
            // The first folder knows the tag at its old place only, and takes the person's word from the cluster.
            #expect(try await scene.sync(edit: tagged).outcome == .succeeded)
            #expect(try await other.sync(edit: tagged).outcome == .succeeded)
            try await history.close()
        }
    }

    @Test func `G2: a note of the followed commit that cannot be read stops who depends on it, and nobody else`()
        async throws
    {
        try await withScene { scene in
            let tagged: @Sendable (inout Project) -> Void = { project in
                project.source = RepositorySpec(url: project.source.url, ref: .tag("v1"), path: "infra")
            }
            try scene.git.tag("v1", at: try scene.commit(scene.baseFiles(configMaps: 2)))
            #expect(try await scene.sync(edit: tagged).outcome == .succeeded)
            let parent = scene.project.applySet.parent
            func note(_ text: String) async throws {
                _ = try await scene.client.patch(
                    APIResource.secrets,
                    namespace: parent.namespace,
                    name: parent.name,
                    type: .merge,
                    body: ["metadata": ["annotations": ["sternpost.dev/followed": .string(text)]]],
                    fieldManager: "kubectl-annotate"
                )
            }
            try await note("nonsense")
            try await scene.halted(
                saying: ["sternpost.dev/followed names no commit", "kubectl annotate secret \(parent.name)"],
                edit: tagged
            )
            // Who has named a commit does not depend on it, and writes it anew; who follows a branch takes it away.
            let second = try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
            let named = try await scene.sync {
                $0.source = RepositorySpec(url: $0.source.url, ref: .commit(second), path: "infra")
            }
            #expect(named.outcome == .succeeded)
            #expect(try await scene.sync().outcome == .succeeded)
            #expect(try await scene.sync(edit: tagged).outcome == .succeeded)
            let live = try await scene.client.get(APIResource.secrets, namespace: parent.namespace, name: parent.name)
            let noted = try #require(live?.annotation("sternpost.dev/followed"))
            #expect(noted.hasSuffix(" v1"))
            // A note about another ref than the one that was synced last was left by who knows nothing of it.
            try await note(noted.replacing(" v1", with: " v0"))
            #expect(try await scene.sync(edit: tagged).outcome == .succeeded)
        }
    }

    @Test func `G1: who never saw the project keeps to requireFastForward by what the cluster says`() async throws {
        try await withScene { scene in
            let strict: @Sendable (inout Project) -> Void = { $0.requiresFastForward = true }
            let first = try scene.commit(scene.baseFiles(configMaps: 3))
            // The first commit is synced without the rule; the rule alone is news enough to write the commit down.
            #expect(try await scene.sync().outcome == .succeeded)
            let second = try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
            #expect(try await scene.sync().outcome == .succeeded)
            #expect(try await scene.sync(edit: strict).outcome == .succeeded)
            try scene.git.commit(["infra/c0.yaml": nil], parent: first)
            let history = try await History.open(folder: "\(scene.folder)/elsewhere/history", mode: .operate)
            let other = scene.with(history)
            try await other.halted(saying: ["rewritten", "\(second.prefix(8))", "requireFastForward"], edit: strict)
            try scene.git.move(branch: "main", to: first)
            let patient = try await other.reconciler(pause: {}, edit: strict)
            try await other.halted(saying: ["set back", "requireFastForward"], by: patient)
            // What goes on from the commit in the cluster is followed, also by who never saw that.
            try scene.git.move(branch: "main", to: second)
            try scene.commit(["c0.yaml": scene.configMap("c0", "3")])
            #expect(try await other.sync(edit: strict).outcome == .succeeded)
            // The first data folder is behind, and takes the cluster's word as well.
            #expect(try await scene.sync(edit: strict).outcome == .succeeded)
            try await history.close()
        }
    }

    @Test func `G2: a tag named like the branch before, or of another repository, is none that was moved`() async throws
    {
        try await withScene { scene in
            func follow(_ ref: GitRef, in folder: String? = nil) -> @Sendable (inout Project) -> Void {
                { project in
                    project.source = RepositorySpec(url: folder ?? project.source.url, ref: ref, path: "infra")
                }
            }
            let first = try scene.commit(scene.baseFiles(configMaps: 2))
            try scene.git.move(branch: "rel", to: first)
            #expect(try await scene.sync(edit: follow(.branch("rel"))).outcome == .succeeded)
            let second = try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
            try scene.git.tag("rel", at: second)
            #expect(try await scene.sync(edit: follow(.tag("rel"))).outcome == .succeeded)
            #expect(try await scene.liveConfigMap("c0")?.json["data"] == ["value": "2"])
            let third = try scene.commit(["c0.yaml": scene.configMap("c0", "3")])
            let copy = URL(filePath: scene.folder).appending(path: "copy.git")
            try FileManager.default.copyItem(at: URL(filePath: scene.git.path), to: copy)
            try scene.git.tag("rel", at: third)
            try await scene.halted(saying: ["tag rel was moved"], edit: follow(.tag("rel")))
            try scene.git.tag("rel", at: second)
            let other = try GitFolder(at: copy)
            try other.tag("rel", at: third)
            #expect(try await scene.sync(edit: follow(.tag("rel"), in: copy.path)).outcome == .succeeded)
            #expect(try await scene.liveConfigMap("c0")?.json["data"] == ["value": "3"])
        }
    }

    @Test func `G17: an old tip from a lagging replica is read again, and never applied`() async throws {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            let first = try scene.commit(scene.baseFiles(configMaps: 2))
            let second = try scene.commit(["c0.yaml": scene.configMap("c0", "2"), "c1.yaml": nil])
            #expect(try await scene.sync().outcome == .succeeded)
            let before = try await scene.versions()
            let looks = Mutex(0)
            let reconciler = try await scene.reconciler(pause: {
                // The replica catches up only before the last look.
                guard
                    looks.withLock({
                        $0 += 1; return $0 == 3
                    })
                else { return }
                try scene.git.move(branch: "main", to: second)
            })
            try scene.git.move(branch: "main", to: first)
            let outcome = await reconciler.pass(.manual)
            #expect(outcome.outcome == .succeeded)
            #expect(outcome.commit?.id == second)
            #expect(looks.withLock { $0 } == 3)
            let after = try await scene.versions()
            #expect(after == before)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test
    func `G17: a branch that was reset on purpose is followed after further looks, once, and recorded as set back`()
        async throws
    {
        try await withScene { scene in
            let first = try scene.commit(scene.baseFiles(configMaps: 2))
            let second = try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.git.move(branch: "main", to: first)
            let looks = Mutex(0)
            let count: @Sendable () async throws -> Void = { looks.withLock { $0 += 1 } }
            let reconciler = try await scene.reconciler(pause: count)
            // The loop asks during a pass, and the pass after that does not wait for the same tip again.
            let info = try #require(try await scene.history.state(of: scene.project.name).applied)
            #expect(await reconciler.isSuperseded(info))
            let outcome = await reconciler.pass(.manual)
            #expect(outcome.outcome == .succeeded)
            #expect(outcome.commit?.id == first)
            #expect(
                outcome.carriedOut?.rewriting?.contains("set back from \(second.prefix(8)) to \(first.prefix(8))")
                    == true
            )
            let live = try await scene.liveConfigMap("c0")
            #expect(live?.json["data"] == ["value": "1"])
            // Nor does another process, which finds that commit in the history.
            _ = await (try await scene.reconciler(pause: count)).pass(.manual)
            #expect(looks.withLock { $0 } == 3)
            try await scene.checkPromises()
        }
    }
}
