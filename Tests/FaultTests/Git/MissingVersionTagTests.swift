// SPDX-License-Identifier: Apache-2.0
import GitStore
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

/// The newest tag of a range of versions is gone: from what one replica shows, or because somebody took it back.
@Suite(.timeLimit(.minutes(5)))
struct MissingVersionTagTests {
    private static func range(_ project: inout Project) {
        project.source = RepositorySpec(url: project.source.url, ref: .semver("^1"), path: "infra")
    }

    private static func strictRange(_ project: inout Project) {
        range(&project)
        project.requiresFastForward = true
    }

    /// Syncs two versions, one after the other; only the newer one declares `c9`.
    private func release(_ scene: Scene, edit: (inout Project) -> Void) async throws -> (old: String, new: String) {
        let old = try scene.commit(scene.baseFiles(configMaps: 2))
        try scene.git.tag("v1.0.0", at: old)
        let first = try await scene.sync(edit: edit)
        #expect(first.outcome == .succeeded)
        let new = try scene.commit(["c0.yaml": scene.configMap("c0", "2"), "c9.yaml": scene.configMap("c9")])
        try scene.git.tag("v1.1.0", at: new)
        let second = try await scene.sync(edit: edit)
        #expect(second.outcome == .succeeded && second.carriedOut?.rewriting == nil)
        return (old, new)
    }

    private func takeBack(_ scene: Scene) throws { _ = try scene.git.git(["tag", "--delete", "v1.1.0"]) }

    @Test func `a version tag that is gone is believed after further looks, and deletes nothing without a person`()
        async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            let (old, new) = try await release(scene, edit: Self.range)
            try takeBack(scene)
            let looks = Mutex(0)
            let reconciler = try await scene.reconciler(pause: { looks.withLock { $0 += 1 } }, edit: Self.range)
            let held = await reconciler.pass(.manual)
            let reasons = held.hold?.reasons.joined(separator: "\n") ?? ""
            #expect(looks.withLock { $0 } == 3)
            #expect(held.outcome == .held, "\(held.failure?.message ?? "")")
            #expect(held.commit?.id == old)
            #expect(reasons.contains("the version tag v1.1.0 is gone, and v1.0.0 is older"), "\(reasons)")
            #expect(reasons.contains("ConfigMap \(scene.namespace)/c9"), "\(reasons)")
            let told = "the version tag of \(new.prefix(8)) is gone; v1.0.0 (\(old.prefix(8)))"
            #expect(held.carriedOut?.rewriting?.contains(told) == true, "\(held.carriedOut?.rewriting ?? "")")
            #expect(scene.log.text.contains("not a fast-forward"))
            let run = try #require(held.run?.id)
            let detail = try #require(try await scene.history.detail(run))
            #expect(detail.step == CommitStep(previous: new, relation: .rewound))
            #expect(detail.messages.contains { $0.contains(told) })
            #expect(try await scene.liveConfigMap("c0")?.json["data"] == ["value": "1"])
            #expect(try await scene.liveConfigMap("c9") != nil)

            // The next pass comes from the older version, and does not forget.
            let again = await reconciler.pass(.manual)
            #expect(again.outcome == .held && again.carriedOut?.rewriting == nil)
            #expect(again.hold?.reasons.contains { $0.contains("a newer version tag is gone") } == true)
            #expect(looks.withLock { $0 } == 3)
            #expect(try await scene.liveConfigMap("c9") != nil)
            let hash = try #require(again.hold?.hash)
            _ = try await scene.history.approve(project: scene.project.name, hash: hash, person: "ada")
            let done = try await scene.sync(edit: Self.range)
            #expect(done.objects.filter { $0.action == .pruned }.map(\.id.name) == ["c9"])
            #expect(try await scene.liveConfigMap("c9") == nil)
            try await scene.checkPromises(bystanders: bystanders, edit: Self.range)
        }
    }

    @Test func `who never saw the newer version is told by the inventory that its tag is gone`() async throws {
        try await withScene { scene in
            _ = try await release(scene, edit: Self.range)
            try takeBack(scene)
            let history = try await History.open(folder: "\(scene.folder)/elsewhere/history", mode: .operate)
            let other = scene.with(history)
            for words in ["the version tag v1.1.0 is gone, and v1.0.0 is older", "a newer version tag is gone"] {
                let held = try await other.sync(edit: Self.range)
                let reasons = held.hold?.reasons.joined(separator: "\n") ?? ""
                #expect(held.outcome == .held, "\(held.failure?.message ?? "")")
                #expect(reasons.contains(words), "\(reasons)")
                #expect(try await scene.liveConfigMap("c9") != nil)
            }
            let hash = try #require(try await history.state(of: scene.project.name).hold?.hash)
            _ = try await history.approve(project: scene.project.name, hash: hash, person: "ada")
            let done = try await other.sync(edit: Self.range)
            #expect(done.outcome == .succeeded)
            #expect(try await scene.liveConfigMap("c9") == nil)
            try await other.checkPromises(hasOtherHistories: true, edit: Self.range)
            try await history.close()
        }
    }

    @Test func `with requireFastForward a version tag that is gone halts until it is back, or the option is off`()
        async throws
    {
        try await withScene { scene in
            let (_, new) = try await release(scene, edit: Self.strictRange)
            try takeBack(scene)
            let patient = try await scene.reconciler(pause: {}, edit: Self.strictRange)
            for _ in 0..<2 {
                try await scene.halted(
                    saying: [
                        "the version tag v1.1.0 is gone", "v1.0.0, which is older", "stays at \(new.prefix(8))",
                        "requireFastForward: false",
                    ],
                    by: patient
                )
            }
            #expect(try await scene.liveConfigMap("c0")?.json["data"] == ["value": "2"])
            #expect(try await scene.liveConfigMap("c9") != nil)
            try scene.git.tag("v1.1.0", at: new)
            let before = try await scene.versions()
            let back = await patient.pass(.manual)
            #expect(back.outcome == .succeeded && back.commit?.id == new)
            #expect(try await scene.versions() == before)

            // A person who means it turns the option off for one sync, and a deletion still needs a yes.
            try takeBack(scene)
            let lenient = try await scene.reconciler(pause: {}, edit: Self.range)
            #expect(await lenient.pass(.manual).outcome == .held)
            #expect(try await scene.liveConfigMap("c0")?.json["data"] == ["value": "1"])
            let later = try await scene.sync(edit: Self.strictRange)
            #expect(later.outcome == .held, "\(later.failure?.message ?? "")")
            #expect(try await scene.liveConfigMap("c9") != nil)
            try await scene.checkPromises(edit: Self.strictRange)
        }
    }

    @Test func `a version tag that a lagging replica does not show yet changes nothing`() async throws {
        try await withScene { scene in
            let (_, new) = try await release(scene, edit: Self.range)
            try takeBack(scene)
            let before = try await scene.versions()
            let looks = Mutex(0)
            let reconciler = try await scene.reconciler(
                pause: {
                    // The replica catches up only before the last look.
                    let look = looks.withLock { looks in
                        looks += 1
                        return looks
                    }
                    if look == 3 { try scene.git.tag("v1.1.0", at: new) }
                },
                edit: Self.range
            )
            let outcome = await reconciler.pass(.manual)
            #expect(outcome.outcome == .succeeded && outcome.carriedOut?.rewriting == nil)
            #expect(outcome.commit?.id == new)
            #expect(looks.withLock { $0 } == 3)
            #expect(try await scene.versions() == before)
            try await scene.checkPromises(edit: Self.range)
        }
    }
}
