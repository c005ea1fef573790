// SPDX-License-Identifier: Apache-2.0
import BenchmarkKit
import HTTPWire
import KubeObjects

/// Takes away what a contestant has made, and waits until it is gone.
struct ClusterCleaner: Sendable {
    /// Where `sync` keeps its inventory in a competition.
    static let inventoryNamespace = "sternpost-bench"

    private static let deadline: Duration = .seconds(300)
    /// A namespace that nobody has begun to empty by then has no controller.
    private static let patience: Duration = .seconds(10)

    let server: BareServer
    private let wire = HTTPWire()

    init(server: BareServer) { self.server = server }

    /// Deletes the objects, then the namespaces. Where no controller empties namespaces, their end is declared here.
    func clean() async throws {
        for collection in GeneratedApp.collections.values.sorted() { try await delete(collection) }
        for namespace in [GeneratedApp.namespace, Self.inventoryNamespace] {
            try await delete("/api/v1/namespaces/\(namespace)/secrets")
            try await delete("/api/v1/namespaces/\(namespace)")
        }
        for namespace in [GeneratedApp.namespace, Self.inventoryNamespace] { try await waitUntilGone(namespace) }
    }

    private func delete(_ path: String) async throws {
        let answer = try await wire.send(server.request("DELETE", path))
        guard [200, 202, 404, 409].contains(answer.status) else {
            throw BenchmarkError("DELETE \(path): answered \(answer.status)")
        }
    }

    private func waitUntilGone(_ name: String) async throws {
        let start = ContinuousClock.now
        while start.duration(to: .now) < Self.deadline {
            let answer = try await wire.send(server.request("GET", "/api/v1/namespaces/\(name)"))
            if answer.status == 404 { return }
            guard answer.status == 200 else { throw BenchmarkError("namespace \(name): answered \(answer.status)") }
            let namespace = try JSONParser.parse(answer.body)
            if start.duration(to: .now) > Self.patience, namespace["status"]?["conditions"] == nil {
                try await finalize(name, namespace)
            }
            try await Task.sleep(for: .milliseconds(200))
        }
        throw BenchmarkError("namespace \(name) was still there after \(Self.deadline)")
    }

    private func finalize(_ name: String, _ namespace: JSON) async throws {
        var namespace = namespace
        namespace[["spec", "finalizers"]] = []
        let path = "/api/v1/namespaces/\(name)/finalize"
        _ = try await wire.send(server.request("PUT", path, body: namespace.serialized()))
    }
}
