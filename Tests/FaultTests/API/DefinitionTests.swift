// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import TestKit
import Testing
import YAMLText

/// Definitions and the objects of the kinds that they define: which comes first, coming and going.
@Suite(.timeLimit(.minutes(5)))
struct DefinitionTests {
    private static func files(_ scene: Scene, widgets: Int, finalizers: String = "") -> [String: String?] {
        var files = scene.baseFiles(configMaps: 1)
        files["zz-crd.yaml"] = scene.widgetDefinition()
        for index in 0..<widgets { files["a\(index).yaml"] = scene.widget("w\(index)", finalizers: finalizers) }
        return files
    }

    private static func removal(_ count: Int, definition: Bool = true) -> [String: String?] {
        var files: [String: String?] = definition ? ["zz-crd.yaml": nil] : [:]
        for index in 0..<count { files["a\(index).yaml"] = .some(nil) }
        return files
    }

    @Test func `A32: objects wait until their definition is established and served, whatever a 404 says before`()
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(Self.files(scene, widgets: 2))
            let name = "widgets.\(scene.group)"
            let path = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/\(name)"
            let young: JSON = [
                "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": ["name": .string(name), "uid": "young", "resourceVersion": "1"],
                "spec": ["group": .string(scene.group)],
                "status": [
                    "conditions": [
                        ["type": "NamesAccepted", "status": "True", "reason": "NoConflicts", "message": ""],
                        ["type": "Established", "status": "False", "reason": "Installing", "message": "not yet"],
                    ]
                ],
            ]
            // Established only at the third look; and then the path answers 404 as the real server does, in plain text.
            let looks = cluster.faults.add(FaultRule("GET", path, .answer(status: 200, body: young), on: .first(3)))
            let misses = cluster.faults.add(
                FaultRule(
                    "PATCH",
                    scene.widgets.path(namespace: scene.namespace, name: "*"),
                    .answer(status: 404, body: "404 page not found\n"),
                    on: .first(4)
                )
            )
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded, "\(outcome.objects.compactMap(\.error))")
            #expect(cluster.faults.hits(looks) >= 4, "asked until it was established")
            #expect(cluster.faults.hits(misses) == 6, "four misses, and both objects in the end")
            let log = cluster.faults.requests
            let lastLook = try #require(log.lastIndex { $0.method == "GET" && $0.path == path })
            let firstWidget = try #require(log.firstIndex { $0.method == "PATCH" && $0.path.contains("/widgets/") })
            #expect(lastLook < firstWidget, "no object is sent before its definition is established")
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    /// What controls them may stay.
    @Test func `all objects that a definition takes along are in the list, whatever controls them`() async throws {
        try await withEmbeddedScene { scene, _ in
            try scene.commit(Self.files(scene, widgets: 0))
            #expect(try await scene.sync().outcome == .succeeded)
            let space = try await scene.client.get(CoreResources.namespaces, namespace: "", name: scene.namespace)
            let controllers = [space, try await scene.liveConfigMap("c0")].compactMap { $0 }
            #expect(controllers.count == 2)
            for controller in controllers {
                try await create("of-\(controller.id.kind.lowercased())", controlledBy: controller, in: scene)
            }
            try scene.commit(["zz-crd.yaml": nil])
            guard case .held(let reasons, _) = try await scene.sync().prune?.verdict else {
                Issue.record("not held")
                return
            }
            let line = try #require(
                reasons.first { $0.contains("takes along 2 objects not in the list") },
                "\(reasons)"
            )
            #expect(line.contains("of-namespace") && line.contains("of-configmap"), "\(line)")
        }
    }

    /// It was in no list: it was to go with what controls it.
    @Test func `a definition stays while an object of it follows from one whose delete was refused`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(Self.files(scene, widgets: 0).merging(["c1.yaml": scene.configMap("c1", "1")]) { $1 })
            let reconciler = try await scene.reconciler()
            #expect(await reconciler.pass(.manual).outcome == .succeeded)
            try await create("follower", controlledBy: try #require(try await scene.liveConfigMap("c0")), in: scene)
            try scene.commit(["zz-crd.yaml": nil, "c0.yaml": nil])
            let hold = try #require(await reconciler.pass(.manual).hold)
            #expect(!hold.reasons.contains { $0.contains("takes along") }, "\(hold.reasons)")
            _ = try await scene.history.approve(project: scene.project.name, hash: hold.hash, person: "ada")
            let path = CoreResources.configMaps.path(namespace: scene.namespace, name: "c0")
            cluster.faults.add(
                FaultRule("DELETE", path, .failure(status: 403, reason: "Forbidden", message: "it has backups"))
            )
            let outcome = await reconciler.pass(.approval)
            let reason = outcome.object("widgets.\(scene.group)")?.error ?? ""
            #expect(
                reason.contains("follower would go along with it, and what controls that is still there"),
                "\(reason)"
            )
            #expect(try await scene.live(scene.widgets, "follower") != nil)
        }
    }

    private func create(_ name: String, controlledBy controller: KubeObject, in scene: Scene) async throws {
        var widget = try KubeObject(YAMLText.single(scene.widget(name)))
        widget.json[["metadata", "ownerReferences"]] = [
            [
                "apiVersion": "v1", "kind": .string(controller.id.kind), "name": .string(controller.name),
                "uid": .string(controller.uid ?? ""), "controller": true,
            ]
        ]
        _ = try await scene.client.create(widget, in: scene.widgets, fieldManager: "somebody")
    }

    @Test func `A30: without its namespace an object fails at once, also beside its definition`()
        async throws
    {
        try await withScene { scene in
            var files = Self.files(scene, widgets: 2)
            for name in ["a0.yaml", "a1.yaml"] {
                files[name] = files[name]??.replacing(
                    "namespace: \(scene.namespace)",
                    with: "namespace: \(scene.namespace)-none"
                )
            }
            try scene.commit(files)
            // Waiting for it would outlive the suite.
            let reconciler = try await scene.reconciler(deadlines: .init(settling: .seconds(3600)))
            let outcome = await reconciler.pass(.manual)
            #expect(outcome.names(.failed) == ["w0", "w1"], "\(outcome.objects.compactMap(\.error))")
            let error = outcome.object("w0")?.error ?? ""
            #expect(error.contains("add a Namespace manifest for \(scene.namespace)-none"), "\(error)")
        }
    }

    @Test func `A40: a custom resource whose delete is denied keeps what may serve it`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(Self.files(scene, widgets: 2))
            #expect(try await scene.sync().outcome == .succeeded)
            let path = scene.widgets.path(namespace: scene.namespace, name: "w0")
            let message = "admission webhook \"w.example.com\" denied the request: it has backups"
            let rule = cluster.faults.add(
                FaultRule("DELETE", path, .failure(status: 403, reason: "Forbidden", message: message))
            )
            try scene.commit(["a0.yaml": nil, "c0.yaml": nil])
            for _ in 0..<2 {
                let outcome = try await scene.sync()
                #expect(outcome.names(.failed) == ["w0"])
                #expect(outcome.object("c0")?.error?.contains("w0 was not deleted, and what serves it") == true)
                #expect(try await scene.liveConfigMap("c0") != nil)
            }
            cluster.faults.remove(rule)
            #expect(try await scene.sync().names(.pruned) == ["c0", "w0"])
        }
    }

    @Test func `A32: a definition that is never established blocks its objects, and nothing else`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(Self.files(scene, widgets: 2))
            let name = "widgets.\(scene.group)"
            let rule = cluster.faults.add(
                FaultRule(
                    "GET",
                    "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/\(name)",
                    .answer(
                        status: 200,
                        body: [
                            "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                            "metadata": ["name": .string(name), "uid": "u", "resourceVersion": "1"],
                            "status": [
                                "conditions": [
                                    [
                                        "type": "NamesAccepted", "status": "False", "reason": "ListKindConflict",
                                        "message": "\"WidgetList\" is already in use",
                                    ]
                                ]
                            ],
                        ]
                    ),
                    // The first two looks are those before it is created.
                    on: .from(3)
                )
            )
            let outcome = try await scene.sync(deadlines: .init(readiness: .seconds(2)))
            #expect(cluster.faults.hits(rule) >= 1)
            #expect(outcome.outcome == .degraded)
            #expect(outcome.names(.skipped) == ["w0", "w1"])
            #expect(outcome.object("w0")?.error?.contains("blocked by CustomResourceDefinition") == true)
            #expect(
                outcome.object("w0")?.error?.contains("already in use") == true,
                "\(outcome.object("w0")?.error ?? "")"
            )
            #expect(try await scene.liveConfigMap("c0") != nil)
            cluster.faults.remove(rule)
            try await scene.checkPromises()
        }
    }

    @Test func `A33: the definition comes before its objects and goes after them, when a person says so`() async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(Self.files(scene, widgets: 3))
            let first = try await scene.sync()
            #expect(first.outcome == .succeeded, "\(first.objects.compactMap(\.error))")
            try scene.commit(Self.removal(3))
            let held = try await scene.sync()
            #expect(held.outcome == .held)
            #expect(held.names(.pruned) == [])
            let hold = try #require(try await scene.history.state(of: scene.project.name).hold)
            #expect(hold.reasons.contains { $0.contains("CustomResourceDefinition") })
            #expect(hold.objects.count == 4)
            #expect(try await scene.live(scene.widgets, "w0") != nil)
            _ = try await scene.history.approve(project: scene.project.name, hash: hold.hash, person: "ada")
            scene.embedded?.faults.forgetRequests()
            let done = try await scene.sync()
            #expect(done.outcome == .succeeded, "\(done.objects.compactMap(\.error))")
            #expect(done.names(.pruned) == ["w0", "w1", "w2", "widgets.\(scene.group)"])
            if let cluster = scene.embedded {
                let deletes = cluster.faults.requests.filter { $0.method == "DELETE" }.map(\.path)
                #expect(deletes.count == 4 && deletes.last?.hasSuffix("/widgets.\(scene.group)") == true, "\(deletes)")
            }
            try await eventually("the definition is gone", within: .seconds(120)) {
                try await scene.live(scene.definitions, "widgets.\(scene.group)") == nil
            }
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A33: a definition whose objects stay declared, or of which people have objects, is not deleted`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(Self.files(scene, widgets: 1))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["zz-crd.yaml": nil])
            let kept = try await scene.sync()
            #expect(kept.outcome == .succeeded)
            #expect(kept.prune?.kept.map(\.reason) == ["objects of the kind that it defines are declared"])
            // All ours go, somebody's stays: deleting the definition takes theirs along, so a person has to know.
            var theirs = try KubeObject([
                "apiVersion": .string("\(scene.group)/v1"), "kind": "Widget",
                "metadata": ["name": "theirs", "namespace": .string(scene.namespace)],
            ])
            theirs.json["spec"] = ["size": 7]
            _ = try await scene.client.create(theirs, in: scene.widgets, fieldManager: "somebody")
            try scene.commit(Self.removal(1))
            let held = try await scene.sync()
            #expect(held.outcome == .held)
            #expect(held.names(.pruned) == [])
            #expect(try await scene.live(scene.widgets, "theirs") != nil)
            try scene.commit(Self.files(scene, widgets: 1))
            try await scene.checkPromises()
            #expect(try await scene.live(scene.widgets, "theirs")?.spec?["size"] == 7)
        }
    }

    @Test func `A33: when the definition was deleted by hand, its objects count as gone, and no delete fails`()
        async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(Self.files(scene, widgets: 3))
            #expect(try await scene.sync().outcome == .succeeded)
            try await scene.remove(scene.definitions, "widgets.\(scene.group)")
            try await eventually("the definition is gone and no longer shown", within: .seconds(120)) {
                guard try await scene.live(scene.definitions, "widgets.\(scene.group)") == nil else { return false }
                return try await scene.client.discover().lookup(scene.widgets.gvk.groupKind) == .unknown
            }
            try scene.commit(Self.removal(3))
            scene.embedded?.faults.forgetRequests()
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded, "\(outcome.objects.compactMap(\.error))")
            #expect(outcome.names(.failed) == [])
            #expect(outcome.prune?.released.count == 4)
            #expect(scene.embedded?.faults.count("DELETE") ?? 0 == 0)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A33: a definition that was deleted by hand while it is declared comes back with its objects`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(Self.files(scene, widgets: 2))
            #expect(try await scene.sync().outcome == .succeeded)
            try await scene.remove(scene.definitions, "widgets.\(scene.group)")
            try await eventually("the definition is gone", within: .seconds(120)) {
                try await scene.live(scene.definitions, "widgets.\(scene.group)") == nil
            }
            try await scene.checkPromises()
            #expect(try await scene.live(scene.widgets, "w1") != nil)
        }
    }

    @Test func `A33: a definition waits while an object of its kind is still being deleted, and the pass ends`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(Self.files(scene, widgets: 1, finalizers: "example.com/slow"))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(Self.removal(1))
            #expect(try await scene.sync().outcome == .held)
            _ = try await scene.history.approve(project: scene.project.name, hash: nil, person: "ada")
            let first = try await scene.sync(deadlines: .init(gone: .milliseconds(300)))
            #expect(first.names(.pruned) == ["w0"])
            #expect(first.object("widgets.\(scene.group)")?.error?.contains("is still there") == true)
            let second = try await scene.sync()
            let reasons = second.prune?.kept.map(\.reason) ?? []
            #expect(reasons.contains { $0.contains("waits for the finalizers example.com/slow") }, "\(reasons)")
            #expect(
                reasons.contains { $0.contains("of the kind that it defines: it is being deleted since") },
                "\(reasons)"
            )
            #expect(try await scene.live(scene.definitions, "widgets.\(scene.group)")?.deletionTimestamp == nil)
            try await scene.patch(scene.widgets, "w0", ["metadata": ["finalizers": nil]])
            #expect(try await scene.sync().outcome == .held, "the definition alone is a new question to a person")
            _ = try await scene.history.approve(project: scene.project.name, hash: nil, person: "ada")
            #expect(try await scene.sync().names(.pruned) == ["widgets.\(scene.group)"])
            try await eventually("the definition is gone", within: .seconds(120)) {
                try await scene.live(scene.definitions, "widgets.\(scene.group)") == nil
            }
            try await scene.checkPromises()
        }
    }
}
