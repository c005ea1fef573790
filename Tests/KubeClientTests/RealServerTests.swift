// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeClient
import KubeObjects
import TestKit
import Testing

/// The client against a real kube-apiserver; runs when `STERNPOST_E2E_KUBECONFIG` names one.
@Suite(.enabled(if: RealCluster.kubeconfigPath != nil), .timeLimit(.minutes(2)))
struct RealServerTests {
    /// A client, a catalogue and a namespace of its own, deleted afterwards.
    private func withNamespace(
        _ body: (KubeClient, APICatalog, String) async throws -> Void
    ) async throws {
        let json = try JSONParser.parse(try RealCluster.kubeconfigJSON())
        let configuration = try KubeConfiguration(kubeconfig: json, folder: "/", context: nil)
        let client = KubeClient(configuration: configuration, wire: HTTPWire())
        let catalog = try await client.discover()
        let namespaces = try resource("Namespace", in: catalog)
        let name = "client-\(UUID().uuidString.lowercased().prefix(8))"
        let object = try KubeObject(["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": .string(name)]])
        let created = try await client.apply(object, to: namespaces, fieldManager: "client-test").object
        do { try await body(client, catalog, name) } catch {
            Issue.record(error)
        }
        let uid = try #require(created.uid)
        _ = try await client.delete(namespaces, namespace: "", name: name, uid: uid, propagation: .background)
    }

    private func resource(_ kind: String, group: String = "", in catalog: APICatalog) throws -> APIResource {
        guard case .served(let found) = catalog.lookup(GroupKind(group: group, kind: kind)) else {
            throw MissingProgram(description: "\(kind).\(group) is not served")
        }
        return found
    }

    private func configMap(_ name: String, in namespace: String, _ data: JSON) throws -> KubeObject {
        try KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": ["name": .string(name), "namespace": .string(namespace)], "data": data,
        ])
    }

    @Test func `objects are applied, read, listed and deleted`() async throws {
        try await withNamespace { client, catalog, namespace in
            let maps = try resource("ConfigMap", in: catalog)
            #expect(try await client.serverVersion().hasPrefix("v1."))
            #expect(try await client.get(maps, namespace: namespace, name: "a") == nil)
            let first = try await client.apply(configMap("a", in: namespace, ["k": "1"]), to: maps, fieldManager: "t")
            #expect(first.isCreated)
            let again = try await client.apply(configMap("a", in: namespace, ["k": "1"]), to: maps, fieldManager: "t")
            #expect(!again.isCreated)
            #expect(again.object.resourceVersion == first.object.resourceVersion)
            #expect(try await client.get(maps, namespace: namespace, name: "a") == first.object)
            let uid = try #require(first.object.uid)
            await #expect(throws: KubeError.self) {
                try await client.delete(
                    maps,
                    namespace: namespace,
                    name: "a",
                    uid: "other",
                    propagation: .background
                )
            }
            #expect(
                try await client.delete(maps, namespace: namespace, name: "a", uid: uid, propagation: .background)
                    == .deleted
            )
            #expect(
                try await client.delete(maps, namespace: namespace, name: "a", uid: uid, propagation: .background)
                    == .alreadyGone
            )
        }
    }
}
