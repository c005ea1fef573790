// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import SyncRender
import Testing

@testable import SyncApply

/// Which steps a sync skips, and a preview says it would skip, because of others.
@Suite struct StepBlockersTests {
    private static func id(_ name: String) -> ObjectID {
        ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: name)
    }

    private func step(_ name: String, needs: [String] = []) throws -> Step {
        Step(
            id: Self.id(name),
            action: .create,
            cause: .missing,
            object: try KubeObject(["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)]]),
            resource: APIResource(
                gvk: GroupVersionKind(apiVersion: "v1", kind: "ConfigMap"),
                plural: "configmaps",
                isNamespaced: true,
                verbs: ["patch"]
            ),
            origin: Origin(file: "infra/a.yaml", line: 1),
            contentHash: "",
            live: nil,
            differences: [],
            newsCount: 0,
            dependsOn: needs.map(Self.id),
            mayRecreate: false
        )
    }

    private func wave(_ number: Int, _ steps: [Step], after: [String: Int] = [:]) -> Wave {
        Wave(
            number: number,
            steps: steps,
            awaits: [],
            after: after.map { GatedObject(id: Self.id($0.key), number: $0.value) }
        )
    }

    static let rows: [(failed: [String], needs: [String], told: String?)] = [
        ([], ["a"], nil), (["x"], ["a"], nil), (["a"], ["a"], "blocked by ConfigMap shop/a: it failed"),
        (["b", "a"], ["b", "a", "c"], "blocked by ConfigMap shop/a and 1 more: it failed"),
    ]

    @Test(arguments: rows)
    func `a step is blocked by what it needs, the first by name and how many more`(
        failed: [String],
        needs: [String],
        told: String?
    ) throws {
        var blockers = StepBlockers()
        for name in failed { blockers.block(dependantsOf: Self.id(name), because: "it failed") }
        let step = try step("web", needs: needs)
        #expect(blockers.blocker(of: step, in: wave(0, [step])) == told)
    }

    @Test func `the first reason of an object stays`() throws {
        var blockers = StepBlockers()
        blockers.block(dependantsOf: Self.id("a"), because: "it failed")
        blockers.block(dependantsOf: Self.id("a"), because: "it was skipped")
        let step = try step("web", needs: ["a"])
        #expect(blockers.blocker(of: step, in: wave(0, [step])) == "blocked by ConfigMap shop/a: it failed")
    }

    @Test func `a wave behind a blocked object does not start, and those at or before its number do`() throws {
        var blockers = StepBlockers()
        blockers.block(dependantsOf: Self.id("a"), because: "it failed")
        let step = try step("web")
        let later = wave(2, [step], after: ["a": 1, "b": 0])
        #expect(blockers.blocker(of: step, in: later) == nil)
        let isClosed = blockers.closeGate(before: later)
        #expect(isClosed)
        #expect(blockers.blocker(of: step, in: later) == "blocked by wave 1: ConfigMap shop/a: it failed")
        #expect(blockers.isStuck(before: wave(2, [])) && blockers.isStuck(before: wave(5, [])))
        #expect(!blockers.isStuck(before: wave(1, [])) && blockers.blocker(of: step, in: wave(1, [step])) == nil)
        let isFirst = blockers.stop(after: 0, because: "late")
        #expect(!isFirst && blockers.stuckWave?.number == 1, "the first reason stays")
    }

    @Test func `a wave starts while what it waits for is not blocked`() throws {
        var blockers = StepBlockers()
        blockers.block(dependantsOf: Self.id("x"), because: "it failed")
        let isClosed = blockers.closeGate(before: wave(2, [], after: ["a": 1]))
        #expect(!isClosed && blockers.stuckWave == nil)
    }
}
