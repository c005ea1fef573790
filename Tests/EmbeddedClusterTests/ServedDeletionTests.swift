// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeObjects
import TestKit
import Testing

/// Deletions: preconditions, finalizers, namespaces.
@Suite(.timeLimit(.minutes(2))) struct ServedDeletionTests {
    @Test func `a deletion answers with a Status that names the object`() async throws {
        try await withCluster { _, client in
            let created = try await client.send("POST", configMaps, configMap("a"))
            let answer = try await client.send("DELETE", "\(configMaps)/a", ["propagationPolicy": "Background"])
            #expect(answer.status == 200)
            #expect(answer.json["status"] == "Success")
            #expect(answer.json["details"]?["kind"] == "configmaps")
            #expect(answer.json["details"]?["uid"] == created.json["metadata"]?["uid"])
            #expect(try await client.send("DELETE", "\(configMaps)/a").reason == "NotFound")
        }
    }

    @Test func `preconditions keep what is not meant`() async throws {
        try await withCluster { _, client in
            let created = try await client.send("POST", configMaps, configMap("a"))
            let uid = created.json["metadata"]?["uid"]?.string ?? ""
            let version = created.json["metadata"]?["resourceVersion"]?.string ?? ""
            let wrongUID = try await client.send("DELETE", "\(configMaps)/a", ["preconditions": ["uid": "123"]])
            #expect(wrongUID.status == 409)
            #expect(
                wrongUID.message
                    == "Operation cannot be fulfilled on ConfigMap \"a\": the UID in the precondition (123) does not match the "
                    + "UID in record (\(uid)). The object might have been deleted and then recreated"
            )
            let wrongVersion = try await client.send(
                "DELETE",
                "\(configMaps)/a",
                ["preconditions": ["resourceVersion": "1"]]
            )
            #expect(wrongVersion.message.contains("does not match the ResourceVersion in record (\(version))"))
            let right: JSON = ["preconditions": ["uid": .string(uid), "resourceVersion": .string(version)]]
            #expect(try await client.send("DELETE", "\(configMaps)/a", right).status == 200)
        }
    }

    @Test func `finalizers hold an object until the last one is gone`() async throws {
        try await withCluster { _, client in
            let body: JSON = ["metadata": ["name": "a", "finalizers": ["example.com/hold"]]]
            _ = try await client.send("POST", configMaps, body)
            let deleted = try await client.send("DELETE", "\(configMaps)/a")
            #expect(deleted.json["kind"] == "ConfigMap")
            #expect(deleted.json["metadata"]?["deletionTimestamp"] != nil)
            #expect(deleted.json["metadata"]?["deletionGracePeriodSeconds"] == 0)
            let merge = "application/merge-patch+json"
            let added: JSON = ["metadata": ["finalizers": ["example.com/hold", "example.com/more"]]]
            #expect(try await client.send("PATCH", "\(configMaps)/a", added, type: merge).status == 422)
            let freed = try await client.send(
                "PATCH",
                "\(configMaps)/a",
                ["metadata": ["finalizers": nil]],
                type: merge
            )
            #expect(freed.status == 200)
            #expect(try await client.send("GET", "\(configMaps)/a").status == 404)
        }
    }

    @Test func `a deleted namespace empties itself and refuses new content`() async throws {
        try await withCluster { _, client in
            _ = try await client.send("POST", "/api/v1/namespaces", ["metadata": ["name": "shop"]])
            let maps = "/api/v1/namespaces/shop/configmaps"
            let held: JSON = ["metadata": ["name": "held", "finalizers": ["example.com/hold"]]]
            _ = try await client.send("POST", maps, held)
            _ = try await client.send("POST", maps, configMap("free"))
            let deleted = try await client.send("DELETE", "/api/v1/namespaces/shop")
            #expect(deleted.json["status"]?["phase"] == "Terminating")
            try await eventually("the free object is gone") {
                try await client.send("GET", "\(maps)/free").status == 404
            }
            let refused = try await client.send("POST", maps, configMap("late"))
            #expect(refused.status == 403)
            #expect(
                refused.message
                    == "configmaps \"late\" is forbidden: unable to create new content in namespace shop because it is being "
                    + "terminated"
            )
            #expect(refused.json["details"]?["causes"]?.array?.first?["reason"] == "NamespaceTerminating")
            _ = try await client.send(
                "PATCH",
                "\(maps)/held",
                ["metadata": ["finalizers": nil]],
                type: "application/merge-patch+json"
            )
            try await eventually("the namespace is gone") {
                try await client.send("GET", "/api/v1/namespaces/shop").status == 404
            }
        }
    }

    @Test func `the cluster's own namespaces stay`() async throws {
        try await withCluster { _, client in
            let answer = try await client.send("DELETE", "/api/v1/namespaces/kube-system")
            #expect(answer.status == 403)
            #expect(answer.message == "namespaces \"kube-system\" is forbidden: this namespace may not be deleted")
        }
    }

    @Test func `a collection is deleted as its selector says`() async throws {
        try await withCluster { _, client in
            for (name, app) in [("a", "web"), ("b", "db")] {
                let body: JSON = ["metadata": ["name": .string(name), "labels": ["app": .string(app)]]]
                _ = try await client.send("POST", configMaps, body)
            }
            let answer = try await client.send("DELETE", "\(configMaps)?labelSelector=app%3Dweb")
            #expect(answer.json["items"]?.array?.count == 1)
            #expect(try await client.send("GET", "\(configMaps)/a").status == 404)
            #expect(try await client.send("GET", "\(configMaps)/b").status == 200)
        }
    }
}
