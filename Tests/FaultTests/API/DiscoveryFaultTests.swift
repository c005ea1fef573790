// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import HTTPWire
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// Kinds that discovery does not show, does not show yet, or shows as broken: unknown is never taken for gone.
@Suite(.timeLimit(.minutes(5)))
struct DiscoveryFaultTests {
    @Test func `A34: an unknown kind fails alone, the rest is applied, and nothing is deleted in that pass`()
        async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await scene.sync().outcome == .succeeded)
            let mystery = "apiVersion: nobody.example.com/v1\nkind: Mystery\nmetadata: {name: m}\n"
            try scene.commit(["c0.yaml": nil, "c1.yaml": scene.configMap("c1", "2"), "m.yaml": mystery])
            for _ in 0..<2 {
                let outcome = try await scene.sync()
                #expect(outcome.outcome == .degraded)
                #expect(outcome.names(.failed) == ["m"])
                #expect(outcome.names(.pruned) == [])
                let error = outcome.object("m")?.error ?? ""
                #expect(
                    error.contains("infra/m.yaml:1") && error.contains("Mystery in nobody.example.com/v1"),
                    "\(error)"
                )
                guard case .blocked(let reasons) = outcome.prune?.verdict else {
                    Issue.record("not blocked: \(String(describing: outcome.prune?.verdict))")
                    return
                }
                #expect(reasons.contains { $0.contains("Mystery") })
                #expect(try await scene.liveConfigMap("c0") != nil)
                #expect(try await scene.liveConfigMap("c1")?.json["data"] == ["value": "2"])
            }
            try scene.commit(["m.yaml": nil])
            try await scene.checkPromises(bystanders: bystanders)
            #expect(try await scene.liveConfigMap("c0") == nil)
        }
    }

    /// How a group is broken.
    enum Breakage: String, Sendable, CaseIterable {
        /// Discovery says that it is stale, and its paths answer 503, as an aggregator does whose server is away.
        case stale
        /// Discovery does not show it at all, although its definition is there.
        case missing
        /// Discovery shows it, and its paths answer 503.
        case unavailable
    }

    /// The aggregated discovery document of the cluster, with the test's group broken.
    private func discovery(_ scene: Scene, _ cluster: EmbeddedCluster, _ breakage: Breakage) async throws -> JSON {
        let token = scene.kubeconfig["users"]?.array?.first?["user"]?["token"]?.string ?? ""
        let answer = try await HTTPWire().send(
            HTTPRequest(
                url: "\(cluster.url)/apis",
                headers: [
                    HTTPHeader("Authorization", "Bearer \(token)"),
                    HTTPHeader("Accept", "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"),
                ]
            )
        )
        var document = try JSONParser.parse(answer.body)
        var items = document["items"]?.array ?? []
        let index = try #require(items.firstIndex { $0["metadata"]?["name"]?.string == scene.group })
        if breakage == .missing { items.remove(at: index) }
        if breakage == .stale { items[index]["versions"] = [["version": "v1", "freshness": "Stale"]] }
        document["items"] = .array(items)
        return document
    }

    @Test(arguments: Breakage.allCases)
    func `A35: objects of a broken group are neither deleted nor missing, and the other groups go on`(
        _ breakage: Breakage
    ) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            var files = scene.baseFiles(configMaps: 2)
            files["crd.yaml"] = scene.widgetDefinition()
            files["w0.yaml"] = scene.widget("w0")
            files["w1.yaml"] = scene.widget("w1")
            try scene.commit(files)
            #expect(try await scene.sync().outcome == .succeeded)
            let before = [try await scene.live(scene.widgets, "w0"), try await scene.live(scene.widgets, "w1")]
            var rules: [Int] = []
            if breakage != .unavailable {
                let document = try await discovery(scene, cluster, breakage)
                rules.append(cluster.faults.add(FaultRule("GET", "/apis", .answer(status: 200, body: document))))
            }
            // The aggregator's own words, in plain text.
            let endpoint = cluster.faults.add(
                FaultRule("*", "/apis/\(scene.group)/*", .answer(status: 503, body: "service unavailable\n"))
            )
            cluster.faults.forgetRequests()
            // One object of the group is no longer declared, one is, and other kinds change, too.
            try scene.commit(["w1.yaml": nil, "c0.yaml": nil, "c1.yaml": scene.configMap("c1", "2")])
            for _ in 0..<2 {
                let outcome = try await scene.sync()
                #expect(outcome.outcome == .degraded)
                #expect(outcome.names(.pruned) == [] && outcome.names(.created) == [])
                #expect(outcome.names(.failed) == ["w0"])
                let failed = try #require(outcome.object("w0"))
                #expect(failed.isRetryable, "\(failed.error ?? "")")
                guard case .blocked(let reasons) = outcome.prune?.verdict else {
                    Issue.record("not blocked: \(String(describing: outcome.prune?.verdict))")
                    return
                }
                #expect(reasons.contains { $0.contains(scene.group) }, "\(reasons)")
                #expect(outcome.prune?.released == [], "nothing of the group leaves the inventory")
                #expect(try await scene.liveConfigMap("c1")?.json["data"] == ["value": "2"])
                #expect(try await scene.liveConfigMap("c0") != nil)
            }
            if breakage == .unavailable { #expect(cluster.faults.hits(endpoint) >= 2) }
            for rule in rules {
                #expect(cluster.faults.hits(rule) >= 2)
                cluster.faults.remove(rule)
            }
            cluster.faults.remove(endpoint)
            #expect(cluster.faults.count("DELETE") == 0)
            #expect(try await scene.live(scene.widgets, "w0")?.uid == before[0]?.uid)
            #expect(try await scene.live(scene.widgets, "w1")?.uid == before[1]?.uid)
            try await scene.checkPromises(bystanders: bystanders)
            #expect(try await scene.live(scene.widgets, "w1") == nil, "known again, and no longer declared")
        }
    }

    @Test func `A35: a broken group that has nothing to do with the project stops nothing`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await scene.sync().outcome == .succeeded)
            _ = try await scene.client.create(
                try scene.widgetDefinitionObject(),
                in: scene.definitions,
                fieldManager: "somebody"
            )
            let document = try await discovery(scene, cluster, .stale)
            let rule = cluster.faults.add(FaultRule("GET", "/apis", .answer(status: 200, body: document)))
            try scene.commit(["c0.yaml": nil, "c2.yaml": scene.configMap("c2")])
            let outcome = try await scene.sync()
            #expect(cluster.faults.hits(rule) == 1)
            #expect(outcome.outcome == .succeeded)
            #expect(outcome.names(.pruned) == ["c0"] && outcome.names(.created) == ["c2"])
            cluster.faults.remove(rule)
            try await scene.checkPromises()
        }
    }

    @Test
    func `A36: a kind that came after the catalogue was read is discovered at once`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(scene.baseFiles())
            let reconciler = try await scene.reconciler()
            #expect(await reconciler.pass(.manual).outcome == .succeeded)
            func discoveries() -> Int { scene.embedded?.faults.count("GET", "/apis") ?? 0 }
            scene.embedded?.faults.forgetRequests()
            // A complete catalogue is believed.
            #expect(await reconciler.pass(.manual).outcome == .succeeded)
            #expect(discoveries() == 0)
            // The kind comes from somebody else, after the catalogue was read; the commit names it right away.
            let definition = try scene.widgetDefinitionObject()
            _ = try await scene.client.create(definition, in: scene.definitions, fieldManager: "somebody")
            try await eventually("the kind is shown", within: .seconds(120)) {
                try await scene.client.discover().lookup(scene.widgets.gvk.groupKind) != .unknown
            }
            scene.embedded?.faults.forgetRequests()
            try scene.commit(["w.yaml": scene.widget("w")])
            let found = await reconciler.pass(.manual)
            #expect(found.outcome == .succeeded, "\(found.objects.compactMap(\.error))")
            #expect(found.names(.created) == ["w"])
            if scene.embedded != nil { #expect(discoveries() == 1) }
            try await scene.checkPromises()
        }
    }

    @Test func `A36: a kind that discovery did not show is looked for again when the interval is over`() async throws {
        try await withEmbeddedScene { scene, cluster in
            let mystery = "apiVersion: nobody.example.com/v1\nkind: Mystery\nmetadata: {name: m}\n"
            try scene.commit(scene.baseFiles().merging(["m.yaml": mystery]) { $1 })
            let rendered = try await scene.reconciler().preparer.prepare(marks: [:]).rendered
            let patient = CatalogCache(client: scene.client, searchInterval: .seconds(3600))
            let eager = CatalogCache(client: scene.client, searchInterval: .zero)
            for (stage, expected) in [(patient, 1), (eager, 3)] {
                cluster.faults.forgetRequests()
                for _ in 0..<3 { _ = try await stage.catalog(for: rendered) }
                #expect(cluster.faults.count("GET", "/apis") == expected)
            }
            try scene.commit(["m.yaml": nil])
            try await scene.checkPromises()
        }
    }
}
