// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeObjects
import TestKit
import Testing

/// The fault script: what goes wrong, whose turn it is, what was counted.
@Suite(.timeLimit(.minutes(2))) struct FaultScriptTests {
    @Test func `the second list is answered with 429, the others pass`() async throws {
        try await withCluster { cluster, client in
            cluster.faults.add(FaultRule("list", "*/configmaps", .tooManyRequests(retryAfter: 2), on: .nth(2)))
            #expect(try await client.send("GET", configMaps).status == 200)
            let second = try await client.send("GET", configMaps)
            #expect(second.status == 429)
            #expect(second.json["details"]?["retryAfterSeconds"] == 2)
            #expect(try await client.send("GET", configMaps).status == 200)
            #expect(cluster.faults.count("list", "*/configmaps") == 3)
        }
    }

    @Test func `a reset closes the connection without a word and does nothing`() async throws {
        try await withCluster { cluster, client in
            let rule = cluster.faults.add(FaultRule("POST", "*", .reset))
            await #expect(throws: ProgramFailed.self) { try await client.send("POST", configMaps, configMap("a")) }
            cluster.faults.remove(rule)
            let live = try await client.send("GET", "\(configMaps)/a")
            #expect(live.status == 404)
        }
    }

    @Test func `a dropped answer belongs to a write that was done`() async throws {
        try await withCluster { cluster, client in
            cluster.faults.add(FaultRule("POST", "*", .dropAnswer, on: .first(1)))
            await #expect(throws: ProgramFailed.self) { try await client.send("POST", configMaps, configMap("a")) }
            let live = try await client.send("GET", "\(configMaps)/a")
            #expect(live.status == 200)
        }
    }

    @Test func `an answer that is cut short is an error to the client`() async throws {
        try await withCluster { cluster, client in
            cluster.faults.add(FaultRule("list", "/api/v1/namespaces", .cutShort(afterBytes: 20)))
            await #expect(throws: ProgramFailed.self) { try await client.send("GET", "/api/v1/namespaces") }
        }
    }

    @Test func `a scripted answer has its status, body and headers`() async throws {
        try await withCluster { cluster, client in
            let action = FaultAction.failure(status: 500, reason: "InternalError", message: "etcd is tired")
            cluster.faults.add(FaultRule("PATCH", "\(configMaps)/*", action))
            let answer = try await client.send(
                "PATCH",
                "\(configMaps)/a",
                [:],
                type: "application/merge-patch+json"
            )
            #expect(answer.status == 500)
            #expect(answer.message == "etcd is tired")
        }
    }

    @Test func `writes are counted, reads and dry runs are not`() async throws {
        try await withCluster { cluster, client in
            _ = try await client.send("GET", configMaps)
            _ = try await client.send("POST", "\(configMaps)?dryRun=All", configMap("a"))
            #expect(cluster.faults.writeCount == 0)
            _ = try await client.send("POST", configMaps, configMap("a"))
            #expect(cluster.faults.writeCount == 1)
            cluster.faults.forgetRequests()
            #expect(cluster.faults.requests.isEmpty)
        }
    }

    @Test(arguments: [
        ("*", "/api/v1/pods", true), ("/api/v1/*", "/api/v1/pods", true),
        ("/api/*/pods", "/api/v1/namespaces/a/pods", true),
        ("/api/*/pods", "/api/v1/pods/a", false), ("*pods*", "/api/v1/pods/a", true), ("/api", "/apis", false),
    ])
    func `patterns fit paths`(pattern: String, path: String, fits: Bool) async throws {
        try await withCluster { cluster, client in
            _ = try await client.send("GET", path)
            #expect((cluster.faults.count("*", pattern) == 1) == fits)
        }
    }

    @Test func `a hanging request ends when the client gives up, the next one passes`() async throws {
        try await withCluster { cluster, client in
            cluster.faults.add(FaultRule("list", "*/configmaps", .hang, on: .first(1)))
            let hung = try await curl("-sS", "--max-time", "1", client.server + configMaps)
            #expect(hung.status == 28)
            let next = try await client.send("GET", configMaps)
            #expect(next.status == 200)
        }
    }

    @Test(.timeLimit(.minutes(1))) func `a stop ends open watches and hanging requests`() async throws {
        let cluster = try await EmbeddedCluster.start()
        let client = RawClient(cluster.kubeconfig)
        cluster.faults.add(FaultRule("list", "*/configmaps", .hang))
        async let watch = curl("-sS", "-N", "--max-time", "60", "\(client.server)/api/v1/pods?watch=1")
        async let hung = curl("-sS", "--max-time", "60", client.server + configMaps)
        try await eventually("both requests are there") { cluster.faults.requests.count == 2 }
        // Both would go on for a minute; that they end is seen by the test's own end.
        await cluster.stop()
        _ = try await (watch, hung)
    }
}
