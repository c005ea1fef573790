// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import TestKit
import Testing

/// Discovery in both forms; groups that do not answer stay unknown.
@Suite(.timeLimit(.minutes(1)))
struct DiscoveryTests {
    private static let type = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"

    private static func resource(_ plural: String, _ kind: String, scope: String = "Namespaced") -> JSON {
        [
            "resource": .string(plural), "responseKind": ["group": "", "version": "", "kind": .string(kind)],
            "scope": .string(scope), "verbs": ["get", "list"], "shortNames": ["s"],
            "subresources": [["subresource": "status"]],
        ]
    }

    private static func version(_ name: String, _ resources: [JSON], freshness: String = "Current") -> JSON {
        ["version": .string(name), "freshness": .string(freshness), "resources": .array(resources)]
    }

    private static func aggregated(_ groups: [(String, [JSON])]) -> String {
        let items = groups.map { name, versions -> JSON in
            let metadata: JSON = name.isEmpty ? [:] : ["name": .string(name)]
            return ["metadata": metadata, "versions": .array(versions)]
        }
        let list: JSON = [
            "kind": "APIGroupDiscoveryList", "apiVersion": "apidiscovery.k8s.io/v2", "metadata": [:],
            "items": .array(items),
        ]
        return list.text
    }

    @Test func `the aggregated form is read in two requests`() async throws {
        try await withStubServer { request in
            if request.path == "/api" {
                let text = DiscoveryTests.aggregated([
                    ("", [DiscoveryTests.version("v1", [DiscoveryTests.resource("pods", "Pod")])])
                ])
                return [.reply(200, text, type: DiscoveryTests.type)]
            }
            let text = DiscoveryTests.aggregated([
                (
                    "apps",
                    [
                        DiscoveryTests.version("v1", [DiscoveryTests.resource("deployments", "Deployment")]),
                        DiscoveryTests.version("v1beta1", [DiscoveryTests.resource("deployments", "Deployment")]),
                    ]
                ),
                ("metrics.k8s.io", [DiscoveryTests.version("v1beta1", [], freshness: "Stale")]),
                (
                    "x.example",
                    [DiscoveryTests.version("v1", [DiscoveryTests.resource("things", "", scope: "Cluster")])]
                ),
            ])
            return [.reply(200, text, type: DiscoveryTests.type)]
        } _: { server in
            let catalog = try await client(server).discover()
            #expect(server.requests.map(\.path) == ["/api", "/apis"])
            #expect(server.requests.allSatisfy { $0.headers["accept"]?.hasPrefix(DiscoveryTests.type) == true })
            guard case .served(let pods) = catalog.lookup(GroupKind(group: "", kind: "Pod")) else {
                Issue.record("no pods")
                return
            }
            #expect(
                pods.plural == "pods" && pods.isNamespaced && pods.verbs == ["get", "list"] && pods.shortNames == ["s"]
            )
            guard case .served(let preferred) = catalog.lookup(GroupKind(group: "apps", kind: "Deployment")) else {
                Issue.record("no deployments")
                return
            }
            #expect(preferred.gvk.version == "v1")
            #expect(catalog.versions(of: GroupKind(group: "apps", kind: "Deployment")) == ["v1", "v1beta1"])
            #expect(catalog.lookup(GroupKind(group: "x.example", kind: "Thing")) == .unknown)
            guard case .unavailable = catalog.lookup(GroupKind(group: "metrics.k8s.io", kind: "PodMetrics")) else {
                Issue.record("a stale group is taken for an answer")
                return
            }
        }
    }

    @Test func `the plain form is read version by version, and broken groups are marked`() async throws {
        try await withStubServer { request in
            switch request.path {
            case "/api": [.reply(200, "{\"kind\":\"APIVersions\",\"versions\":[\"v1\"]}")]
            case "/apis":
                [
                    .reply(
                        200,
                        """
                        {"kind":"APIGroupList","groups":[
                        {"name":"apps","versions":[{"version":"v1beta1"},{"version":"v1"}],"preferredVersion":{"version":"v1"}},
                        {"name":"broken","versions":[{"version":"v1"}]},{"name":"cut","versions":[{"version":"v1"}]}]}
                        """
                    )
                ]
            case "/api/v1":
                [
                    .reply(
                        200,
                        """
                        {"kind":"APIResourceList","resources":[{"name":"pods","namespaced":true,"kind":"Pod","verbs":["get"]},
                        {"name":"pods/status","namespaced":true,"kind":"Pod","verbs":["get"]},
                        {"name":"nodes","namespaced":false,"kind":"Node","verbs":["get"],"shortNames":["no"]}]}
                        """
                    )
                ]
            case "/apis/apps/v1", "/apis/apps/v1beta1":
                [
                    .reply(
                        200,
                        "{\"kind\":\"APIResourceList\",\"resources\":[{\"name\":\"deployments\",\"namespaced\":true,\"kind\":\"Deployment\",\"verbs\":[]}]}"
                    )
                ]
            case "/apis/cut/v1": [.reply(200, "{\"kind\":\"APIResourceList\",\"resources\":[")]
            default: [.reply(503, "service unavailable", type: "text/plain")]
            }
        } _: { server in
            let catalog = try await client(server).discover()
            #expect(catalog.resources.count == 4)
            #expect(catalog.resource(named: "no")?.gvk.kind == "Node")
            guard case .served(let preferred) = catalog.lookup(GroupKind(group: "apps", kind: "Deployment")) else {
                Issue.record("no deployments")
                return
            }
            #expect(preferred.gvk.version == "v1")
            #expect(Set(catalog.unavailableGroups.keys) == ["broken", "cut"])
            #expect(catalog.unavailableGroups["broken"]?.contains("service unavailable") == true)
        }
    }

    @Test(arguments: ["{}", "{\"kind\":\"APIGroupList\"}", "{\"kind\":\"APIGroupDiscoveryList\"}", ""])
    func `no list of groups is an error, not an empty catalogue`(body: String) async throws {
        try await withStubServer { request in
            request.path == "/api" ? [.reply(200, "{\"kind\":\"APIVersions\",\"versions\":[]}")] : [.reply(200, body)]
        } _: { server in
            let client = try client(server) { $0.maxFailureRetries = 0 }
            let error = await kubeError { () async throws(KubeError) in try await client.discover() }
            #expect(error?.reason == .protocolViolation)
        }
    }
}
