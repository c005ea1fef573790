// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import HTTPWire
import KubeClient
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import TestKit
import Testing

/// Reading what the cluster has.
@Suite(.timeLimit(.minutes(5)))
struct LiveReaderTests {
    private func read(
        _ project: ProjectUnderTest,
        _ manifests: [String],
        as client: KubeClient? = nil,
        inventory: Inventory? = nil,
        catalog: APICatalog? = nil
    ) async throws -> LiveSet {
        let discovered = try await project.client.discover()
        let (scope, triage) = project.look(
            for: try project.rendered(manifests),
            inventory: inventory ?? Inventory(applySet: project.applySet),
            catalog: catalog ?? discovered
        )
        return try await LiveReader(client: client ?? project.client, applySet: project.applySet).read(
            scope,
            triage: triage
        )
    }

    @Test func `objects with our label and wanted ones without it are found, others are not`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("ours")])
            try await project.createByHand(configMap("unlabelled", #"{"k":"theirs"}"#))
            try await project.createByHand(configMap("foreign"))
            let live = try await read(project, [configMap("unlabelled"), configMap("absent")])
            #expect(Set(live.objects.keys.map(\.name)) == ["ours", "unlabelled"])
            #expect(live.unreadable.isEmpty)
            #expect(live.objects[project.id("ConfigMap", "unlabelled")]?.whole?.json["data"] == ["k": "theirs"])
        }
    }

    @Test func `of an object that is as git says only the proof of that is kept`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("same"), configMap("other")])
            let live = try await read(project, [configMap("same"), configMap("other", #"{"k":"new"}"#)])
            let same = try #require(live.objects[project.id("ConfigMap", "same")])
            #expect(same.whole == nil && same.uid != nil)
            #expect(live.objects[project.id("ConfigMap", "other")]?.whole?.json["data"] == ["k": "v"])
        }
    }

    @Test func `a member that lost our label by hand is found by its name, stays, and is told from one that is gone`()
        async throws
    {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), configMap("bare"), configMap("gone")])
            try await project.kubectl(["label", "configmap", "bare", "\(ApplySet.partOfLabel)-"])
            try await project.kubectl(["delete", "configmap", "gone"])
            let live = try await read(project, [configMap("a")], inventory: try await project.storedInventory())
            #expect(Set(live.objects.keys.map(\.name)) == ["a", "bare"])
            #expect(live.objects[project.id("ConfigMap", "bare")]?.whole?.json["data"] == ["k": "v"])
            let plan = try await project.sync([configMap("a")]).plan
            let released = Dictionary(plan.prune.released.map { ($0.id.name, $0.reason) }) { first, _ in first }
            #expect(released["bare"]?.contains("no longer carries this project's label") == true, "\(released)")
            #expect(released["gone"] == "it is gone from the cluster")
            #expect(plan.prune.steps.isEmpty)
            #expect(try await project.live("ConfigMap", "bare")?.json["data"] == ["k": "v"])
            #expect(Set(try await project.storedInventory().members.keys.map(\.name)) == ["a"])
        }
    }

    @Test func `a member that loses our label while watches run is found by its name, too`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), configMap("bare")])
            let rendered = try project.rendered([configMap("a")])
            let inventory = try await project.storedInventory()
            let catalog = try await project.client.discover()
            let bare = project.id("ConfigMap", "bare")
            let mirror = LiveMirror(client: project.client, applySet: project.applySet)
            let (scope, triage) = project.look(for: rendered, inventory: inventory, catalog: catalog)
            func reading() async throws -> LiveMirror.Reading { try await mirror.read(scope, triage: triage) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                await mirror.begin()
                group.addTask { await mirror.run() }
                #expect(try await reading().unwatched == [])
                try await project.kubectl(["label", "configmap", "bare", "\(ApplySet.partOfLabel)-"])
                try await eventually("the watch has shown that the label is gone") {
                    try await reading().unwatched == [bare]
                }
                let found = try await reading().live.objects[bare]?.whole
                #expect(found?.json["data"] == ["k": "v"] && found?.label(ApplySet.partOfLabel) == nil)
                group.cancelAll()
            }
        }
    }

    /// The catalogue of a server that gives the objects of a kind by name and lists none of them.
    private func withoutLists(of kind: GroupKind, _ catalog: APICatalog) -> APICatalog {
        // The first version of a kind that is added is the preferred one.
        let preferred = catalog.resources.filter { catalog.lookup($0.gvk.groupKind) == .served($0) }
        var changed = APICatalog()
        for resource in preferred + catalog.resources {
            let isListed = resource.gvk.groupKind != kind
            changed.add(
                APIResource(
                    gvk: resource.gvk,
                    plural: resource.plural,
                    isNamespaced: resource.isNamespaced,
                    verbs: isListed ? resource.verbs : resource.verbs.subtracting(["list", "watch"])
                )
            )
        }
        return changed
    }

    @Test func `a member of a kind that has no lists is read by its name, and only a missing one is gone`() async throws
    {
        try await ProjectUnderTest.run { project in
            let robot = serviceAccount("robot")
            try await project.sync([robot, configMap("there"), configMap("gone")])
            try await project.kubectl(["delete", "configmap", "gone"])
            let inventory = try await project.storedInventory()
            let configMaps = GroupKind(group: "", kind: "ConfigMap")
            let catalog = withoutLists(of: configMaps, try await project.client.discover())
            let live = try await read(project, [robot], inventory: inventory, catalog: catalog)
            #expect(Set(live.objects.keys.map(\.name)) == ["robot", "there"])
            #expect(live.unreadable.isEmpty)
            let prune = Planner.plan(
                try project.rendered([robot]),
                against: live,
                inventory: inventory,
                policy: PlanPolicy(targetNamespace: project.namespace)
            ).prune
            #expect(prune.steps.map(\.id.name) == ["there"] && prune.kept.isEmpty)
            #expect(prune.released.map { "\($0.id.name): \($0.reason)" } == ["gone: it is gone from the cluster"])
        }
    }

    @Test func `many unlabelled objects take one list of names and one read for each that exists`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.createByHand(configMap("m7"))
            let manifests = (0..<40).map { configMap("m\($0)") }
            _ = try await project.client.discover()
            let before = project.client.statistics.requests
            let catalog = try await project.client.discover()
            let discovery = project.client.statistics.requests - before
            let (scope, triage) = project.look(
                for: try project.rendered(manifests),
                inventory: Inventory(applySet: project.applySet),
                catalog: catalog
            )
            let reader = LiveReader(client: project.client, applySet: project.applySet)
            let live = try await reader.read(scope, triage: triage)
            #expect(live.objects.keys.map(\.name) == ["m7"])
            #expect(project.client.statistics.requests - before - discovery == 3)
        }
    }

    @Test func `a namespace that does not exist holds nothing`() async throws {
        try await ProjectUnderTest.run { project in
            let manifests = (0..<5).map {
                configMap("m").replacing(#""name":"m""#, with: #""name":"m\#($0)","namespace":"not-there""#)
            }
            let live = try await read(project, manifests)
            #expect(live.objects.isEmpty)
            #expect(live.unreadable.isEmpty)
        }
    }

    // The embedded cluster serves one version of each kind.
    @Test(.enabled(if: ClusterUnderTest.isReal)) func `an object is read in the version in which it is written`()
        async throws
    {
        try await ProjectUnderTest.run { project in
            func scaler(_ version: String, _ name: String, _ metrics: String, most: Int) -> String {
                """
                {"apiVersion":"autoscaling/\(version)","kind":"HorizontalPodAutoscaler","metadata":{"name":"\(name)"},
                 "spec":{"maxReplicas":\(most),\(metrics),"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment",
                 "name":"web"}}}
                """
            }
            func manifests(most: Int) -> [String] {
                [
                    scaler("v1", "one", #""targetCPUUtilizationPercentage":50"#, most: most),
                    scaler("v2", "two", #""minReplicas":1"#, most: most),
                ]
            }
            try await project.sync(manifests(most: 2))
            // Objects that are as their manifests say are not kept whole.
            let live = try await read(project, manifests(most: 3))
            let versions = live.objects.values.compactMap(\.whole).map { "\($0.name) \($0.gvk.version)" }.sorted()
            #expect(versions == ["one v1", "two v2"])
            #expect(try await project.sync(manifests(most: 2)).plan.isEmpty)
        }
    }

    @Test func `a kind that may not be listed is unreadable with the reason, and nothing is pruned`() async throws {
        try await ProjectUnderTest.run { project in
            try await project.sync([configMap("a"), configMap("b"), serviceAccount("robot")])
            let limited = try await project.clientWithoutDeployments()
            try await eventually("the rights have arrived") {
                let live = try await read(project, [configMap("a")], as: limited)
                return live.unreadable.isEmpty && live.objects.count == 2
            }
            let manifests = [configMap("a"), deployment("web")]
            let live = try await read(project, manifests, as: limited)
            #expect(Array(live.unreadable.keys) == [GroupKind(group: "apps", kind: "Deployment")])
            #expect(live.unreadable.values.first?.contains("deployments") == true)
            #expect(Set(live.objects.keys.map(\.name)) == ["a", "b"])
            let plan = Planner.plan(
                try project.rendered(manifests),
                against: live,
                inventory: try await project.storedInventory(),
                policy: PlanPolicy(targetNamespace: project.namespace)
            )
            guard case .blocked = plan.prune.verdict else {
                Issue.record("not blocked: \(plan.prune.verdict)")
                return
            }
        }
    }

    @Test func `a cluster that cannot be read at all is an error and no empty set`() async throws {
        try await ProjectUnderTest.run { project in
            let catalog = try await project.client.discover()
            let kubeconfig: JSON = [
                "current-context": "c", "contexts": [["name": "c", "context": ["cluster": "k", "user": "u"]]],
                "clusters": [["name": "k", "cluster": ["server": "http://127.0.0.1:9"]]],
                "users": [["name": "u", "user": [:]]],
            ]
            let configuration = try KubeConfiguration(kubeconfig: kubeconfig, folder: "/", context: nil)
            let options = KubeClientOptions(maxRetries: 0, retryBudget: .milliseconds(100))
            let dead = KubeClient(configuration: configuration, wire: HTTPWire(), options: options)
            let (scope, triage) = project.look(
                for: try project.rendered([configMap("a"), deployment("web")]),
                inventory: Inventory(applySet: project.applySet),
                catalog: catalog
            )
            let error = await #expect(throws: KubeError.self) {
                _ = try await LiveReader(client: dead, applySet: project.applySet).read(scope, triage: triage)
            }
            #expect(error?.reason == .unreachable)
        }
    }
}

extension ProjectUnderTest {
    /// A client that may read ConfigMaps and may not list Deployments.
    func clientWithoutDeployments() async throws -> KubeClient {
        if let limited = cluster.limitedKubeconfig { return try ClusterUnderTest.client(limited) }
        try await kubectl(["create", "role", "reader", "--verb=get,list", "--resource=configmaps"])
        try await kubectl(["create", "rolebinding", "reader", "--role=reader", "--serviceaccount=\(namespace):robot"])
        return try await cluster.client(serviceAccount: "robot", namespace: namespace)
    }
}
