// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeObjects
import Testing

/// Tokens and denied verbs.
@Suite(.timeLimit(.minutes(2))) struct AccessTests {
    @Test func `nobody gets in without a token`() async throws {
        try await withCluster { cluster, _ in
            let stranger = RawClient(server: cluster.url)
            let answer = try await stranger.send("GET", configMaps)
            #expect(answer.status == 401)
            #expect(answer.reason == "Unauthorized")
            let wrong = try await stranger.send("GET", configMaps, headers: ["Authorization: Bearer wrong"])
            #expect(wrong.status == 401)
            #expect(try await stranger.send("GET", "/readyz").status == 200)
        }
    }

    @Test func `the token may come in a header`() async throws {
        var options = EmbeddedClusterOptions()
        options.token = "open-sesame"
        try await withCluster(options) { cluster, _ in
            let client = RawClient(server: cluster.url)
            let answer = try await client.send("GET", configMaps, headers: ["Authorization: Bearer open-sesame"])
            #expect(answer.status == 200)
        }
    }

    @Test func `a denied verb is forbidden in the words of RBAC`() async throws {
        var options = EmbeddedClusterOptions()
        options.denied = [
            DeniedAccess(verb: "list", resource: "secrets"),
            DeniedAccess(verb: "create", resource: "deployments.apps"),
            DeniedAccess(verb: "delete", resource: "namespaces"),
        ]
        try await withCluster(options) { cluster, admin in
            let limited = RawClient(cluster.limitedKubeconfig)
            let list = try await limited.send("GET", "/api/v1/namespaces/default/secrets")
            #expect(list.status == 403)
            #expect(
                list.message
                    == "secrets is forbidden: User \"limited\" cannot list resource \"secrets\" in API group \"\" in the "
                    + "namespace \"default\""
            )
            let everywhere = try await limited.send("GET", "/api/v1/secrets")
            #expect(
                everywhere.message.hasSuffix("cannot list resource \"secrets\" in API group \"\" at the cluster scope")
            )
            let apply = try await limited.send(
                "PATCH",
                "/apis/apps/v1/namespaces/default/deployments/web?fieldManager=me",
                ["apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web"]],
                type: "application/apply-patch+yaml"
            )
            #expect(apply.status == 403)
            #expect(
                apply.message
                    == "deployments.apps \"web\" is forbidden: User \"limited\" cannot create resource \"deployments\" in API "
                    + "group \"apps\" in the namespace \"default\""
            )
            #expect(try await limited.send("GET", configMaps).status == 200)
            #expect(try await admin.send("GET", "/api/v1/secrets").status == 200)
        }
    }

    @Test func `a review says what is allowed`() async throws {
        var options = EmbeddedClusterOptions()
        options.denied = [DeniedAccess(verb: "list", resource: "secrets")]
        try await withCluster(options) { cluster, _ in
            let limited = RawClient(cluster.limitedKubeconfig)
            for (verb, expected) in [("list", false), ("get", true)] {
                let review: JSON = [
                    "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
                    "spec": ["resourceAttributes": ["verb": .string(verb), "resource": "secrets"]],
                ]
                let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
                let answer = try await limited.send("POST", path, review)
                #expect(answer.json["status"]?["allowed"] == .bool(expected))
            }
        }
    }
}
