// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import SyncRender
import Testing

/// A plan of many members costs as much as there are, not their product.
struct PruneCostTests {
    /// How many times ids were looked at cannot be counted from outside, so the size is one at which a product of the two
    /// numbers would take minutes instead of seconds.
    @Test(.timeLimit(.minutes(1)))
    func `ten thousand members beside ten thousand refused objects and a thousand namespaces`() throws {
        var live: [KubeObject] = []
        for index in 0..<10_000 {
            live.append(try PlanFixture.live(PlanFixture.configMap("m\(index)"), uid: "u\(index)"))
        }
        for index in 0..<1_000 {
            live.append(
                try PlanFixture.live(
                    #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"space-\#(index)"}}"#,
                    uid: "n\(index)"
                )
            )
        }
        let widgets = try (0..<10_000).map { index in
            RenderedObject(
                object: try PlanFixture.object(
                    #"{"apiVersion":"acme.dev/v1","kind":"Widget","metadata":{"name":"w\#(index)","namespace":"shop"}}"#
                ),
                origin: Origin(file: "infra/all.yaml", line: index + 1)
            )
        }
        let plan = PlanFixture.plan(
            RenderedSet(commit: PlanFixture.commit, treeID: "t", objects: widgets, notices: []),
            live: live,
            members: live.map { ($0, $0.uid) }
        )
        #expect(plan.refused.count == 10_000)
        #expect(plan.prune.steps.count == 11_000)
        guard case .blocked = plan.prune.verdict else {
            Issue.record("not blocked: \(plan.prune.verdict)")
            return
        }
    }
}
