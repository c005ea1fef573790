// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncLook
import SyncPlan
import SyncRender
import Testing

/// The order in which objects are applied.
struct WaveTests {
    private static let definition = """
        {"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"widgets.acme.dev"},
        "spec":{"group":"acme.dev","scope":"Namespaced","names":{"kind":"Widget","plural":"widgets"},
        "versions":[{"name":"v1","served":true,"storage":true}]}}
        """

    @Test func `a custom resource waits for its definition in the same commit`() throws {
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(
                #"{"apiVersion":"acme.dev/v1","kind":"Widget","metadata":{"name":"w","namespace":"shop"}}"#,
                #"{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop"}}"#,
                WaveTests.definition
            )
        )
        #expect(plan.refused.isEmpty)
        #expect(plan.waves.map { $0.steps.map(\.id.kind) } == [["CustomResourceDefinition", "Namespace"], ["Widget"]])
        #expect(plan.waves[0].awaits.map(\.name) == ["widgets.acme.dev"])
        #expect(plan.waves[1].steps[0].dependsOn.count == 2)
        #expect(plan.waves[1].steps[0].resource.plural == "widgets")
    }

    @Test func `the Secret of a token comes after its service account, or the controller of tokens deletes it`() throws
    {
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(
                """
                {"apiVersion":"v1","kind":"Secret","metadata":{"name":"a-token","namespace":"shop",
                "annotations":{"kubernetes.io/service-account.name":"robot"}},
                "type":"kubernetes.io/service-account-token"}
                """,
                #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"b","namespace":"shop"}}"#,
                #"{"apiVersion":"v1","kind":"ServiceAccount","metadata":{"name":"robot","namespace":"shop"}}"#
            )
        )
        #expect(plan.waves.map { $0.steps.map(\.id.name) } == [["robot"], ["a-token", "b"]])
    }

    @Test func `a person's wave comes after the lower one is healthy, but never before its own namespace`() throws {
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(
                """
                {"apiVersion":"v1","kind":"Namespace","metadata":{"name":"shop","annotations":{"sternpost.dev/wave":"9"}}}
                """,
                PlanFixture.configMap("first"),
                """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"second","namespace":"shop",
                "annotations":{"argocd.argoproj.io/sync-wave":"2"}}}
                """
            )
        )
        #expect(plan.waves.map { $0.steps.map(\.id.name) } == [["shop"], ["first"], ["second"]])
        #expect(plan.waves[2].after.map(\.id.name) == ["first", "shop"])
        #expect(plan.waves[0].after.isEmpty && plan.waves[1].after.isEmpty)
    }

    private static func later(_ name: String, wave: Int = 1, _ data: String = #""a":"1""#) -> String {
        """
        {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"\(name)","namespace":"shop",
        "annotations":{"sternpost.dev/wave":"\(wave)"}},"data":{\(data)}}
        """
    }

    @Test func `what an earlier pass has written counts among the objects for which a later wave waits`() throws {
        let first = PlanFixture.configMap("first")
        let live = try PlanFixture.live(first, owned: #""f:data":{"f:a":{}}"#)
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(first, WaveTests.later("second"), WaveTests.later("third", wave: 2)),
            live: [live],
            members: [(live, "uid-1")]
        )
        #expect(plan.unchanged.map(\.id.name) == ["first"])
        #expect(plan.waves.map { $0.after.map(\.id.name) } == [["first"], ["first", "second"]])
        #expect(plan.waves.last?.after.map(\.number) == [0, 1])
    }

    @Test func `an object that is refused keeps the higher waves back, one that asks to be left alone does not`() throws
    {
        func plan(_ annotation: String) throws -> Plan {
            let first = """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"first","namespace":"shop",
                "annotations":{\(annotation)}}}
                """
            return PlanFixture.plan(try PlanFixture.rendered(first, WaveTests.later("second")))
        }
        let refused = try plan(#""sternpost.dev/prune":"misspelt""#)
        #expect(refused.waves.isEmpty)
        #expect(refused.refused.map(\.reason) == [.invalid, .waiting])
        #expect(refused.refused.last?.message.hasPrefix("blocked by wave 0: ConfigMap") == true)
        let alone = try plan(#""sternpost.dev/reconcile":"disabled""#)
        #expect(alone.waves.flatMap(\.steps).map(\.id.name) == ["second"])
    }

    @Test func `a wave that was waited for in vain keeps the higher ones back and lets the lower ones pass`() throws {
        let id = ObjectID(group: "apps", kind: "Deployment", namespace: "shop", name: "web")
        var policy = PlanPolicy()
        policy.closedGate = ClosedGate(number: 0, unhealthy: id)
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(PlanFixture.configMap("first"), WaveTests.later("second")),
            policy: policy
        )
        #expect(plan.waves.flatMap(\.steps).map(\.id.name) == ["first"])
        #expect(plan.refused.map(\.message) == ["blocked by wave 0: \(id) is not healthy"])
    }

    @Test func `a step that failed is withheld until the manifest or the object changes`() throws {
        let text = PlanFixture.configMap("first")
        let rendered = try PlanFixture.rendered(text)
        let step = try #require(PlanFixture.plan(rendered).waves.first?.steps.first)
        var policy = PlanPolicy()
        policy.withheld = [step.id: WithheldStep(step, because: "it was refused")]
        let withheld = PlanFixture.plan(rendered, policy: policy)
        #expect(withheld.waves.isEmpty)
        #expect(withheld.refused.map(\.reason) == [.failing])
        #expect(withheld.refused.map(\.message) == ["it was refused"])
        let changed = try PlanFixture.rendered(PlanFixture.configMap("first", #""a":"2""#))
        #expect(PlanFixture.plan(changed, policy: policy).waves.count == 1)
        let appeared = try PlanFixture.live(text) { $0[["data", "a"]] = "other" }
        #expect(PlanFixture.plan(rendered, live: [appeared], policy: policy).waves.count == 1)
    }

    @Test func `a step at another item of a list is another step, although both look the same masked`() throws {
        let text = PlanFixture.configMap("first")
        let live = try PlanFixture.live(text)
        let known = try #require(PlanFixture.plan(try PlanFixture.rendered(text)).waves.first?.steps.first)
        func step(_ item: JSON) -> Step {
            Step(
                id: known.id,
                action: .configure,
                cause: .drift,
                object: known.object,
                resource: known.resource,
                origin: known.origin,
                contentHash: known.contentHash,
                live: live,
                differences: [FieldDifference(path: [.field("list"), .value(item)], before: item, after: nil)],
                dependsOn: [],
                mayRecreate: false
            )
        }
        let failed = step("--token=a")
        #expect(failed.changes == step("--token=b").changes)
        #expect(WithheldStep(failed, because: "x").isSame(as: failed))
        #expect(!WithheldStep(failed, because: "x").isSame(as: step("--token=b")))
    }

    @Test func `an unreadable wave is an error of that object`() throws {
        let plan = PlanFixture.plan(
            try PlanFixture.rendered(
                """
                {"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","namespace":"shop",
                "annotations":{"sternpost.dev/wave":"first"}}}
                """
            )
        )
        #expect(plan.refused.map(\.reason) == [.invalid])
    }

    @Test func `the same inputs in another order give the same plan`() throws {
        let texts = ["a", "b", "c", "d"].map { PlanFixture.configMap($0) }
        let forward = PlanFixture.plan(try PlanFixture.rendered(texts[0], texts[1], texts[2], texts[3]))
        let backward = PlanFixture.plan(try PlanFixture.rendered(texts[3], texts[2], texts[1], texts[0]))
        #expect(forward.waves.flatMap(\.steps).map(\.id) == backward.waves.flatMap(\.steps).map(\.id))
        #expect(forward.waves.flatMap(\.steps).map(\.contentHash) == backward.waves.flatMap(\.steps).map(\.contentHash))
    }

    @Test func `the ApplySet id is kubectl's`() {
        // printf 'sternpost-posts.sternpost.Secret.' | openssl dgst -sha256 -binary | base64, made URL-safe, no padding
        let expected = "applyset-Cw26blDxSZgVSOAMt7oV3rBLgg2K8lY7qLRAdHA7nb8-v1"
        #expect(ApplySet(project: "posts", namespace: "sternpost").id == expected)
    }
}
