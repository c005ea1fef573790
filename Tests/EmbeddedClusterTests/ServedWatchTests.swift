// SPDX-License-Identifier: Apache-2.0
import ClusterControllers
import ClusterStore
import EmbeddedCluster
import KubeObjects
import TestKit
import Testing

/// Watches: what they begin with, what they show, how they end.
@Suite(.timeLimit(.minutes(2))) struct ServedWatchTests {
    private func types(_ events: [JSON]) -> [String] { events.compactMap { $0["type"]?.string } }

    @Test func `a watch shows each change once, from the revision it names`() async throws {
        try await withCluster { cluster, client in
            let start = cluster.client.revision
            _ = try await client.send("POST", configMaps, configMap("a"))
            _ = try await client.send(
                "PATCH",
                "\(configMaps)/a",
                ["data": ["x": "2"]],
                type: "application/merge-patch+json"
            )
            _ = try await client.send("DELETE", "\(configMaps)/a")
            let query = "watch=1&timeoutSeconds=1&resourceVersion=\(start)&fieldSelector=metadata.name%3Da"
            let events = try await client.lines("\(configMaps)?\(query)")
            #expect(types(events) == ["ADDED", "MODIFIED", "DELETED"])
            let versions = events.compactMap {
                $0["object"]?["metadata"]?["resourceVersion"]?.string.flatMap { Int($0) }
            }
            #expect(versions == versions.sorted() && Set(versions).count == 3)
        }
    }

    @Test func `a watch of labels shows objects come and go as their labels change`() async throws {
        try await withCluster { cluster, client in
            let start = cluster.client.revision
            let merge = "application/merge-patch+json"
            _ = try await client.send("POST", configMaps, configMap("a"))
            let label: JSON = ["metadata": ["labels": ["app": "web"]]]
            _ = try await client.send("PATCH", "\(configMaps)/a", label, type: merge)
            let other: JSON = ["metadata": ["labels": ["app": "db"]]]
            _ = try await client.send("PATCH", "\(configMaps)/a", other, type: merge)
            let query = "watch=1&timeoutSeconds=1&resourceVersion=\(start)&labelSelector=app%3Dweb"
            #expect(types(try await client.lines("\(configMaps)?\(query)")) == ["ADDED", "DELETED"])
        }
    }

    @Test func `a watch from before a compaction is told to list again`() async throws {
        try await withCluster { cluster, client in
            let start = cluster.client.revision
            _ = try await client.send("POST", configMaps, configMap("a"))
            cluster.client.store.compact()
            let events = try await client.lines("\(configMaps)?watch=1&timeoutSeconds=1&resourceVersion=\(start)")
            #expect(types(events) == ["ERROR"])
            #expect(events.first?["object"]?["code"] == 410)
            #expect(events.first?["object"]?["reason"] == "Expired")
        }
    }

    @Test func `initial events end with a marked bookmark`() async throws {
        try await withCluster { _, client in
            let spaces = "/api/v1/namespaces?watch=1&timeoutSeconds=1&sendInitialEvents=true"
            let events = try await client.lines("\(spaces)&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true")
            let marks = events.filter {
                $0["object"]?["metadata"]?["annotations"]?["k8s.io/initial-events-end"] == "true"
            }
            #expect(marks.count == 1)
            #expect(marks.first?["type"] == "BOOKMARK")
            #expect(events.first?["type"] == "ADDED")
        }
    }

    @Test func `a watch ends with its time, after a last bookmark`() async throws {
        try await withCluster { cluster, client in
            let query = "watch=1&timeoutSeconds=1&allowWatchBookmarks=true&resourceVersion=\(cluster.client.revision)"
            // No controller writes objects of this kind.
            let events = try await client.lines("/apis/networking.k8s.io/v1/networkpolicies?\(query)")
            #expect(types(events).allSatisfy { $0 == "BOOKMARK" } && !events.isEmpty)
        }
    }

    @Test func `a watch from nonsense is refused before it begins`() async throws {
        try await withCluster { _, client in
            let answer = try await client.send("GET", "\(configMaps)?watch=1&resourceVersion=abc")
            #expect(answer.status == 500)
            #expect(
                answer.message
                    == "resourceVersion: Invalid value: \"abc\": strconv.ParseUint: parsing \"abc\": invalid syntax"
            )
        }
    }
}
