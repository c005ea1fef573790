// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import Testing

/// What is deleted only after something else is gone.
struct PruneOrderTests {
    private static let catalog: APICatalog = {
        var catalog = PlanFixture.catalog
        let gvk = GroupVersionKind(group: "acme.dev", version: "v1", kind: "Widget")
        catalog.add(APIResource(gvk: gvk, plural: "widgets", isNamespaced: true, verbs: ["list", "get", "delete"]))
        return catalog
    }()

    private func plan(widget edit: (inout JSON) -> Void) throws -> Plan {
        let text = #"{"apiVersion":"acme.dev/v1","kind":"Widget","metadata":{"name":"w","namespace":"shop"}}"#
        let widget = try PlanFixture.live(text, uid: "uid-w", edit: edit)
        let account = try PlanFixture.live(PlanFixture.configMap("operator"), uid: "uid-o")
        return PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("new")),
            live: [widget, account],
            members: [(widget, widget.uid), (account, account.uid)],
            catalog: Self.catalog
        )
    }

    @Test func `what comes after a custom resource stays while that waits for its finalizers`() throws {
        let plan = try plan { json in
            json[["metadata", "deletionTimestamp"]] = "2026-01-01T00:00:00Z"
            json[["metadata", "finalizers"]] = ["acme.dev/clean"]
        }
        #expect(plan.prune.steps.isEmpty)
        let reason = plan.prune.kept.first { $0.id.name == "operator" }?.reason
        let words =
            "Widget.acme.dev shop/w is being deleted and waits for finalizers, and what removes them may need it"
        #expect(reason == words)
    }

    @Test func `what is only being deleted holds up nothing`() throws {
        let ending = try plan { $0[["metadata", "deletionTimestamp"]] = "2026-01-01T00:00:00Z" }
        #expect(ending.prune.steps.map(\.id.name) == ["operator"])
        let there = try plan { $0[["metadata", "finalizers"]] = ["acme.dev/clean"] }
        #expect(there.prune.steps.map(\.id.name) == ["w", "operator"])
    }
}
