// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// Which live objects are settled, so that their fields need not be kept, and that a plan without these is the same plan.
struct TriageTests {
    private static let text = PlanFixture.configMap("web")
    private static let owned = #""f:data":{"f:a":{}}"#

    private func triage(_ rendered: RenderedSet, marks: [ObjectID: Inventory.AppliedMark] = [:]) -> Triage {
        Triage(
            rendered: rendered,
            catalog: PlanFixture.catalog,
            inventory: Inventory(applySet: PlanFixture.applySet, marks: marks),
            defaultNamespace: ""
        )
    }

    @Test func `of an object as it is wanted only its version is kept, and it is settled in a plan`() throws {
        let rendered = try PlanFixture.rendered(Self.text)
        let live = try PlanFixture.live(Self.text, owned: Self.owned)
        let kept = triage(rendered).kept(live)
        let whole = PlanFixture.plan(rendered, live: [live], members: [(live, "uid-1")])
        let mark = try #require(whole.unchanged.first)
        #expect(
            kept == .settled(.init(uid: "uid-1", resourceVersion: "7", contentHash: mark.contentHash))
        )
        let plan = PlanFixture.plan(rendered, kept: [live.id: kept], members: [(live, "uid-1")])
        #expect(plan.unchanged == whole.unchanged)
        #expect(plan.waves.isEmpty && plan.refused.isEmpty && plan.prune.verdict == .allowed)
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
        #expect(triage(try PlanFixture.rendered(Self.text)).kept(live) == .whole(live))
    }

    @Test func `an object that is declared twice is kept whole`() throws {
        let live = try PlanFixture.live(Self.text, owned: Self.owned)
        #expect(triage(try PlanFixture.rendered(Self.text, Self.text)).kept(live) == .whole(live))
    }

    @Test func `a mark of this very version settles an object that a webhook has changed`() throws {
        let rendered = try PlanFixture.rendered(Self.text)
        let live = try PlanFixture.live(Self.text, owned: Self.owned) { $0[["data", "a"]] = "by a webhook" }
        let hash = try #require(PlanFixture.plan(rendered).waves.first?.steps.first?.contentHash)
        let mark = Inventory.AppliedMark(uid: "uid-1", resourceVersion: "7", contentHash: hash)
        #expect(triage(rendered, marks: [live.id: mark]).kept(live) == .settled(mark))
        let older = Inventory.AppliedMark(uid: "uid-1", resourceVersion: "6", contentHash: hash)
        #expect(triage(rendered, marks: [live.id: older]).kept(live) == .whole(live))
    }

    /// What a later commit has instead of the manifest by which an object was settled.
    struct Later: Sendable, CustomTestStringConvertible {
        let what: String
        let manifests: [String]
        var isSettled = false
        var testDescription: String { what }
    }

    static let later = [
        Later(what: "the same manifest", manifests: [text], isSettled: true),
        Later(what: "the same and another one", manifests: [text, PlanFixture.configMap("other")], isSettled: true),
        Later(what: "another value", manifests: [PlanFixture.configMap("web", #""a":"new""#)]),
        Later(what: "no such manifest", manifests: [PlanFixture.configMap("other")]),
        Later(what: "the manifest twice", manifests: [text, text]),
        Later(
            what: "one that asks to be left alone",
            manifests: [
                text.replacing(
                    #""namespace":"shop""#,
                    with: #""namespace":"shop","annotations":{"sternpost.dev/reconcile":"disabled"}"#
                )
            ]
        ),
        Later(what: "another version", manifests: [text.replacing(#""v1""#, with: #""v2""#)]),
    ]

    @Test(arguments: later)
    func `what was settled for an earlier commit stays settled as long as its manifest is the same`(
        _ later: Later
    ) throws {
        let live = try PlanFixture.live(Self.text, owned: Self.owned)
        guard case .settled(let mark) = triage(try PlanFixture.rendered(Self.text)).kept(live) else {
            Issue.record("not settled at first")
            return
        }
        let objects = try later.manifests.map { try PlanFixture.rendered($0).objects }.flatMap { $0 }
        let first = try PlanFixture.rendered(Self.text)
        let rendered = RenderedSet(commit: first.commit, treeID: "later", objects: objects, notices: [])
        #expect(triage(rendered).holds(mark, for: live.id) == later.isSettled)
    }

    @Test func `an object that was sorted as settled is not deleted`() throws {
        let live = try PlanFixture.live(Self.text, owned: Self.owned)
        let kept = triage(try PlanFixture.rendered(Self.text)).kept(live)
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("other")),
            kept: [live.id: kept],
            members: [(live, "uid-1")]
        )
        #expect(plan.prune.steps.isEmpty && plan.prune.released.isEmpty)
        #expect(plan.prune.kept.map(\.id) == [live.id])
    }
}
