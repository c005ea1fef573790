// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import SyncRender
import Testing

/// Which live objects need not be kept, and that a plan without their fields is the same plan, or says what it lacks.
struct SettlementTests {
    private static let text = PlanFixture.configMap("web")
    private static let owned = #""f:data":{"f:a":{}}"#

    private func settlement(_ rendered: RenderedSet, marks: [ObjectID: Inventory.AppliedMark] = [:]) -> Settlement {
        Settlement(
            rendered: rendered,
            catalog: PlanFixture.catalog,
            inventory: Inventory(applySet: PlanFixture.applySet, marks: marks),
            defaultNamespace: ""
        )
    }

    @Test func `of an object as it is wanted only its version is kept, and it is settled in a plan`() throws {
        let rendered = try PlanFixture.rendered(Self.text)
        let live = try PlanFixture.live(Self.text, owned: Self.owned)
        let kept = settlement(rendered).kept(live)
        let whole = PlanFixture.plan(rendered, live: [live], members: [(live, "uid-1")])
        let mark = try #require(whole.unchanged.first)
        #expect(
            kept == .settled(.init(uid: "uid-1", resourceVersion: "7", contentHash: mark.contentHash))
        )
        let plan = PlanFixture.plan(rendered, kept: [live.id: kept], members: [(live, "uid-1")])
        #expect(plan.unchanged == whole.unchanged)
        #expect(plan.waves.isEmpty && plan.unread.isEmpty && plan.refused.isEmpty && plan.prune.verdict == .allowed)
    }

    /// What is remarkable about a live object, for the table below.
    enum Remark: String, CaseIterable, Sendable {
        case otherValue, beingDeleted, withoutLabel, leftAlone, anotherTool, controlled, owned, anotherVersion,
            undeclared

        func put(on json: inout JSON) {
            switch self {
            case .otherValue: json[["data", "a"]] = "2"
            case .beingDeleted: json[["metadata", "deletionTimestamp"]] = "2026-11-23T10:42:00Z"
            case .withoutLabel: json[["metadata", "labels", ApplySet.partOfLabel]] = nil
            case .leftAlone: json[["metadata", "annotations", "sternpost.dev/reconcile"]] = "disabled"
            case .anotherTool: json[["metadata", "labels", "kustomize.toolkit.fluxcd.io/name"]] = "apps"
            case .controlled:
                json[["metadata", "ownerReferences"]] = [["controller": true, "kind": "Deployment", "name": "x"]]
            case .owned:
                json[["metadata", "ownerReferences"]] = [["kind": "ConfigMap", "name": "x", "uid": "uid-x"]]
            case .anotherVersion: json["apiVersion"] = "v2"
            case .undeclared: json[["metadata", "name"]] = "stranger"
            }
        }
    }

    @Test(arguments: Remark.allCases)
    func `an object with anything remarkable about it is kept whole`(_ remark: Remark) throws {
        let live = try PlanFixture.live(Self.text, owned: Self.owned) { remark.put(on: &$0) }
        #expect(settlement(try PlanFixture.rendered(Self.text)).kept(live) == .whole(live))
    }

    @Test func `an object that is declared twice is kept whole`() throws {
        let live = try PlanFixture.live(Self.text, owned: Self.owned)
        #expect(settlement(try PlanFixture.rendered(Self.text, Self.text)).kept(live) == .whole(live))
    }

    @Test func `a mark of this very version settles an object that a webhook has changed`() throws {
        let rendered = try PlanFixture.rendered(Self.text)
        let live = try PlanFixture.live(Self.text, owned: Self.owned) { $0[["data", "a"]] = "by a webhook" }
        let hash = try #require(PlanFixture.plan(rendered).waves.first?.steps.first?.contentHash)
        let mark = Inventory.AppliedMark(uid: "uid-1", resourceVersion: "7", contentHash: hash)
        #expect(settlement(rendered, marks: [live.id: mark]).kept(live) == .settled(mark))
        let older = Inventory.AppliedMark(uid: "uid-1", resourceVersion: "6", contentHash: hash)
        #expect(settlement(rendered, marks: [live.id: older]).kept(live) == .whole(live))
    }

    @Test func `a plan that lacks the fields of an object names it, leaves it and deletes nothing`() throws {
        let live = try PlanFixture.live(Self.text, owned: Self.owned)
        let gone = try PlanFixture.live(PlanFixture.configMap("gone"), uid: "uid-2")
        let kept = settlement(try PlanFixture.rendered(Self.text, PlanFixture.configMap("gone"))).kept(live)
        let other = LiveObject.settled(.init(uid: "uid-2", resourceVersion: "8", contentHash: "0"))
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("web", #""a":"new""#)),
            kept: [live.id: kept, gone.id: other],
            members: [(live, "uid-1"), (gone, "uid-2")]
        )
        #expect(plan.unread == [gone.id, live.id])
        #expect(plan.waves.isEmpty && plan.prune.steps.isEmpty && plan.prune.released.isEmpty)
        #expect(plan.refused.map(\.reason) == [.liveUnreadable])
        #expect(plan.desiredMembers == [live.id])
        guard case .blocked = plan.prune.verdict else {
            Issue.record("expected a blocked prune, got \(plan.prune.verdict)")
            return
        }
    }
}
