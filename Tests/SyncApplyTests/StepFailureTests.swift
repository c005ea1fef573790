// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import SyncRender
import Testing

@testable import SyncApply

/// The line about a step that failed, and its cause alone: the next passes tell the cause under a head of their own.
@Suite struct StepFailureTests {
    private static let id = ObjectID(group: "", kind: "ConfigMap", namespace: "shop", name: "a")
    private static let resource = APIResource(
        gvk: GroupVersionKind(apiVersion: "v1", kind: "ConfigMap"),
        plural: "configmaps",
        isNamespaced: true,
        verbs: ["patch"]
    )

    private func object() throws -> KubeObject {
        try KubeObject(["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a", "namespace": "shop"]])
    }

    private func step() throws -> Step {
        Step(
            id: Self.id,
            action: .create,
            cause: .missing,
            object: try object(),
            resource: Self.resource,
            origin: Origin(file: "infra/a.yaml", line: 3),
            contentHash: "",
            live: nil,
            differences: [],
            newsCount: 0,
            dependsOn: [],
            mayRecreate: false
        )
    }

    static let rows: [(given: String, remedy: String, cause: String)] = [
        ("refused", "", "refused"), ("refused", "ask an administrator", "refused; ask an administrator"),
        ("on two\n lines", "", "on two lines"),
        // A cause that begins as the head does keeps its words.
        ("infra/a.yaml:3: ConfigMap shop/a: again", "", "infra/a.yaml:3: ConfigMap shop/a: again"),
    ]

    @Test(arguments: rows)
    func `a failed step has a line with a head, and the cause without it`(
        given: String,
        remedy: String,
        cause: String
    ) throws {
        let failure = StepFailure(try step(), cause: given, remedy: remedy, isRetryable: false)
        #expect(failure.cause == cause)
        #expect(failure.line == "infra/a.yaml:3: ConfigMap shop/a: \(cause)")
    }

    @Test func `a failed deletion has no place, and a cause all the same`() throws {
        let step = PruneStep(id: Self.id, resource: Self.resource, uid: "u1", live: try object())
        let failure = StepFailure(.interrupted("a newer commit is there"), of: step)
        #expect(failure.cause == "not deleted: a newer commit is there")
        #expect(failure.line == "ConfigMap shop/a: not deleted: a newer commit is there")
    }
}
