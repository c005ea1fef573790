// SPDX-License-Identifier: Apache-2.0
import ClusterControllers
import ClusterStore
import EmbeddedCluster
import KubeObjects
import Testing

/// Lists, pages, selectors and the forms of answers.
@Suite(.timeLimit(.minutes(2))) struct ReadTests {
    @Test func `pages show one snapshot, whatever is written meanwhile`() async throws {
        try await withCluster { _, client in
            for name in ["a", "b", "c", "d"] { _ = try await client.send("POST", configMaps, configMap(name)) }
            let first = try await client.send("GET", "\(configMaps)?limit=2&labelSelector=!system")
            let token = first.json["metadata"]?["continue"]?.string ?? ""
            #expect(!token.isEmpty)
            _ = try await client.send("DELETE", "\(configMaps)/d")
            _ = try await client.send("POST", configMaps, configMap("cc"))
            let second = try await client.send("GET", "\(configMaps)?limit=500&continue=\(token)")
            let names = [first, second].flatMap { $0.json["items"]?.array ?? [] }
                .compactMap { $0["metadata"]?["name"]?.string }.filter { $0.count <= 2 }
            #expect(names == ["a", "b", "c", "d"])
            #expect(
                first.json["metadata"]?["resourceVersion"] == second.json["metadata"]?["resourceVersion"]
            )
        }
    }

    @Test func `a page behind a compaction is gone, with a token to go on`() async throws {
        try await withCluster { cluster, client in
            for name in ["a", "b", "c"] { _ = try await client.send("POST", configMaps, configMap(name)) }
            let first = try await client.send("GET", "\(configMaps)?limit=1")
            let token = first.json["metadata"]?["continue"]?.string ?? ""
            _ = try await client.send("POST", configMaps, configMap("d"))
            cluster.client.store.compact()
            let second = try await client.send("GET", "\(configMaps)?limit=1&continue=\(token)")
            #expect(second.status == 410)
            #expect(second.reason == "Expired")
            let next = second.json["metadata"]?["continue"]?.string ?? ""
            let third = try await client.send("GET", "\(configMaps)?continue=\(next)")
            #expect(third.status == 200)
        }
    }

    @Test func `revisions of the future, of the past and of nonsense`() async throws {
        try await withCluster { cluster, client in
            _ = try await client.send("POST", configMaps, configMap("a"))
            let future = try await client.send("GET", "\(configMaps)?resourceVersion=99999999")
            #expect(future.status == 504)
            #expect(future.json["details"]?["causes"]?.array?.first?["reason"] == "ResourceVersionTooLarge")
            let nonsense = try await client.send("GET", "\(configMaps)?resourceVersion=abc")
            #expect(nonsense.status == 400)
            let revision = cluster.client.revision
            _ = try await client.send("POST", configMaps, configMap("b"))
            let past = try await client.send(
                "GET",
                "\(configMaps)?resourceVersion=\(revision)&resourceVersionMatch=Exact"
            )
            #expect(past.json["metadata"]?["resourceVersion"] == .string(String(revision)))
            #expect(past.json["items"]?.array?.contains { $0["metadata"]?["name"] == "b" } == false)
        }
    }

    @Test(arguments: [
        ("labelSelector=app%3Dweb", ["a"]), ("labelSelector=app!%3Dweb", ["b", "c"]),
        ("labelSelector=app", ["a", "b"]), ("labelSelector=!app", ["c"]),
        ("labelSelector=app+in+(web,db),tier", ["b"]), ("fieldSelector=metadata.name%3Dc", ["c"]),
        ("fieldSelector=metadata.name!%3Dc", ["a", "b"]),
    ])
    func `selectors choose objects`(query: String, expected: [String]) async throws {
        try await withCluster { _, client in
            let secrets = "/api/v1/namespaces/default/secrets"
            let labels: [(String, JSON)] = [
                ("a", ["app": "web"]), ("b", ["app": "db", "tier": "1"]), ("c", [:]),
            ]
            for (name, labels) in labels {
                let body: JSON = ["metadata": ["name": .string(name), "labels": labels]]
                #expect(try await client.send("POST", secrets, body).status == 201)
            }
            let answer = try await client.send("GET", "\(secrets)?\(query)")
            #expect(answer.json["items"]?.array?.compactMap { $0["metadata"]?["name"]?.string } == expected)
        }
    }

    @Test func `tables and partial metadata come when they are asked for`() async throws {
        try await withCluster { _, client in
            _ = try await client.send("POST", configMaps, configMap("a"))
            let table = try await client.send(
                "GET",
                "\(configMaps)/a",
                accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
            )
            #expect(table.json["kind"] == "Table")
            #expect(table.json["rows"]?.array?.first?["cells"]?.array?.first == "a")
            let partial = try await client.send(
                "GET",
                configMaps,
                accept: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1"
            )
            #expect(partial.json["kind"] == "PartialObjectMetadataList")
            #expect(partial.json["items"]?.array?.first?["data"] == nil)
            let yaml = try await client.send("GET", "\(configMaps)/a", accept: "application/yaml")
            #expect(yaml.text.contains("kind: ConfigMap\n"))
            #expect(try await client.send("GET", configMaps, accept: "application/xml").status == 406)
        }
    }
}
