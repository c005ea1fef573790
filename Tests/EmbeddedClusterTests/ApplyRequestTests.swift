// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeObjects
import Testing

/// Server-side apply over the network.
@Suite(.timeLimit(.minutes(2))) struct ApplyRequestTests {
    private func apply(
        _ client: RawClient,
        _ body: JSON,
        as manager: String,
        query: String = ""
    ) async throws -> RawClient.Answer {
        let name = body["metadata"]?["name"]?.string ?? ""
        return try await client.send(
            "PATCH",
            "\(configMaps)/\(name)?fieldManager=\(manager)\(query)",
            body,
            type: "application/apply-patch+yaml"
        )
    }

    @Test func `the first apply creates, the same again changes nothing`() async throws {
        try await withCluster { _, client in
            let first = try await apply(client, configMap("a"), as: "me")
            #expect(first.status == 201)
            #expect(first.json["metadata"]?["managedFields"]?.array?.first?["operation"] == "Apply")
            let second = try await apply(client, configMap("a"), as: "me")
            #expect(second.status == 200)
            #expect(second.json == first.json)
        }
    }

    @Test func `a conflict names the field and its owner, force takes it`() async throws {
        try await withCluster { _, client in
            _ = try await apply(client, configMap("a", ["x": "1"]), as: "first")
            let conflict = try await apply(client, configMap("a", ["x": "2"]), as: "second")
            #expect(conflict.status == 409)
            #expect(conflict.reason == "Conflict")
            #expect(
                conflict.message == "Apply failed with 1 conflict: conflict with \"first\": .data.x"
            )
            let cause = conflict.json["details"]?["causes"]?.array?.first
            #expect(cause?["reason"] == "FieldManagerConflict")
            #expect(cause?["field"] == ".data.x")
            let forced = try await apply(client, configMap("a", ["x": "2"]), as: "second", query: "&force=true")
            #expect(forced.status == 200)
            #expect(forced.json["data"]?["x"] == "2")
        }
    }

    @Test func `what left the configuration is removed`() async throws {
        try await withCluster { _, client in
            _ = try await apply(client, configMap("a", ["x": "1", "y": "2"]), as: "me")
            let answer = try await apply(client, configMap("a", ["x": "1"]), as: "me")
            #expect(answer.json["data"] == ["x": "1"])
        }
    }

    @Test func `a uid of an object that is not there is a conflict`() async throws {
        try await withCluster { _, client in
            let body: JSON = [
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a", "uid": "123"],
            ]
            let answer = try await apply(client, body, as: "me")
            #expect(answer.status == 409)
            #expect(
                answer.message.hasSuffix(
                    "uid mismatch: the provided object specified uid 123, and no existing object was found"
                )
            )
        }
    }

    @Test func `an apply without a manager is refused`() async throws {
        try await withCluster { _, client in
            let answer = try await apply(client, configMap("a"), as: "")
            #expect(answer.status == 422)
            #expect(
                answer.message
                    == "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Required value: is required for apply patch"
            )
        }
    }
}
