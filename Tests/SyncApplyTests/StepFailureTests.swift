// SPDX-License-Identifier: Apache-2.0
import KubeClient
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

    private func step(dependsOn: [ObjectID] = []) throws -> Step {
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
            dependsOn: dependsOn,
            mayRecreate: false
        )
    }

    static let rows: [(given: String, remedy: String, cause: String)] = [
        ("refused", "", "refused"), ("refused", "ask an administrator", "refused; ask an administrator"),
        // As the server said it: where it is shown or recorded, it becomes one line.
        ("on two\n lines", "", "on two\n lines"),
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

    /// What the server says of a label's value, about as long as it does.
    private static func causes(_ fields: [String]) -> [KubeError.Cause] {
        let rule = String(repeating: "must consist of alphanumeric characters, ", count: 8)
        return fields.map { KubeError.Cause(reason: "FieldValueInvalid", field: $0, message: "\($0.count) \(rule)end") }
    }

    @Test func `of many wrong fields each is named whole, and as many are told as the line holds`() throws {
        let fields = ["metadata.labels", "spec.template.spec.nodeSelector", "spec.template.spec.volumes[3].name"]
        let error = KubeError(reason: .invalid, statusCode: 422, message: "invalid", causes: Self.causes(fields))
        let line = StepFailure(.refused(error), of: try step()).line
        for field in fields { #expect(line.contains(field), "\(line)") }
        #expect(!line.contains("…"), "\(line)")
        #expect(line.contains("and 1 more: \(fields[2])"), "\(line)")
        #expect(line.hasSuffix("; correct the manifest"), "\(line)")
    }

    @Test func `of very many wrong fields some are named, and the others are counted`() throws {
        let fields = (10..<60).map { "spec.rules[\($0)]" }
        let error = KubeError(reason: .immutableField, statusCode: 422, message: "x", causes: Self.causes(fields))
        let line = StepFailure(.refused(error), of: try step()).line
        #expect(line.contains("cannot be changed: spec.rules[10]: "), "\(line)")
        #expect(line.contains("and 48 more: spec.rules[12], "), "\(line)")
        #expect(line.contains("spec.rules[19], …; "), "\(line)")
    }

    static let missing: [(needs: [ObjectID], kind: String, name: String, isBrought: Bool)] = [
        ([], "namespaces", "shop", false),
        ([ObjectID(group: "", kind: "ServiceAccount", namespace: "shop", name: "web")], "namespaces", "shop", false),
        ([ObjectID(group: "", kind: "Namespace", namespace: "", name: "shop")], "namespaces", "shop", true),
        ([ObjectID(group: "", kind: "Namespace", namespace: "", name: "shop")], "roles", "reader", false),
        ([ObjectID(group: "g", kind: "Role", namespace: "shop", name: "reader")], "roles", "reader", true),
        ([ObjectID(groupKind: GroupKind.customResourceDefinition, namespace: "", name: "w.x")], "", "", true),
    ]

    @Test(arguments: missing)
    func `what the server misses is to come only where the same commit brings that very object`(
        needs: [ObjectID],
        kind: String,
        name: String,
        isBrought: Bool
    ) throws {
        let words = name.isEmpty ? "the server could not find the requested resource" : "\(kind) \"\(name)\" not found"
        let error = KubeError(
            reason: .notFound,
            statusCode: 404,
            message: words,
            subjectKind: kind,
            subjectName: name
        )
        #expect(try step(dependsOn: needs).brings(whatIsMissing: error) == isBrought)
        let forbidden = KubeError(reason: .forbidden, statusCode: 403, message: words, subjectName: name)
        #expect(try !step(dependsOn: needs).brings(whatIsMissing: forbidden))
    }
}
