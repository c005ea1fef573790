// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncRender
import Testing

@testable import SyncPlan

/// What a prune is judged of, and what counts as left over for later passes.
struct PruneBaseTests {
    private static let space = #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#

    private func configMaps(_ count: Int, from first: Int = 0) throws -> [KubeObject] {
        try (first..<first + count).map { try PlanFixture.live(PlanFixture.configMap("c\($0)"), uid: "uid-\($0)") }
    }

    @Test func `what declared objects keep for ever is left over for no later pass`() throws {
        let old = try PlanFixture.live(Self.space)
        let prune = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: [old],
            members: [(old, "uid-1")]
        ).prune
        #expect(prune.kept.map(\.reason) == ["it holds objects that are declared"])
        #expect(prune.leftOver.isEmpty)
    }

    @Test func `a namespace is left over while a member in it cannot be read`() throws {
        let old = try PlanFixture.live(Self.space)
        let hidden = try PlanFixture.live(PlanFixture.configMap("c"), uid: "uid-2")
        let elsewhere = #"{"apiVersion":"v1","kind":"Service","metadata":{"name":"s","namespace":"other"}}"#
        let prune = PlanFixture.plan(
            try PlanFixture.rendered(elsewhere),
            live: [old],
            members: [(old, "uid-1"), (hidden, "uid-2")],
            unreadable: [GroupKind(group: "", kind: "ConfigMap"): "timeout"]
        ).prune
        #expect(prune.leftOver == [old.id, hidden.id])
    }

    @Test(arguments: [(false, 40), (true, 40)])
    func `members of a kind that cannot be read now are counted as before`(_ isHidden: Bool, _ base: Int) throws {
        let members = try configMaps(30)
        let old = try (0..<10).map {
            let text = #"{"apiVersion":"v1","kind":"Service","metadata":{"name":"s\#($0)","namespace":"shop"}}"#
            return try PlanFixture.live(text, uid: "uid-s\($0)")
        }
        let new = try PlanFixture.rendered(#"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#)
        let declared = members.map { RenderedObject(object: $0, origin: .init(file: "infra/kept.yaml", line: 1)) }
        let prune = PlanFixture.plan(
            .init(commit: new.commit, treeID: new.treeID, objects: new.objects + declared, notices: []),
            live: isHidden ? old : old + members,
            members: (old + members).map { ($0, $0.uid) },
            unreadable: isHidden ? [GroupKind(group: "", kind: "ConfigMap"): "timeout"] : [:]
        ).prune
        #expect(prune.base == base)
    }
}
