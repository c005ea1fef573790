// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeObjects
import TestKit
import Testing

/// CustomResourceDefinitions: served at once, in all their versions, and cleaned up behind.
@Suite(.timeLimit(.minutes(2))) struct CustomDefinitionTests {
    private static let definitions = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"

    private static func version(_ name: String, isStorage: Bool) -> JSON {
        [
            "name": .string(name), "served": true, "storage": .bool(isStorage),
            "subresources": [
                "status": [:],
                "scale": ["specReplicasPath": ".spec.size", "statusReplicasPath": ".status.size"],
            ],
            "schema": [
                "openAPIV3Schema": [
                    "type": "object",
                    "properties": [
                        "spec": [
                            "type": "object", "required": ["color"],
                            "properties": [
                                "color": ["type": "string", "enum": ["red", "blue"]],
                                "size": ["type": "integer", "default": 1],
                            ],
                        ],
                        "status": ["type": "object", "properties": ["size": ["type": "integer"]]],
                    ],
                ]
            ],
        ]
    }

    private static let definition: JSON = [
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": ["name": "widgets.example.com"],
        "spec": [
            "group": "example.com", "scope": "Namespaced",
            "names": [
                "kind": "Widget", "listKind": "WidgetList", "plural": "widgets", "singular": "widget",
                "shortNames": ["wd"],
            ],
            "versions": [version("v1", isStorage: true), version("v1beta1", isStorage: false)],
        ],
    ]

    private func widgets(_ version: String) -> String { "/apis/example.com/\(version)/namespaces/default/widgets" }

    private func widget(_ version: String, _ spec: JSON) -> JSON {
        [
            "apiVersion": .string("example.com/\(version)"), "kind": "Widget", "metadata": ["name": "a"], "spec": spec,
        ]
    }

    @Test func `a definition is established and its resources are served`() async throws {
        try await withCluster { _, client in
            let created = try await client.send("POST", Self.definitions, Self.definition)
            #expect(created.status == 201)
            let live = try await client.send("GET", "\(Self.definitions)/widgets.example.com")
            let conditions = live.json["status"]?["conditions"]?.array ?? []
            #expect(Set(conditions.compactMap { $0["type"]?.string }) == ["NamesAccepted", "Established"])
            #expect(conditions.allSatisfy { $0["status"] == "True" })
            #expect(live.json["status"]?["storedVersions"] == ["v1"])
            let list = try await client.send("GET", "/apis/example.com/v1")
            #expect(
                list.json["resources"]?.array?.compactMap { $0["name"]?.string }
                    == ["widgets", "widgets/scale", "widgets/status"]
            )
        }
    }

    @Test func `objects are defaulted, pruned, validated and shown in every version`() async throws {
        try await withCluster { _, client in
            _ = try await client.send("POST", Self.definitions, Self.definition)
            let wrong = try await client.send("POST", widgets("v1"), widget("v1", ["color": "green"]))
            #expect(wrong.status == 422)
            #expect(wrong.json["details"]?["causes"]?.array?.first?["field"] == "spec.color")
            let created = try await client.send("POST", widgets("v1"), widget("v1", ["color": "red", "weight": 3]))
            #expect(created.status == 201)
            #expect(created.json["spec"] == ["color": "red", "size": 1])
            #expect(created.json["metadata"]?["generation"] == 1)
            let beta = try await client.send("GET", "\(widgets("v1beta1"))/a")
            #expect(beta.json["apiVersion"] == "example.com/v1beta1")
            #expect(beta.json["spec"] == created.json["spec"])
        }
    }

    @Test func `scale reads and writes the fields that the definition names`() async throws {
        try await withCluster { _, client in
            _ = try await client.send("POST", Self.definitions, Self.definition)
            _ = try await client.send("POST", widgets("v1"), widget("v1", ["color": "red"]))
            let answer = try await client.send(
                "PATCH",
                "\(widgets("v1"))/a/scale",
                ["spec": ["replicas": 4]],
                type: "application/merge-patch+json"
            )
            #expect(answer.json["kind"] == "Scale")
            #expect(answer.json["spec"]?["replicas"] == 4)
            let live = try await client.send("GET", "\(widgets("v1"))/a")
            #expect(live.json["spec"]?["size"] == 4)
            #expect(live.json["metadata"]?["generation"] == 2)
        }
    }

    @Test func `a deleted definition takes its objects along`() async throws {
        try await withCluster { _, client in
            _ = try await client.send("POST", Self.definitions, Self.definition)
            _ = try await client.send("POST", widgets("v1"), widget("v1", ["color": "red"]))
            _ = try await client.send("DELETE", "\(Self.definitions)/widgets.example.com")
            try await eventually("the definition is gone") {
                try await client.send("GET", "\(Self.definitions)/widgets.example.com").status == 404
            }
            #expect(try await client.send("GET", widgets("v1")).status == 404)
        }
    }
}
