// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeObjects
import Testing

/// Creating and changing objects over the network, with the real server's answers.
@Suite(.timeLimit(.minutes(2))) struct ServedWriteTests {
    @Test func `a created object has an identity and belongs to its manager`() async throws {
        try await withCluster { _, client in
            let answer = try await client.send("POST", "\(configMaps)?fieldManager=me", configMap("a"))
            #expect(answer.status == 201)
            let metadata = answer.json["metadata"] ?? .null
            #expect(metadata["uid"]?.string?.count == 36)
            #expect(metadata["resourceVersion"]?.string.flatMap { Int($0) } ?? 0 > 0)
            #expect(metadata["creationTimestamp"]?.string?.hasSuffix("Z") == true)
            #expect(metadata["generation"] == nil)
            let entry = metadata["managedFields"]?.array?.first
            #expect(entry?["manager"] == "me")
            #expect(entry?["operation"] == "Update")
            #expect(entry?["fieldsV1"] == ["f:data": [".": [:], "f:key": [:]]])
        }
    }

    @Test func `refusals have the real server's texts`() async throws {
        try await withCluster { _, client in
            _ = try await client.send("POST", configMaps, configMap("a"))
            let cases: [(String, String, JSON, Int, String)] = [
                ("POST", configMaps, configMap("a"), 409, "configmaps \"a\" already exists"),
                (
                    "POST", "/api/v1/namespaces/nope/configmaps", configMap("a"), 404, "namespaces \"nope\" not found"
                ),
                (
                    "POST", configMaps,
                    ["metadata": ["name": "b", "namespace": "other"]], 400,
                    "the namespace of the provided object does not match the namespace sent on the request"
                ),
                (
                    "PUT", "\(configMaps)/a", configMap("b"), 400,
                    "the name of the object (b) does not match the name on the URL (a)"
                ),
                ("PUT", "\(configMaps)/zz", configMap("zz"), 404, "configmaps \"zz\" not found"),
                (
                    "PUT", "\(configMaps)/a",
                    ["metadata": ["name": "a", "resourceVersion": "1"]], 409,
                    "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your "
                        + "changes to the latest version and try again"
                ),
                (
                    "POST", configMaps, ["metadata": ["name": "c", "resourceVersion": "5"]], 500,
                    "resourceVersion should not be set on objects to be created"
                ),
                (
                    "POST", "\(configMaps)?fieldValidation=Strict",
                    ["metadata": ["name": "d"], "dota": [:]], 400,
                    "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field "
                        + "\"dota\""
                ),
                (
                    "POST", "\(configMaps)?dryRun=x", configMap("e"), 422,
                    "CreateOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: [\"x\"]: supported values: "
                        + "\"All\""
                ),
                (
                    "POST", configMaps, ["metadata": [:]], 422,
                    "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required"
                ),
                (
                    "POST", configMaps, ["metadata": ["name": "f"], "data": ["x": 1]], 400,
                    "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go "
                        + "struct field ConfigMap.data of type string"
                ),
                (
                    "PUT", configMaps, configMap("a"), 405,
                    "the server does not allow this method on the requested resource"
                ),
            ]
            for (method, path, body, status, message) in cases {
                let answer = try await client.send(method, path, body)
                #expect(answer.status == status, "\(method) \(path)")
                #expect(answer.message == message)
            }
        }
    }

    @Test func `unknown fields are dropped with a warning by default`() async throws {
        try await withCluster { _, client in
            let answer = try await client.send("POST", configMaps, ["metadata": ["name": "a"], "foo": 1])
            #expect(answer.status == 201)
            #expect(answer.json["foo"] == nil)
            #expect(answer.warnings == ["299 - \"unknown field \\\"foo\\\"\""])
        }
    }

    @Test func `a write that changes nothing keeps the resourceVersion`() async throws {
        try await withCluster { _, client in
            let first = try await client.send("POST", configMaps, configMap("a"))
            let patch = try await client.send(
                "PATCH",
                "\(configMaps)/a",
                ["data": ["key": "value"]],
                type: "application/merge-patch+json"
            )
            #expect(patch.status == 200)
            #expect(patch.json["metadata"]?["resourceVersion"] == first.json["metadata"]?["resourceVersion"])
        }
    }

    @Test func `a dry run checks everything and stores nothing`() async throws {
        try await withCluster { _, client in
            let answer = try await client.send("POST", "\(configMaps)?dryRun=All", configMap("a"))
            #expect(answer.status == 201)
            #expect(answer.json["metadata"]?["resourceVersion"] == nil)
            #expect(try await client.send("GET", "\(configMaps)/a").status == 404)
        }
    }

    @Test func `generation counts changes of the specification only`() async throws {
        try await withCluster { _, client in
            let policies = "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies"
            let policy: JSON = ["metadata": ["name": "a"], "spec": ["podSelector": [:]]]
            let created = try await client.send("POST", policies, policy)
            #expect(created.json["metadata"]?["generation"] == 1)
            let merge = "application/merge-patch+json"
            let label = try await client.send(
                "PATCH",
                "\(policies)/a",
                ["metadata": ["labels": ["a": "b"]]],
                type: merge
            )
            #expect(label.json["metadata"]?["generation"] == 1)
            let changed = try await client.send(
                "PATCH",
                "\(policies)/a",
                ["spec": ["podSelector": ["matchLabels": ["a": "b"]]]],
                type: merge
            )
            #expect(changed.json["metadata"]?["generation"] == 2)
        }
    }

    @Test func `the status is written only through its subresource`() async throws {
        try await withCluster { _, client in
            let budgets = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
            let budget: JSON = [
                "metadata": ["name": "a"], "spec": ["selector": [:]], "status": ["currentHealthy": 9],
            ]
            let created = try await client.send("POST", budgets, budget)
            #expect(created.json["status"]?["currentHealthy"] == 0)
            let changed = try await client.send(
                "PATCH",
                "\(budgets)/a/status",
                ["status": ["currentHealthy": 3], "spec": ["minAvailable": 5]],
                type: "application/merge-patch+json"
            )
            #expect(changed.json["status"]?["currentHealthy"] == 3)
            #expect(changed.json["spec"]?["minAvailable"] == nil)
        }
    }

    @Test func `a generated name has the base and five more characters`() async throws {
        try await withCluster { _, client in
            let answer = try await client.send("POST", configMaps, ["metadata": ["generateName": "made-"]])
            #expect(answer.status == 201)
            let name = answer.json["metadata"]?["name"]?.string ?? ""
            #expect(name.hasPrefix("made-"))
            #expect(name.count == 10)
        }
    }

    @Test func `bodies beyond three megabytes are refused`() async throws {
        try await withCluster { _, client in
            let text = String(repeating: "x", count: 3 << 20)
            let answer = try await client.send("POST", configMaps, configMap("a", ["x": .string(text)]))
            #expect(answer.status == 413)
            #expect(answer.message == "Request entity too large: limit is 3145728")
        }
    }

    @Test func `annotations beyond 256 KiB are refused`() async throws {
        try await withCluster { _, client in
            let text = String(repeating: "x", count: 262_144)
            let body: JSON = ["metadata": ["name": "a", "annotations": ["a": .string(text)]]]
            let answer = try await client.send("POST", configMaps, body)
            #expect(answer.status == 422)
            #expect(
                answer.message
                    == "ConfigMap \"a\" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes"
            )
        }
    }
}
