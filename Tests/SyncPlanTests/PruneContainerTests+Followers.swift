// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// Which objects of a definition follow from something that is deleted before it.
extension PruneContainerTests {
    /// Its label may be a copy of the other one's.
    @Test(arguments: [false, true])
    func `of a definition's objects those that follow from a member that goes as well are not judged`(goes: Bool) throws
    {
        let (definition, widget) = (
            try PlanFixture.live(Self.definition), try PlanFixture.live(Self.widget, uid: "uid-w")
        )
        var child = try PlanFixture.object(
            """
            {"apiVersion":"acme.dev/v1","kind":"Widget","metadata":{"name":"c","namespace":"shop","uid":"x1",
            "ownerReferences":[{"apiVersion":"acme.dev/v1","kind":"Widget","name":"w","uid":"\(goes ? "uid-w" : "x4")",
            "controller":true}]}}
            """
        )
        let plain = try plan(
            definition,
            [widget],
            contents: ContainerContents(objects: [child], followers: .ofWhatGoes)
        )
        guard case .held(let reasons, _) = plain.prune.verdict else {
            Issue.record("not held")
            return
        }
        #expect(reasons.contains { $0.contains("takes along 1 object not in the list") } == !goes, "\(reasons)")
        child.json[["metadata", "labels"]] = ["kapp.k14s.io/app": "shop"]
        let marked = try plan(
            definition,
            [widget],
            contents: ContainerContents(objects: [child], followers: .ofWhatGoes)
        )
        #expect(marked.prune.steps.contains { $0.id == definition.id } == goes, "\(marked.prune.kept)")
    }

    /// The Namespace goes last, and may be refused when the definition is gone.
    @Test(arguments: ["uid-c", "uid-space", "x1"])
    func
        `of a definition's objects those that follow from a Namespace, from what is in it or from themselves are in the list`(
            controller: String
        ) throws
    {
        let definition = try PlanFixture.live(Self.definition, uid: "uid-definition")
        let space = try PlanFixture.live(Self.space, uid: "uid-space")
        let inside = try PlanFixture.object(
            #"{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"shop","uid":"uid-c"}}"#
        )
        let widget = try PlanFixture.object(
            """
            {"apiVersion":"acme.dev/v1","kind":"Widget","metadata":{"name":"w","namespace":"else","uid":"x1",
            "ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"c","uid":"\(controller)","controller":true}]}}
            """
        )
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(Self.elsewhere),
            live: [definition, space],
            members: [(definition, definition.uid), (space, space.uid)],
            catalog: Self.catalog,
            contents: [
                definition.id: ContainerContents(objects: [widget], followers: .ofWhatGoes),
                space.id: ContainerContents(objects: [inside], followers: FollowerRule(Self.catalog)),
            ]
        )
        guard case .held(let reasons, _) = plan.prune.verdict else {
            Issue.record("not held")
            return
        }
        #expect(reasons.contains { $0.contains("Widget.acme.dev else/w") }, "\(reasons)")
    }

    /// It has the mark as well, and nothing takes it away.
    @Test func `of a definition's objects those that follow from a member that has to stay are judged`() throws {
        let definition = try PlanFixture.live(Self.definition)
        let owner = try Self.map("owner")
        let child = try Self.map("child", ownedBy: "owner", wish: "disabled")
        let widget = try PlanFixture.object(
            """
            {"apiVersion":"acme.dev/v1","kind":"Widget","metadata":{"name":"c","namespace":"shop","uid":"x1",
            "labels":{"kapp.k14s.io/app":"shop"},"ownerReferences":[{"apiVersion":"v1","kind":"ConfigMap","name":"owner",
            "uid":"uid-owner","controller":true}]}}
            """
        )
        let contents = ContainerContents(objects: [widget], followers: .ofWhatGoes)
        let free = try plan(definition, [owner], contents: contents)
        #expect(free.prune.steps.count == 2, "\(free.prune.kept)")
        let plan = try plan(definition, [owner, child], contents: contents)
        #expect(plan.prune.steps.isEmpty)
        let reason = plan.prune.kept.first { $0.id == definition.id }?.reason
        #expect(reason?.contains("Widget.acme.dev shop/c") == true, "\(reason ?? "-")")
    }
}
