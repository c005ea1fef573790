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

    @Test func `pages and metadata come from one snapshot`() async throws {
        try await withNamespace { client, catalog, namespace in
            let maps = try resource("ConfigMap", in: catalog)
            for number in 0..<7 {
                _ = try await client.apply(
                    configMap("p\(number)", in: namespace, ["n": .string("\(number)")]),
                    to: maps,
                    fieldManager: "t"
                )
            }
            let small = KubeClient(
                configuration: client.configuration,
                wire: HTTPWire(),
                options: KubeClientOptions(pageSize: 2)
            )
            let paged = try await small.list(
                maps,
                namespace: namespace,
                fieldSelector: "metadata.name!=kube-root-ca.crt,metadata.name!=openshift-service-ca.crt"
            )
            #expect(paged.objects.map(\.name) == (0..<7).map { "p\($0)" })
            #expect(small.statistics.requests == 4)
            let slim = try await small.list(maps, namespace: namespace, metadataOnly: true)
            #expect(slim.objects.allSatisfy { $0.gvk == maps.gvk && $0.json["data"] == nil && $0.uid != nil })
        }
    }

    @Test func `a watch sees what happens after the list`() async throws {
        try await withNamespace { client, catalog, namespace in
            let maps = try resource("ConfigMap", in: catalog)
            let start = try await client.list(maps, namespace: namespace).resourceVersion
            var events = client.watch(
                maps,
                namespace: namespace,
                labelSelector: "watched=yes",
                resourceVersion: start
            ).makeAsyncIterator()
            var object = try configMap("w", in: namespace, ["k": "1"])
            object.json[["metadata", "labels"]] = ["watched": "yes"]
            let made = try await client.apply(object, to: maps, fieldManager: "t").object
            object.json[["data", "k"]] = "2"
            let changed = try await client.apply(object, to: maps, fieldManager: "t").object
            let uid = try #require(made.uid)
            _ = try await client.delete(maps, namespace: namespace, name: "w", uid: uid, propagation: .background)
            var seen: [WatchEvent] = []
            while seen.count < 3, let event = try await events.next() {
                if case .bookmark = event { continue }
                seen.append(event)
            }
            #expect(seen.first == .added(made))
            #expect(seen.dropFirst().first == .modified(changed))
            guard case .deleted(let last) = seen.last else {
                Issue.record("no deletion: \(seen)")
                return
            }
            #expect(last.uid == uid)
            let far = client.watch(maps, namespace: namespace, resourceVersion: "1")
            let error = await #expect(throws: KubeError.self) { for try await _ in far {} }
            #expect(error?.reason == .expired)
        }
    }

    @Test func `the server's refusals get their names`() async throws {
        try await withNamespace { client, catalog, namespace in
            let maps = try resource("ConfigMap", in: catalog)
            let deployments = try resource("Deployment", group: "apps", in: catalog)
            _ = try await client.apply(configMap("c", in: namespace, ["k": "1"]), to: maps, fieldManager: "one")
            let rival = try configMap("c", in: namespace, ["k": "2"])
            let conflict = await kubeError { () async throws(KubeError) in
                try await client.apply(rival, to: maps, fieldManager: "two", force: false)
            }
            #expect(conflict?.reason == .fieldManagerConflict)
            #expect(conflict?.conflictingManagers == ["one"])
            #expect(conflict?.causes.map(\.field) == [".data.k"])
            let lost = try configMap("c", in: "no-such-\(namespace)", [:])
            let missing = await kubeError { () async throws(KubeError) in
                try await client.apply(lost, to: maps, fieldManager: "one")
            }
            #expect(missing?.reason == .notFound)
            #expect(missing?.subjectKind == "namespaces")
            let twice = await kubeError { () async throws(KubeError) in
                try await client.create(rival, in: maps, fieldManager: "one")
            }
            #expect(twice?.reason == .alreadyExists)
            var old = rival
            old.json[["metadata", "resourceVersion"]] = "1"
            let stale = old
            let race = await kubeError { () async throws(KubeError) in
                try await client.replace(stale, in: maps, fieldManager: "one")
            }
            #expect(race?.reason == .conflict)
            let web = try deployment("web", in: namespace, app: "web")
            _ = try await client.apply(web, to: deployments, fieldManager: "one")
            let other = try deployment("web", in: namespace, app: "other")
            let fixed = await kubeError { () async throws(KubeError) in
                try await client.apply(other, to: deployments, fieldManager: "one", dryRun: true)
            }
            #expect(fixed?.reason == .immutableField)
            for (path, value) in [("replicaz", 1), ("replicas", "many"), ("replicas", -1)] as [(String, JSON)] {
                var object = web
                object.json[["spec", path]] = value
                let broken = object
                let error = await kubeError { () async throws(KubeError) in
                    try await client.apply(broken, to: deployments, fieldManager: "one")
                }
                #expect(error?.reason == .invalid)
                #expect(error?.isOutcomeUnknown == false)
                #expect(error?.message.contains("valueUnstructured") == false)
            }
            let unserved = APIResource(
                gvk: GroupVersionKind(group: "", version: "v1", kind: "Nothing"),
                plural: "nothings",
                isNamespaced: true,
                verbs: []
            )
            let absent = await kubeError { () async throws(KubeError) in
                try await client.get(unserved, namespace: namespace, name: "x")
            }
            #expect(absent?.reason == .notFound)
        }
    }

    private func deployment(_ name: String, in namespace: String, app: String) throws -> KubeObject {
        let labels: JSON = ["app": .string(app)]
        return try KubeObject([
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": ["name": .string(name), "namespace": .string(namespace)],
            "spec": [
                "replicas": 0, "selector": ["matchLabels": labels],
                "template": [
                    "metadata": ["labels": labels],
                    "spec": ["containers": [["name": "c", "image": "example.invalid/c:1"]]],
                ],
            ],
        ])
    }
}
