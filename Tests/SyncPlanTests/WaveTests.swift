// SPDX-License-Identifier: Apache-2.0
import KubeObjects
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
        #expect(Set(plan.waves[1].awaits.map(\.name)) == ["shop", "first"])
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
