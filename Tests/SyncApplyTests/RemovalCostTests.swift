// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncPlan
import SyncRender
import Testing

@testable import SyncApply

/// What a step removes of an object with thousands of fields, beside thousands of planned differences.
struct RemovalCostTests {
    private static let count = 5_000

    private func step(planned: [FieldDifference]) throws -> Step {
        let numbers = 0..<Self.count
        let theirs = numbers.map { JSONObject.Member(key: "b\($0)", value: "1") }
        let ours = numbers.map { JSONObject.Member(key: "a\($0)", value: "1") }
        let owned = numbers.map { JSONObject.Member(key: "f:b\($0)", value: .object(JSONObject())) }
        func configMap(_ data: [JSONObject.Member]) -> JSON {
            [
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "large", "namespace": "shop"],
                "data": .object(JSONObject(data)),
            ]
        }
        var live = configMap(theirs)
        live[["metadata", "resourceVersion"]] = "7"
        live[["metadata", "annotations", WireName.lastApplied]] = "{}"
        let fields: JSON = ["f:data": .object(JSONObject(owned))]
        live[["metadata", "managedFields"]] = [
            [
                "manager": "kubectl-client-side-apply", "operation": "Update", "apiVersion": "v1",
                "time": "2027-01-15T08:00:00Z", "fieldsType": "FieldsV1", "fieldsV1": fields,
            ]
        ]
        let object = try KubeObject(live)
        return Step(
            id: object.id,
            action: .configure,
            cause: .drift,
            object: try KubeObject(configMap(ours)),
            resource: APIResource(
                gvk: GroupVersionKind(apiVersion: "v1", kind: "ConfigMap"),
                plural: "configmaps",
                isNamespaced: true,
                verbs: ["patch"]
            ),
            origin: Origin(file: "a.yaml", line: 1),
            contentHash: "",
            live: object,
            differences: planned,
            newsCount: 0,
            dependsOn: [],
            mayRecreate: false
        )
    }

    @Test func `of thousands of keys taken over beside thousands declared, each that was not planned is named once`()
        throws
    {
        var planned = (0..<Self.count).map { number in
            FieldDifference(path: [.field("data"), .field("a\(number)")], before: nil, after: "1")
        }
        planned.append(FieldDifference(path: [.field("data"), .field("b0")], before: "1", after: "2"))
        let removals = try step(planned: planned).removals
        #expect(removals.count == Self.count - 1)
        #expect(removals.first?.path.display == ".data.b1")
    }

    private static let planned: [[FieldPathElement]] = [
        [.field("spec"), .field("template")], [.field("data"), .field("a")], [.field("list"), .index(1)],
    ]

    @Test(
        arguments: [
            ([.field("data"), .field("a")], true),
            ([.field("data")], true),
            ([.field("spec"), .field("template"), .field("spec")], true),
            ([.field("list"), .index(1), .field("x")], true),
            ([.field("data"), .field("b")], false),
            ([.field("spec"), .field("replicas")], false),
            ([.field("list"), .index(2)], false),
            ([.field("metadata")], false),
        ] as [([FieldPathElement], Bool)]
    )
    func `a path touches those around it and within it, and not its neighbours`(
        path: [FieldPathElement],
        isTouched: Bool
    ) {
        var set = FieldSet()
        for path in Self.planned { set.insert(path) }
        #expect(set.touches(path) == isTouched)
        let pairs = Self.planned.contains { path.starts(with: $0) || $0.starts(with: path) }
        #expect(pairs == isTouched)
    }

    @Test func `nothing touches an empty set, and everything the whole object`() {
        #expect(!FieldSet().touches([.field("data")]) && !FieldSet().touches([]))
        var whole = FieldSet()
        whole.insert([])
        #expect(whole.touches([.field("data")]) && whole.touches([]))
    }
}
