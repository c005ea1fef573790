// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import Testing

/// A declared object may be owned by one that nobody reads, and that by one that has left git: the garbage collector would
/// take all of them along.
struct OwnerChainTests {
    private func prune(_ ancestors: [String: Ancestor]) throws -> PrunePlan {
        let owner: JSON = [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "Role", "name": "r", "uid": "uid-r",
        ]
        let kept = try PlanFixture.live(PlanFixture.configMap("kept"), uid: "uid-kept") { json in
            json[["metadata", "ownerReferences"]] = [owner]
        }
        let old = try PlanFixture.live(PlanFixture.configMap("old"), uid: "uid-old")
        let live = [kept, old]
        return PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("kept")),
            live: live,
            members: live.map { ($0, $0.uid) },
            policy: PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100)),
            ancestors: ancestors
        ).prune
    }

    @Test func `an owner that was not read has to be, before anything is deleted`() throws {
        let plan = try prune([:])
        #expect(plan.openOwners.map(\.owner.description) == ["Role.rbac.authorization.k8s.io shop/r"])
        guard case .blocked = plan.verdict else {
            Issue.record("\(plan.verdict)")
            return
        }
        let further = try prune(["uid-r": .exists(owners: Self.links("uid-x"))])
        #expect(further.openOwners.map(\.uid) == ["uid-x"])
    }

    private static func links(_ uids: String...) -> [OwnerLink] {
        let owned = ObjectID(group: "", kind: "ServiceAccount", namespace: "shop", name: "x")
        return uids.map { OwnerLink(owned: owned, owner: owned, uid: $0) }
    }

    @Test(arguments: ["uid-old", "uid-x"])
    func `what owns the owner of a declared object stays`(owner: String) throws {
        // Through one more of them, too, and in a circle.
        let above = Ancestor.exists(owners: Self.links("uid-old", "uid-r"))
        let plan = try prune(["uid-r": .exists(owners: Self.links(owner)), "uid-x": above])
        #expect(plan.steps.isEmpty && plan.openOwners.isEmpty)
        #expect(plan.kept.map(\.reason) == ["ConfigMap shop/kept, which it owns, is declared"])
    }

    @Test func `an owner that is gone, or has no owners, keeps nothing`() throws {
        for ancestor in [Ancestor.gone, .exists(owners: [])] {
            #expect(try prune(["uid-r": ancestor]).steps.map(\.id.name) == ["old"])
        }
    }

    @Test func `while an owner cannot be read nothing is deleted, and the reason names both`() throws {
        let above = try prune(["uid-r": .exists(owners: Self.links("uid-x")), "uid-x": .unknown("forbidden")]).verdict
        guard case .blocked = above else {
            Issue.record("\(above)")
            return
        }
        let verdict = try prune(["uid-r": .unknown("forbidden")]).verdict
        let reason =
            "ConfigMap shop/kept is owned by Role.rbac.authorization.k8s.io shop/r, which cannot be read, and what would be"
            + " deleted may own that: forbidden"
        #expect(verdict == .blocked(reasons: [reason]))
    }

    /// The first object's deletion was refused; it is owned by one of others, and that by the second.
    @Test func `what is above an object whose deletion was refused waits`() throws {
        let owner: JSON = ["apiVersion": "v1", "kind": "ServiceAccount", "name": "r", "uid": "uid-r"]
        let refused = try PlanFixture.live(PlanFixture.configMap("a"), uid: "uid-a") { json in
            json[["metadata", "ownerReferences"]] = [owner]
        }
        let live = [refused, try PlanFixture.live(PlanFixture.configMap("b"), uid: "uid-b")]
        var policy = PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100))
        func prune() throws -> PrunePlan {
            PlanFixture.plan(
                try PlanFixture.rendered(PlanFixture.configMap("new")),
                live: live,
                members: live.map { ($0, $0.uid) },
                policy: policy,
                ancestors: ["uid-r": .exists(owners: Self.links("uid-b"))]
            ).prune
        }
        let step = try #require(try prune().steps.first { $0.id.name == "a" })
        policy.withheldPrunes = [step.id: WithheldPrune(step, because: "denied")]
        let next = try prune()
        #expect(next.steps.isEmpty && next.waiting.map(\.id.name) == ["b"])
    }

    /// The Deployment leaves the inventory because its label is off; no later pass reads it, or what owns it.
    @Test func `what is above an object that leaves the inventory is remembered`() throws {
        let owner: JSON = ["apiVersion": "v1", "kind": "ServiceAccount", "name": "r", "uid": "uid-r"]
        let web = try PlanFixture.live(PlanFixture.configMap("web"), uid: "uid-web") { json in
            json[["metadata", "ownerReferences"]] = [owner]
            json[["metadata", "labels"]] = nil
        }
        let live = [web, try PlanFixture.live(PlanFixture.configMap("b"), uid: "uid-b")]
        let prune = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: live,
            members: live.map { ($0, $0.uid) },
            policy: PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100)),
            ancestors: ["uid-r": .exists(owners: Self.links("uid-b"))]
        ).prune
        #expect(prune.steps.isEmpty && prune.released.map(\.id.name) == ["web"])
        #expect(prune.doubts.values.map { $0 } == [.needed])
    }

    /// The API server deletes all objects of a kind with its definition, and the garbage collector what they own.
    @Test(arguments: [Ancestor.exists(owners: []), .unknown("forbidden"), .gone])
    func `the definition of the kind of an owner stays as long as that is there`(ancestor: Ancestor) throws {
        let owner: JSON = ["apiVersion": "acme.dev/v1", "kind": "Widget", "name": "w", "uid": "uid-w"]
        let kept = try PlanFixture.live(PlanFixture.configMap("kept"), uid: "uid-kept") { json in
            json[["metadata", "ownerReferences"]] = [owner]
        }
        let definition = try PlanFixture.live(
            """
            {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition",
            "metadata":{"name":"widgets.acme.dev"},
            "spec":{"group":"acme.dev","scope":"Namespaced","names":{"kind":"Widget","plural":"widgets"}}}
            """,
            uid: "uid-definition"
        )
        let live = [kept, definition]
        let prune = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("kept")),
            live: live,
            members: live.map { ($0, $0.uid) },
            policy: PlanPolicy(prune: .init(maxObjects: 100, maxPercent: 100)),
            ancestors: ["uid-w": ancestor]
        ).prune
        #expect(prune.steps.isEmpty == (ancestor != .gone), "\(prune.verdict)")
    }
}
