// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncPlan
import SyncRender
import SyncSource

/// Steps and plans of them, without a cluster or a repository.
enum StepFixture {
    static let noPrune = PrunePlan(verdict: .allowed, steps: [], released: [])

    /// A step that changes the field `.data.a` of a ConfigMap.
    static func step(_ name: String = "a", cause: Step.Cause = .drift, dependsOn: [ObjectID] = []) throws -> Step {
        let object = try KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name), "namespace": "shop"],
            "data": ["a": "2"],
        ])
        let difference = FieldDifference(
            path: [.field("data"), .field("a")],
            before: .string("1"),
            after: .string("2")
        )
        return Step(
            id: object.id,
            action: .configure,
            cause: cause,
            object: object,
            resource: APIResource(
                gvk: object.gvk,
                plural: "configmaps",
                isNamespaced: true,
                verbs: ["get", "list", "patch"]
            ),
            origin: Origin(file: "infra/\(name).yaml", line: 1),
            contentHash: "hash of \(name)",
            live: nil,
            differences: [difference],
            dependsOn: dependsOn,
            mayRecreate: false
        )
    }

    /// A plan of these steps, in one wave.
    static func plan(
        _ steps: [Step],
        commit: Character = "a",
        prune: PrunePlan = noPrune
    ) -> Plan {
        Plan(
            commit: CommitInfo(
                id: String(repeating: commit, count: 40),
                ref: "main",
                authorName: "Ada",
                authorEmail: "ada@example.com",
                authoredAt: 0,
                subject: "change"
            ),
            waves: [Wave(number: 0, steps: steps, awaits: [])],
            unchanged: [],
            refused: [],
            reportedDrift: [],
            prune: prune,
            desiredMembers: steps.map(\.id)
        )
    }

    /// How a step ended.
    static func outcome(
        _ step: Step,
        _ action: ObjectOutcome.Action,
        error: String? = nil
    ) -> ObjectOutcome {
        ObjectOutcome(
            id: step.id,
            apiVersion: "v1",
            action: action,
            origin: step.origin,
            error: error.map { "\(step.origin): \(step.id): \($0)" },
            cause: error
        )
    }
}
