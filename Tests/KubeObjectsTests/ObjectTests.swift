// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing

/// Identity and typed views of Kubernetes objects.
@Suite struct ObjectTests {
    private static let base: JSON = [
        "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "shop"],
    ]

    static let faulty: [(path: String, change: JSON?, error: String)] = [
        ("apiVersion", nil, "apiVersion: is missing"),
        ("kind", 5, "kind: expected text, found a number; put the value in quotes"), ("kind", "", "kind: is empty"),
        ("metadata", [], "metadata: is missing or no map"), ("metadata.name", nil, "metadata.name: is missing"),
        ("metadata.name", true, "metadata.name: expected text, found a boolean; put the value in quotes"),
        ("metadata.namespace", 1, "metadata.namespace: expected text, found a number; put the value in quotes"),
        ("metadata.labels", "x", "metadata.labels: expected a map, found a string"),
        (
            "metadata.annotations", ["a": 1],
            "metadata.annotations.a: expected text, found a number; put the value in quotes"
        ),
    ]

    @Test(arguments: faulty)
    func `a value that is no object says which field is wrong`(path: String, change: JSON?, error: String) {
        var json = Self.base
        json[path.split(separator: ".").map(String.init)] = change
        let thrown = #expect(throws: KubeObjectError.self) { try KubeObject(json) }
        #expect(thrown?.description == error)
    }

    static let problems: [(problem: KubeObjectError.Problem, text: String, isAbsence: Bool)] = [
        (.noObject, "expected a map with apiVersion, kind and metadata", false), (.missing, "is missing", true),
        (.missingMap, "is missing or no map", true), (.empty, "is empty", true),
        (.noText(found: "number"), "expected text, found a number; put the value in quotes", false),
        // A type whose name says so is no absence.
        (.noMap(found: "missing"), "expected a map, found a missing", false),
    ]

    @Test(arguments: problems)
    func `what is wrong with a field is known apart from its words`(
        problem: KubeObjectError.Problem,
        text: String,
        isAbsence: Bool
    ) {
        #expect(problem.description == text)
        #expect(problem.isAbsence == isAbsence)
    }

    static let places: [(keys: [String], path: String)] = [
        ([], "."), (["kind"], "kind"), (["metadata", "name"], "metadata.name"),
        (["metadata", "labels", "app.kubernetes.io/name"], "metadata.labels.app.kubernetes.io/name"),
        (["metadata", "labels", "a\nb"], "metadata.labels.a\\u{a}b"),
    ]

    @Test(arguments: places)
    func `a wrong field is named as people read it`(keys: [String], path: String) {
        #expect(KubeObjectError(keys, .missing).path == path)
        #expect(KubeObjectError(keys, .missing).description == "\(path): is missing")
    }

    @Test func `identity follows the document`() throws {
        var object = try KubeObject(Self.base)
        #expect(object.id.description == "Deployment.apps shop/web")
        object.json["metadata"]?["namespace"] = nil
        object.json["kind"] = "DaemonSet"
        #expect(object.id == ObjectID(group: "apps", kind: "DaemonSet", namespace: "", name: "web"))
        #expect(object.gvk.description == "apps/v1 DaemonSet")
    }

    @Test func `views read what is there and nothing else`() throws {
        var json = Self.base
        json[["metadata", "labels", "a"]] = "b"
        json[["metadata", "generation"]] = 3
        json[["metadata", "finalizers"]] = ["x", 5]
        json["status"] = ["conditions": [["type": "Ready", "status": "True"]]]
        let object = try KubeObject(json)
        #expect(object.label("a") == "b" && object.label("c") == nil && object.annotation("a") == nil)
        #expect(object.generation == 3 && object.uid == nil && object.finalizers == ["x"])
        #expect(object.condition("Ready")?["status"] == "True" && object.condition("Other") == nil)
    }

    static let kinds: [(text: String, group: String, kind: String)] = [
        ("ConfigMap", "", "ConfigMap"), ("Deployment.apps", "apps", "Deployment"),
        ("Foo.a.b.example.com", "a.b.example.com", "Foo"),
    ]

    @Test(arguments: kinds)
    func `a group-kind has one spelling`(text: String, group: String, kind: String) {
        #expect(GroupKind(parsing: text) == GroupKind(group: group, kind: kind))
        #expect(GroupKind(group: group, kind: kind).description == text)
    }

    @Test func `ids order by kind, namespace and name`() {
        let ids = ["b/a", "a/b", "a/a", "/z"].map { text in
            let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
            return ObjectID(group: "", kind: "Pod", namespace: parts[0], name: parts[1])
        }
        #expect(ids.sorted().map(\.description) == ["Pod z", "Pod a/a", "Pod a/b", "Pod b/a"])
        #expect(ObjectID(group: "", kind: "A", namespace: "z", name: "z") < ids[0])
    }

    @Test func `kinds order as their spelling does`() {
        let texts = [
            "Service", "Service.a.example.com", "Service-x.b.example.com", "ServiceAccount", "Role.b", "Role.a",
        ]
        let kinds = texts.map(GroupKind.init(parsing:)).sorted()
        #expect(kinds.map(\.description) == texts.sorted { $0.precedesInByteOrder($1) })
    }

    @Test func `the object's own managed fields leave out those of its subresources`() throws {
        let object = try KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "name": "a",
                "managedFields": [
                    ["manager": "controller", "operation": "Update", "subresource": "status"],
                    ["manager": "sternpost", "operation": "Apply", "subresource": ""],
                    ["manager": "kubectl-edit", "operation": "Update"],
                ],
            ],
        ])
        #expect(object.ownManagedFields.map(\.manager) == ["sternpost", "kubectl-edit"])
    }

    @Test func `managed fields are read and written the same`() throws {
        let entry: JSON = [
            "manager": "sternpost", "operation": "Apply", "apiVersion": "apps/v1", "fieldsType": "FieldsV1",
            "time": "2024-01-01T00:00:00Z",
            "subresource": "status", "fieldsV1": ["f:spec": ["f:replicas": [:]]],
        ]
        #expect(ManagedFieldsEntry(entry)?.json == entry)
        #expect(ManagedFieldsEntry(["operation": "Delete"]) == nil)
        #expect(ManagedFieldsEntry(["operation": "Apply", "fieldsV1": ["x:y": [:]]]) == nil)
    }
}
