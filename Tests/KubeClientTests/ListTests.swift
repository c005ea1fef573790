// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import TestKit
import Testing

/// Lists: pages, snapshots that go away, metadata only.
@Suite(.timeLimit(.minutes(1)))
struct ListTests {
    @Test func `pages are joined, empty ones too, and each item gets its kind`() async throws {
        try await withStubServer { request in
            switch request.query("continue") {
            case nil: [.reply(200, listText(["a", "b"], token: "t1"))]
            case "t1": [.reply(200, listText([], token: "t/2+x="))]
            default: [.reply(200, listText(["c"]))]
            }
        } _: { server in
            let list = try await client(server).list(configMaps, namespace: "ns", labelSelector: "app in (x,y)")
            #expect(list.objects.map(\.name) == ["a", "b", "c"])
            #expect(list.objects.allSatisfy { $0.gvk == configMaps.gvk })
            #expect(list.resourceVersion == "10")
            #expect(server.requests.map { $0.query("limit") } == ["500", "500", "500"])
            #expect(server.requests.map { $0.query("continue") } == [nil, "t1", "t/2+x="])
            #expect(server.requests.allSatisfy { $0.query("labelSelector") == "app in (x,y)" })
            #expect(server.requests.allSatisfy { $0.path == "/api/v1/namespaces/ns/configmaps" })
        }
    }

    @Test(arguments: ["410", "other version"])
    func `a snapshot that goes away between pages starts the list anew in one piece`(fault: String) async throws {
        try await withStubServer { request in
            if request.query("limit") == nil { return [.reply(200, listText(["n1", "n2", "n3"], version: "99"))] }
            if request.query("continue") == nil { return [.reply(200, listText(["o1"], version: "10", token: "t"))] }
            if fault == "410" {
                let text = status(410, "Expired", "The provided continue parameter is too old")
                return [.reply(410, text)]
            }
            return [.reply(200, listText(["n2"], version: "99"))]
        } _: { server in
            let list = try await client(server).list(configMaps)
            #expect(list.objects.map(\.name) == ["n1", "n2", "n3"])
            #expect(list.resourceVersion == "99")
            #expect(server.requests.count == 3)
        }
    }

    @Test func `a cut page is asked for again and never left out`() async throws {
        try await withStubServer { request in
            let second = listText(["b"])
            if request.query("continue") == nil { return [.reply(200, listText(["a"], token: "t"))] }
            if request.number < 3 { return [.reply(200, String(second.dropLast(9)))] }
            return [.reply(200, second)]
        } _: { server in
            let client = try client(server)
            let list = try await client.list(configMaps)
            #expect(list.objects.map(\.name) == ["a", "b"])
            #expect(client.statistics == (requests: 4, retries: 2))
        }
    }

    @Test func `a page that fails for good fails the list`() async throws {
        try await withStubServer { request in
            request.query("continue") == nil
                ? [.reply(200, listText(["a"], token: "t"))] : [.reply(403, status(403, "Forbidden", "cannot list"))]
        } _: { server in
            let client = try client(server)
            let error = await kubeError { () async throws(KubeError) in try await client.list(configMaps) }
            #expect(error?.reason == .forbidden)
        }
    }

    @Test func `a token that leads to itself does not loop`() async throws {
        try await withStubServer { request in
            request.query("limit") == nil
                ? [.reply(200, listText(["a", "b"]))] : [.reply(200, listText(["a"], token: "same"))]
        } _: { server in
            let list = try await client(server).list(configMaps)
            #expect(list.objects.map(\.name) == ["a", "b"])
        }
    }

    @Test func `a metadata-only list carries the real kind and nothing but metadata`() async throws {
        let partial: JSON = [
            "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadataList", "metadata": ["resourceVersion": "5"],
            "items": [
                [
                    "apiVersion": "meta.k8s.io/v1", "kind": "PartialObjectMetadata",
                    "metadata": ["name": "a", "namespace": "ns"],
                ]
            ],
        ]
        for body in [partial.text, listText(["a"], version: "5")] {
            try await withStubServer { _ in
                [.reply(200, body)]
            } _: { server in
                let list = try await client(server).list(configMaps, metadataOnly: true)
                let object = try #require(list.objects.first)
                #expect(object.gvk == configMaps.gvk)
                #expect(object.name == "a")
                #expect(object.json["data"] == nil)
                #expect(list.resourceVersion == "5")
                #expect(server.requests.first?.headers["accept"]?.contains("as=PartialObjectMetadataList") == true)
            }
        }
    }
}
