// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import TestKit
import Testing

/// Writes: what is sent, and what is read from the answer.
@Suite(.timeLimit(.minutes(1)))
struct WriteTests {
    private func manifest(_ name: String = "a", namespace: String = "ns") throws -> KubeObject {
        try KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": .string(name), "namespace": .string(namespace), "managedFields": [[:]]],
        ])
    }

    @Test func `apply sends strict validation, force and manager, and no managedFields`() async throws {
        let warnings = "299 - \"old \\\"v1\\\" API\", 299 - \"and more\""
        try await withStubServer { _ in
            [.reply(201, configMap("a").text, headers: ["Warning": warnings])]
        } _: { server in
            let answer = try await client(server)
                .apply(try manifest(), to: configMaps, fieldManager: "me & you", force: false, dryRun: true)
            #expect(answer.isCreated)
            #expect(answer.warnings == ["old \"v1\" API", "and more"])
            let sent = try #require(server.requests.first)
            #expect(sent.method == "PATCH")
            #expect(sent.path == "/api/v1/namespaces/ns/configmaps/a")
            #expect(sent.query("fieldManager") == "me & you")
            #expect(sent.query("force") == "false")
            #expect(sent.query("fieldValidation") == "Strict")
            #expect(sent.query("dryRun") == "All")
            #expect(sent.headers["content-type"] == "application/apply-patch+yaml")
            #expect(sent.headers["user-agent"] == "sternpost")
            #expect(try JSONParser.parse(sent.body)["metadata"]?["managedFields"] == nil)
        }
    }

    @Test func `a patch of the scale is answered with the Scale, which has a kind of its own`() async throws {
        try await withStubServer { _ in
            [
                .reply(
                    200,
                    #"{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"a","namespace":"ns"},"spec":{"replicas":5}}"#
                )
            ]
        } _: { server in
            let answer = try await client(server).patch(
                configMaps,
                namespace: "ns",
                name: "a",
                type: .merge,
                body: ["spec": ["replicas": 5]],
                fieldManager: "kubectl",
                subresource: "scale"
            )
            #expect(answer.object.spec?["replicas"] == 5)
            #expect(server.requests.first?.path == "/api/v1/namespaces/ns/configmaps/a/scale")
        }
    }

    @Test func `create, replace and patch use their own verbs and types`() async throws {
        try await withStubServer { _ in
            [.reply(200, configMap("a").text)]
        } _: { server in
            let client = try client(server)
            let stored = try KubeObject(configMap("a"))
            _ = try await client.create(stored, in: configMaps, fieldManager: "m")
            _ = try await client.replace(stored, in: configMaps, fieldManager: "m", subresource: "status")
            for type in [PatchType.json, .merge, .strategic] {
                _ = try await client.patch(
                    configMaps,
                    namespace: "ns",
                    name: "a",
                    type: type,
                    body: [:],
                    fieldManager: "m"
                )
            }
            let sent = server.requests
            #expect(sent.map(\.method) == ["POST", "PUT", "PATCH", "PATCH", "PATCH"])
            #expect(
                sent.prefix(3).map(\.path) == [
                    "/api/v1/namespaces/ns/configmaps", "/api/v1/namespaces/ns/configmaps/a/status",
                    "/api/v1/namespaces/ns/configmaps/a",
                ]
            )
            #expect(
                sent.map { $0.headers["content-type"] } == [
                    "application/json", "application/json", "application/json-patch+json",
                    "application/merge-patch+json", "application/strategic-merge-patch+json",
                ]
            )
            #expect(sent.allSatisfy { $0.query("fieldManager") == "m" && $0.query("force") == nil })
        }
    }

    @Test(arguments: [
        ("..", "ns"), ("a/b", "ns"), ("a%2Fb", "ns"), ("a", "../kube-system"), ("a", "."), ("a", ""), ("", "ns"),
    ])
    func `a name that would change the path is refused before anything is sent`(
        name: String,
        namespace: String
    ) async throws {
        try await withStubServer { _ in
            [.reply(200, "{}")]
        } _: { server in
            let client = try client(server)
            let error = await kubeError { () async throws(KubeError) in
                try await client.get(configMaps, namespace: namespace, name: name)
            }
            #expect(error?.reason == .configuration)
            #expect(server.requests.isEmpty)
        }
    }

    @Test(arguments: [("system:x", "system%3Ax"), ("team viewers", "team%20viewers")])
    func `names with colons or blanks reach the server as they are`(name: String, segment: String) async throws {
        let roles = APIResource(
            gvk: GroupVersionKind(group: "rbac.authorization.k8s.io", version: "v1", kind: "ClusterRole"),
            plural: "clusterroles",
            isNamespaced: false,
            verbs: []
        )
        let stored: JSON = [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": ["name": .string(name)],
        ]
        try await withStubServer { _ in
            [.reply(200, stored.text)]
        } _: { server in
            let client = try client(server)
            let role = try await client.get(roles, namespace: "ignored", name: name)
            #expect(role?.name == name)
            _ = try await client.apply(try KubeObject(stored), to: roles, fieldManager: "m")
            let path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/\(segment)"
            #expect(server.requests.map { "\($0.method) \($0.path)" } == ["GET \(path)", "PATCH \(path)"])
        }
    }

    @Test func `an object of another version than the resource's is refused`() async throws {
        try await withStubServer { _ in
            [.reply(200, "{}")]
        } _: { server in
            let client = try client(server)
            var object = try manifest()
            object.json["apiVersion"] = "v2"
            let wrong = object
            let error = await kubeError { () async throws(KubeError) in
                try await client.apply(wrong, to: configMaps, fieldManager: "m")
            }
            #expect(error?.reason == .configuration)
            #expect(server.requests.isEmpty)
        }
    }
}
