// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import Testing

/// The annotations about image rollouts in manifests.
struct RollAnnotationTests {
    private func problem(_ key: String, _ value: String) throws -> String? {
        SyncAnnotation.problem(
            try KubeObject([
                "apiVersion": "apps/v1", "kind": "Deployment",
                "metadata": ["name": "web", "annotations": [key: .string(value)]],
            ])
        )
    }

    @Test(arguments: [
        ("roll-tags", "edge"), ("roll-tags", "edge, release-*"), ("roll-tags", "*"), ("roll-tags", "v1.2_3"),
        ("roll-latest", "false"), ("roll-latest", "TRUE"),
    ])
    func `tags and patterns are understood`(key: String, value: String) throws {
        #expect(try problem("sternpost.dev/\(key)", value) == nil)
    }

    @Test(arguments: [
        "", ",", "edge,", "edge,,x", "a b/c", "edge:1", "ä", "[a]", String(repeating: "a", count: 129),
    ])
    func `what is no list of tags is refused with an example`(value: String) throws {
        let text = try #require(try problem("sternpost.dev/roll-tags", value))
        #expect(text.hasPrefix("the annotation sternpost.dev/roll-tags: ") && text.contains("\"edge, release-*\""))
    }

    @Test(arguments: ["rollout", "roll-tag", "roll_latest", "digest"])
    func `what git cannot say is refused as unknown`(key: String) throws {
        let text = try #require(try problem("sternpost.dev/\(key)", "{}"))
        #expect(text.hasPrefix("the annotation sternpost.dev/\(key) is not known; there are "))
        #expect(text.contains("sternpost.dev/roll-tags") && !text.contains("sternpost.dev/rollout,"))
    }

    @Test func `a manifest that brings its own memory of rollouts is not applied`() throws {
        let text = """
            {"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"web","namespace":"shop",
             "annotations":{"sternpost.dev/rollout":"{}"}},"spec":{}}
            """
        let plan = PlanFixture.plan(try PlanFixture.rendered(text))
        #expect(plan.waves.isEmpty && plan.refused.count == 1)
        #expect(plan.refused.first?.message.contains("sternpost.dev/rollout is not known") == true)
    }
}
