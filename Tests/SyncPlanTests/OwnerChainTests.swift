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
    }

    @Test(arguments: [["uid-old"], ["uid-x"]])
    func `what owns the owner of a declared object stays`(owners: [String]) throws {
        // Through one more of them, too.
        let plan = try prune(["uid-r": .exists(owners: owners), "uid-x": .exists(owners: ["uid-old", "uid-r"])])
        #expect(plan.steps.isEmpty && plan.openOwners.isEmpty)
        #expect(plan.kept.map(\.reason) == ["ConfigMap shop/kept, which it owns, is declared"])
    }

    @Test func `an owner that is gone, or has no owners, keeps nothing`() throws {
        for ancestor in [Ancestor.gone, .exists(owners: [])] {
            #expect(try prune(["uid-r": ancestor]).steps.map(\.id.name) == ["old"])
        }
    }

    @Test func `while an owner cannot be read nothing is deleted, and the reason names both`() throws {
        let verdict = try prune(["uid-r": .unknown("forbidden")]).verdict
        let reason =
            "ConfigMap shop/kept is owned by Role.rbac.authorization.k8s.io shop/r, which cannot be read, and what would be"
            + " deleted may own that: forbidden"
        #expect(verdict == .blocked(reasons: [reason]))
    }
}
