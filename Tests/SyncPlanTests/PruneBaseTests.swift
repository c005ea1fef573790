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

    /// Six custom resources may go at once; another one is being deleted, and five ConfigMaps wait for that.
    @Test(arguments: [(10, true), (11, false)])
    func `what only waits is counted in the limit, so that nothing goes in instalments`(limit: Int, isHeld: Bool) throws
    {
        var catalog = PlanFixture.catalog
        let gvk = GroupVersionKind(group: "acme.dev", version: "v1", kind: "Widget")
        catalog.add(APIResource(gvk: gvk, plural: "widgets", isNamespaced: true, verbs: ["list", "get", "delete"]))
        let widgets = try (0..<7).map { number in
            let text = """
                {"apiVersion":"acme.dev/v1","kind":"Widget","metadata":{"name":"w\(number)","namespace":"shop"}}
                """
            return try PlanFixture.live(text, uid: "uid-w\(number)") { json in
                json[["metadata", "finalizers"]] = ["acme.dev/clean"]
                if number == 0 { json[["metadata", "deletionTimestamp"]] = "2026-01-01T00:00:00Z" }
            }
        }
        let live = try widgets + configMaps(5)
        let prune = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: live,
            members: live.map { ($0, $0.uid) },
            catalog: catalog,
            policy: PlanPolicy(prune: .init(maxObjects: limit, maxPercent: 0))
        ).prune
        #expect(prune.steps.map(\.id.kind) == Array(repeating: "Widget", count: 6))
        let reason = """
            11 of 12 objects would be deleted, 5 of them once what they wait for is gone; without approval at most 10 (the \
            larger of 10 objects and 0%)
            """
        guard case .held(let reasons, _) = prune.verdict else {
            #expect(!isHeld && prune.verdict == .allowed)
            return
        }
        #expect(isHeld && reasons == [reason])
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
