// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// What is asked for because of a draft, and that the answers are in the plan.
struct PlanDraftTests {
    private static let space = #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#
    private static let declared =
        #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"new","namespace":"other"}}"#

    private func draft(_ declared: String..., live: [KubeObject]) throws -> PlanDraft {
        let objects = try declared.enumerated().map { line, text in
            RenderedObject(object: try PlanFixture.object(text), origin: Origin(file: "infra/all.yaml", line: line + 1))
        }
        let members = live.map { ($0.id, Inventory.Member(uid: $0.uid)) }
        return PlanDraft(
            RenderedSet(commit: PlanFixture.commit, treeID: "t", objects: objects, notices: []),
            against: Self.live(live),
            inventory: Inventory(
                applySet: PlanFixture.applySet,
                members: Dictionary(members) { first, _ in first }
            ),
            policy: PlanPolicy()
        )
    }

    private static func live(_ objects: [KubeObject]) -> LiveSet {
        LiveSet(
            catalog: PlanFixture.catalog,
            objects: Dictionary(objects.map { ($0.id, LiveObject.whole($0)) }) { first, _ in first },
            unreadable: [:]
        )
    }

    @Test func `only a container that would be deleted is looked into`() throws {
        let space = try PlanFixture.live(Self.space)
        #expect(try draft(Self.declared, live: [space]).questions(Self.live([space])).containers == [space.id])
        #expect(try draft(Self.declared, Self.space, live: [space]).questions(Self.live([space])).containers == [])
        let web = PlanFixture.configMap("web")
        #expect(try draft(Self.declared, web, live: [space]).questions(Self.live([space])).containers == [])
        let map = try PlanFixture.live(web)
        #expect(try draft(Self.declared, live: [map]).questions(Self.live([map])).isEmpty)
    }

    @Test func `what a container holds is in the plan of the same draft`() throws {
        let space = try PlanFixture.live(Self.space)
        let draft = try draft(Self.declared, live: [space])
        let kept = try PlanFixture.live(PlanFixture.configMap("kept"), uid: "uid-2") {
            $0[["metadata", "annotations"]] = ["sternpost.dev/prune": "disabled"]
        }
        var known = Self.live([space])
        known.contents = [space.id: ContainerContents(objects: [])]
        let empty = draft.plan(known)
        #expect(empty.prune.steps.map(\.id) == [space.id])
        known.contents = [space.id: ContainerContents(objects: [kept])]
        let plan = draft.plan(known)
        #expect(plan.prune.steps.isEmpty && plan.prune.kept.map(\.id) == [space.id])
    }

    @Test func `a gate that was found closed holds back the higher waves of the same draft`() throws {
        let later = Self.declared.replacing(
            #""name":"new""#,
            with: #""name":"later","annotations":{"sternpost.dev/wave":"5"}"#
        )
        let draft = try draft(Self.declared, later, live: [])
        #expect(draft.plan().waves.flatMap(\.steps).map(\.id.name) == ["new", "later"])
        var policy = PlanPolicy()
        policy.closedGate = ClosedGate(
            number: 0,
            unhealthy: ObjectID(group: "", kind: "ConfigMap", namespace: "other", name: "new")
        )
        let plan = draft.plan(policy: policy)
        #expect(plan.waves.flatMap(\.steps).map(\.id.name) == ["new"])
        #expect(plan.refused.map(\.reason) == [.waiting])
    }
}
