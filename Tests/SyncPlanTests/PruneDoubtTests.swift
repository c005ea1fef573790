// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// What a person has to say yes to, because git's silence proves less than usual.
struct PruneDoubtTests {
    private let source = "a#infra"

    private func plan(
        _ members: [String: Inventory.Member],
        ref: String = "",
        unseenKinds: Set<GroupKind> = [],
        alsoLive: [KubeObject] = [],
        catalog: APICatalog = PlanFixture.catalog,
        unreadable: [GroupKind: String] = [:],
        rewoundFrom: String? = nil
    ) throws -> (plan: Plan, inventory: Inventory) {
        var objects = alsoLive
        var known: [ObjectID: Inventory.Member] = [:]
        for (name, member) in members {
            let object = try PlanFixture.live(PlanFixture.configMap(name), uid: member.uid ?? "uid-\(name)")
            objects.append(object)
            known[object.id] = member
        }
        let inventory = Inventory(
            applySet: PlanFixture.applySet,
            members: known,
            unseenKinds: unseenKinds,
            ref: ref
        )
        var policy = PlanPolicy(source: source)
        policy.rewoundFrom = rewoundFrom
        let live = LiveSet(
            catalog: catalog,
            objects: Dictionary(objects.map { ($0.id, .whole($0)) }) { first, _ in first },
            unreadable: unreadable
        )
        let rendered = try PlanFixture.rendered(PlanFixture.configMap("new"))
        return (Planner.plan(rendered, against: live, inventory: inventory, policy: policy), inventory)
    }

    private func reasons(_ plan: Plan) -> [String] {
        guard case .held(let reasons, _) = plan.prune.verdict else { return [] }
        return reasons
    }

    @Test func `a member that was found again after a loss is held by what stands at it, not by this pass`() throws {
        let known = try plan(["old": .init(uid: "u1", source: source)]).plan
        #expect(known.prune.verdict == .allowed)
        let lost = try plan(["old": .init(uid: "u1", doubt: .lost)]).plan
        #expect(reasons(lost).contains { $0.contains("was lost") && $0.contains("shop/old") })
        #expect(lost.prune.doubts.values.map(\.self) == [.lost])
    }

    @Test func `members of another source are held one by one, whatever the others came from`() throws {
        let moved = try plan(["mine": .init(uid: "u1", source: source), "theirs": .init(uid: "u2", source: "b#infra")])
        #expect(reasons(moved.plan).contains { $0.contains("came from b#infra") })
    }

    @Test func `a member whose version tag is gone is held in this pass and stays in doubt`() throws {
        let (plan, _) = try plan(["old": .init(uid: "u1", source: source)], rewoundFrom: "v1.1.0")
        #expect(reasons(plan).contains { $0.contains("the version tag v1.1.0 is gone") })
        #expect(plan.prune.doubts.values.map(\.self) == [.rewound])
        let later = try self.plan(["old": .init(uid: "u1", source: source, doubt: .rewound)]).plan
        #expect(reasons(later).contains { $0.contains("a newer version tag is gone") })
    }

    @Test func `a kind that was not looked through since the loss is looked through once it can be listed`() throws {
        let widgets = GroupKind(group: "", kind: "ServiceAccount")
        let text = #"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"robot","namespace":"shop"}}"#
        let robot = try PlanFixture.live(text, uid: "u9")
        let copied = try PlanFixture.live(text.replacing("robot", with: "copied")) {
            $0[["metadata", "managedFields"]] = []
        }
        let away = try plan([:], unseenKinds: [widgets], unreadable: [widgets: "forbidden"]).plan
        #expect(away.unseenKinds == [widgets] && away.foundAgain.isEmpty)
        guard case .blocked(let reasons) = away.prune.verdict else {
            Issue.record("not blocked: \(away.prune.verdict)")
            return
        }
        #expect(reasons.contains { $0.contains("contains-group-kinds") })
        let back = try plan([:], unseenKinds: [widgets], alsoLive: [robot, copied]).plan
        #expect(back.unseenKinds.isEmpty)
        #expect(back.foundAgain == [robot.id: .init(uid: "u9", doubt: .lost)])
    }

    @Test func `a group that did not answer during the loss is looked through once it answers`() throws {
        let all = GroupKind(group: "acme.dev", kind: UnseenKinds.wildcard)
        var catalog = PlanFixture.catalog
        catalog.markUnavailable(group: "acme.dev", reason: "503")
        #expect(try plan([:], unseenKinds: [all], catalog: catalog).plan.unseenKinds == [all])
        catalog = PlanFixture.catalog
        let gvk = GroupVersionKind(group: "acme.dev", version: "v1", kind: "Widget")
        catalog.add(APIResource(gvk: gvk, plural: "widgets", isNamespaced: true, verbs: ["list", "delete"]))
        let widget = try PlanFixture.live(
            #"{"apiVersion":"acme.dev/v1","kind":"Widget","metadata":{"name":"w","namespace":"shop"}}"#,
            uid: "u3"
        )
        let back = try plan([:], unseenKinds: [all], alsoLive: [widget], catalog: catalog).plan
        #expect(back.unseenKinds.isEmpty)
        #expect(back.foundAgain.keys.map(\.name) == ["w"])
    }

    @Test func `an object that is gone and one that lost our label by hand are told in two sentences`() throws {
        let bare = try PlanFixture.live(PlanFixture.configMap("bare"), uid: "u1") {
            $0[["metadata", "labels", ApplySet.partOfLabel]] = nil
        }
        let gone = try PlanFixture.live(PlanFixture.configMap("gone"), uid: "u2")
        let never = try PlanFixture.live(PlanFixture.configMap("never"), uid: "u3")
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: [bare],
            members: [(bare, "u1"), (gone, "u2"), (never, nil)]
        )
        let reasons = Dictionary(plan.prune.released.map { ($0.id.name, $0.reason) }) { first, _ in first }
        #expect(reasons["bare"]?.contains("is there and no longer carries this project's label") == true)
        #expect(reasons["gone"] == "it is gone from the cluster")
        #expect(reasons["never"] == "it is not in the cluster, and no pass has seen it there")
    }

    @Test func `a member of a kind that can neither be listed nor read is not taken for gone`() throws {
        var catalog = APICatalog()
        let gvk = GroupVersionKind(group: "acme.dev", version: "v1", kind: "Review")
        catalog.add(APIResource(gvk: gvk, plural: "reviews", isNamespaced: true, verbs: ["create", "delete"]))
        let review = try PlanFixture.live(
            #"{"apiVersion":"acme.dev/v1","kind":"Review","metadata":{"name":"r","namespace":"shop"}}"#
        )
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(),
            members: [(review, "uid-1")],
            catalog: catalog
        )
        #expect(plan.prune.released.isEmpty)
        #expect(plan.prune.kept.map(\.reason).first?.contains("neither be listed nor read") == true)
    }
}
