// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import SyncRender
import Testing

/// What the API server says of manifests that do not fit: the path is named, and only that object stops.
@Suite(.timeLimit(.minutes(5)))
struct SchemaFaultTests {
    @Test func `A27: duplicate entries in a keyed list stop only their object, with the path`() async throws {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            let twice = "[{name: a, containerPort: 80}, {name: b, containerPort: 80}]"
            try scene.commit(
                scene.baseFiles(configMaps: 2).merging(["web.yaml": "# web\n" + scene.deployment("web", ports: twice)])
                {
                    $1
                }
            )
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .degraded)
            #expect(outcome.names(.failed) == ["web"])
            #expect(outcome.names(.created) == ["c0", "c1", "canary"])
            let failed = try #require(outcome.object("web"))
            let error = failed.error ?? ""
            for word in [
                "infra/web.yaml:2", ".spec.template.spec.containers[name=\"web\"].ports", "duplicate entries for key",
                "containerPort=80", "correct the manifest",
            ] { #expect(error.contains(word), "\(error)") }
            #expect(!failed.isRetryable, "only another commit helps")
            #expect(try await scene.live(CoreResources.deployments, "web") == nil)
            try scene.commit(["web.yaml": scene.deployment("web", ports: "[{name: a, containerPort: 80}]")])
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    /// Field managers of people's tools, and one of no tool that is known.
    static let editors = ["kubectl-edit", "kubectl-patch", "k9s", "node-fetch", "Mozilla"]

    @Test(arguments: editors)
    func `A28: a port number that a person changed does not become a second port`(editor: String) async throws {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            let service = """
                apiVersion: v1
                kind: Service
                metadata: {name: svc, namespace: \(scene.namespace)}
                spec: {selector: {app: web}, ports: [{port: 80, targetPort: 8080}]}
                """
            let services = CoreResources.resource("v1", "Service", "services")
            let files = ["web.yaml": scene.deployment("web", ports: "[{containerPort: 80}]"), "svc.yaml": service]
            try scene.commit(scene.baseFiles().merging(files) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            try await scene.patch(
                CoreResources.deployments,
                "web",
                [
                    "spec": [
                        "template": [
                            "spec": [
                                "containers": [
                                    [
                                        "name": "web", "image": "registry.example.com/web:1",
                                        "ports": [["containerPort": 8081, "protocol": "TCP"]],
                                    ]
                                ]
                            ]
                        ]
                    ]
                ],
                as: editor
            )
            try await scene.patch(
                services,
                "svc",
                ["spec": ["ports": [["port": 81, "protocol": "TCP", "targetPort": 8080]]]],
                as: editor
            )
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded, "\(outcome.objects.compactMap(\.error))")
            #expect(outcome.names(.configured) == ["svc", "web"])
            let web = try #require(try await scene.live(CoreResources.deployments, "web"))
            let containers = web.json[["spec", "template", "spec", "containers"]]?.array ?? []
            #expect(containers.first?["ports"]?.array?.map { $0["containerPort"] } == [80])
            let svc = try #require(try await scene.live(services, "svc"))
            #expect(svc.spec?["ports"]?.array?.map { $0["port"] } == [80])
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A28: an item that somebody else added stays, and a foreign container is not taken for ours`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(scene.baseFiles().merging(["web.yaml": scene.deployment("web")]) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            // An injector adds its container, and our own one goes by mistake.
            try await scene.patch(
                CoreResources.deployments,
                "web",
                [
                    "spec": [
                        "template": [
                            "spec": ["containers": [["name": "proxy", "image": "registry.example.com/proxy:1"]]]
                        ]
                    ]
                ],
                as: "injector"
            )
            #expect(try await scene.sync().names(.configured) == ["web"])
            let web = try #require(try await scene.live(CoreResources.deployments, "web"))
            let names = (web.json[["spec", "template", "spec", "containers"]]?.array ?? []).compactMap {
                $0["name"]?.string
            }
            #expect(names.sorted() == ["proxy", "web"])
            try await scene.checkPromises()
        }
    }

    @Test(arguments: [
        ("PATCH", 413, "RequestEntityTooLarge", "Request entity too large: limit is 3145728"),
        ("PATCH", 500, "", "etcdserver: request is too large"),
    ])
    func `A37: an object that the server calls too large is named with its size, and not sent again and again`(
        verb: String,
        status: Int,
        reason: String,
        message: String
    ) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 2).merging(["c0.yaml": scene.configMap("c0", "big")]) { $1 })
            let path = "/api/v1/namespaces/\(scene.namespace)/configmaps/c0"
            let rule = cluster.faults.add(
                FaultRule(verb, path, .failure(status: status, reason: reason, message: message))
            )
            let outcome = try await scene.sync()
            #expect(cluster.faults.hits(rule) == 1, "terminal: not sent again in the same pass")
            #expect(outcome.outcome == .degraded)
            #expect(outcome.names(.failed) == ["c0"])
            #expect(try await scene.liveConfigMap("c1") != nil)
            let failed = try #require(outcome.object("c0"))
            let error = failed.error ?? ""
            #expect(error.contains(message) && error.contains("infra/c0.yaml:1"), "\(error)")
            #expect(error.firstMatch(of: #/the object has [1-9][0-9]* bytes/#) != nil, "\(error)")
            #expect(error.contains("split the object"), "\(error)")
            #expect(!failed.isRetryable)
            cluster.faults.remove(rule)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A37: more data than an object may hold is one object's failure, with both sizes`() async throws {
        try await withScene { scene in
            let text = String(repeating: "x", count: 1_100 << 10)
            try scene.commit(scene.baseFiles(configMaps: 1).merging(["big.yaml": scene.configMap("big", text)]) { $1 })
            let outcome = try await scene.sync()
            #expect(outcome.names(.failed) == ["big"])
            let error = outcome.object("big")?.error ?? ""
            #expect(error.contains("may not be more than 1048576 bytes"), "\(error)")
            #expect(error.contains("the object has 112"), "\(error)")
            #expect(try await scene.liveConfigMap("c0") != nil)
            try scene.commit(["big.yaml": nil])
            try await scene.checkPromises()
        }
    }

    @Test func `A37: annotations of more than 256 KiB are refused before anything is sent`() async throws {
        try await withScene { scene in
            try scene.commit(scene.baseFiles(configMaps: 1))
            #expect(try await scene.sync().outcome == .succeeded)
            let note = "note: \"\(String(repeating: "x", count: 257 << 10))\""
            try scene.commit(["noted.yaml": scene.configMap("noted", annotations: note)])
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .failed)
            let problem = outcome.problems.map(\.description).joined()
            #expect(problem.contains("infra/noted.yaml:") && problem.contains("annotations"), "\(problem)")
            #expect(problem.contains("2631"), "names the size: \(problem)")
            #expect(try await scene.liveConfigMap("noted") == nil)
            try scene.commit(["noted.yaml": nil])
            try await scene.checkPromises()
        }
    }

    @Test func `A37: a large object is applied without a copy of itself in an annotation`() async throws {
        try await withScene { scene in
            let text = String(repeating: "x", count: 700 << 10)
            try scene.commit(scene.baseFiles().merging(["big.yaml": scene.configMap("big", text)]) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            let live = try #require(try await scene.liveConfigMap("big"))
            #expect(live.metadata["annotations"]?.object?.isEmpty ?? true)
            try await scene.checkPromises()
        }
    }

    @Test func `A43: a field that the server does not know any more is named, and only its object stops`() async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            func definition(_ schema: String) -> String { scene.widgetDefinition(schema: schema) }
            let wide = "{size: {type: integer}, color: {type: string}}"
            let files = ["crd.yaml": definition(wide), "w.yaml": scene.widget("w", spec: "size: 1, color: red")]
            try scene.commit(scene.baseFiles(configMaps: 1).merging(files) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            // The next version of the operator's definition lacks the field; a typing error beside it.
            let typo = scene.configMap("c0").replacing("\ndata:", with: "\ndada:")
            try scene.commit(["crd.yaml": definition("{size: {type: integer}}"), "c0.yaml": typo])
            #expect(try await scene.sync().names(.failed).contains("c0"))
            try scene.commit(["w.yaml": scene.widget("w", spec: "size: 2, color: red")])
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .degraded)
            #expect(outcome.names(.failed) == ["c0", "w"])
            for (name, word) in [("w", "spec.color"), ("c0", "dada")] {
                let failed = try #require(outcome.object(name))
                #expect(failed.error?.contains(word) == true, "\(failed.error ?? "")")
                #expect(failed.error?.contains("correct the manifest") == true, "\(failed.error ?? "")")
                #expect(!failed.isRetryable)
            }
            #expect(try await scene.live(scene.widgets, "w")?.spec?["size"] == 1, "nothing was left out in silence")
            try scene.commit(["c0.yaml": scene.configMap("c0"), "w.yaml": scene.widget("w", spec: "size: 2")])
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A44: the server's warnings are shown and stored, and nothing fails because of them`() async throws {
        try await withScene { scene in
            let words = "\(scene.group)/v1 Widget goes \\\"away\\\", use v2"
            let deprecated = "    deprecated: true\n    deprecationWarning: \"\(words)\"\n"
            let files = ["crd.yaml": scene.widgetDefinition(version: deprecated), "w.yaml": scene.widget("w")]
            try scene.commit(scene.baseFiles(configMaps: 1).merging(files) { $1 })
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded)
            let expected = "\(scene.group)/v1 Widget goes \"away\", use v2"
            #expect(outcome.object("w")?.warnings == [expected])
            #expect(outcome.objects.flatMap(\.warnings) == [expected], "no other object is warned of")
            let run = try #require(outcome.run)
            let stored = try #require(try await scene.history.detail(run.id))
            #expect(stored.objects.first { $0.id.name == "w" }?.warnings == [expected])
            try await scene.checkPromises()
        }
    }
}
