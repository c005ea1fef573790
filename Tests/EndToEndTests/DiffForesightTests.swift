// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
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
import YAMLText

/// What `diff` shows where a sync does more than one apply: clears defaults, takes fields over, makes an object anew,
/// or deletes nothing because something failed.
@Suite(.timeLimit(.minutes(5)))
struct DiffForesightTests {
    private static let force = "sternpost.dev/force: enabled"
    private static let services = CoreResources.resource("v1", "Service", "services")
    private static let jobs = CoreResources.resource("batch/v1", "Job", "jobs")
    private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"

    /// Looks, syncs, and compares: what was shown of the object is what became of it, and nothing is left to be shown.
    /// Gives what was shown.
    private func syncAsShown(
        _ scene: Scene,
        _ resource: APIResource,
        _ name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> DiffPreview.Difference {
        let before = try await scene.client.get(resource, namespace: scene.namespace, name: name)
        let all = try await scene.preview()
        let title = " \(scene.namespace)/\(name) ("
        let shown = try #require(
            all.first { $0.title.contains(title) },
            "\(all.map(\.title))",
            sourceLocation: sourceLocation
        )
        #expect(shown.error == nil, sourceLocation: sourceLocation)
        let outcome = try await scene.sync()
        #expect(
            outcome.outcome == .succeeded,
            "\(outcome.objects.compactMap(\.error))",
            sourceLocation: sourceLocation
        )
        let after = try await scene.client.get(resource, namespace: scene.namespace, name: name)
        // What only the API server chooses has a name instead of a value before.
        let uid = try #require(after?.uid, sourceLocation: sourceLocation)
        let done = DiffText(before: before, after: after)?.text.replacing(uid, with: "chosen by the API server")
        #expect(
            shown.diff?.text.filter { $0 != "\"" } == done?.filter { $0 != "\"" },
            "shown:\n\(shown.diff?.text ?? "nothing")\ndone:\n\(done ?? "nothing")",
            sourceLocation: sourceLocation
        )
        let left = try await scene.preview()
        #expect(left.isEmpty, "\(left)", sourceLocation: sourceLocation)
        return shown
    }

    private func idleDeployment(_ scene: Scene, strategy: String = "") -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: \(scene.namespace)}
        spec:
          replicas: 0
        \(strategy.isEmpty ? "" : "  strategy: \(strategy)\n")  selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: "registry.invalid/web:1"}]

        """
    }

    /// The controller writes annotations, too; only once it has is there nothing of it to come.
    private func controllerHasSeen(_ scene: Scene) async throws {
        try await eventually("the controller has seen the Deployment") {
            let web = try await scene.client.get(CoreResources.deployments, namespace: scene.namespace, name: "web")
            return web?.annotation("deployment.kubernetes.io/revision") != nil
                && web?.status?["observedGeneration"]?.int == web?.generation
        }
    }

    private func service(_ scene: Scene, _ spec: String) -> String {
        """
        apiVersion: v1
        kind: Service
        metadata: {name: web, namespace: \(scene.namespace), annotations: {\(Self.force)}}
        spec: {selector: {app: web}, ports: [{port: 80}], \(spec)}

        """
    }

    @Test func `a default that the new strategy forbids is shown as it goes`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "web.yaml": idleDeployment(scene)])
            #expect(try await scene.sync().outcome == .succeeded)
            try await controllerHasSeen(scene)
            try scene.commit(["web.yaml": idleDeployment(scene, strategy: "{type: Recreate}")])
            let shown = try await syncAsShown(scene, CoreResources.deployments, "web")
            #expect(shown.diff?.text.contains("-    rollingUpdate:") == true, "\(shown)")
            let live = try await scene.client.get(CoreResources.deployments, namespace: scene.namespace, name: "web")
            #expect(live?.spec?["strategy"] == ["type": "Recreate"])
        }
    }

    @Test func `defaults that a new type has no use for are shown as they go`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "web.yaml": service(scene, "type: NodePort")])
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["web.yaml": service(scene, "type: ClusterIP")])
            let text = try #require(try await syncAsShown(scene, Self.services, "web").diff?.text)
            #expect(text.contains("-  externalTrafficPolicy: Cluster"), "\(text)")
            #expect(text.contains("nodePort:"), "\(text)")
            let live = try await scene.client.get(Self.services, namespace: scene.namespace, name: "web")
            #expect(live?.spec?["externalTrafficPolicy"] == nil)
            #expect(live?.spec?["ports"]?.array?.first?["nodePort"] == nil)
        }
    }

    @Test func `what kubectl applied and git forbids goes together with what else kubectl had set`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest])
            #expect(try await scene.sync().outcome == .succeeded)
            var object = try KubeObject(
                try YAMLText.single(idleDeployment(scene, strategy: "{rollingUpdate: {maxSurge: 3}}"))
            )
            object.json[["spec", "minReadySeconds"]] = 5
            _ = try await scene.client.create(
                object,
                in: CoreResources.deployments,
                fieldManager: "kubectl-client-side-apply"
            )
            try await controllerHasSeen(scene)
            try scene.commit(["web.yaml": idleDeployment(scene, strategy: "{type: Recreate}")])
            let shown = try await syncAsShown(scene, CoreResources.deployments, "web")
            #expect(shown.diff?.text.contains("-  minReadySeconds: 5") == true, "\(shown)")
            let live = try await scene.client.get(CoreResources.deployments, namespace: scene.namespace, name: "web")
            #expect(live?.spec?["strategy"] == ["type": "Recreate"] && live?.spec?["minReadySeconds"] == nil)
        }
    }

    @Test func `a Secret that is made anew is shown with what the API server fills in`() async throws {
        try await withScene { scene in
            func secret(_ value: String) -> String {
                """
                apiVersion: v1
                kind: Secret
                metadata: {name: login, namespace: \(scene.namespace), annotations: {\(Self.force)}}
                immutable: true
                stringData: {password: \(value)-\(scene.canary)}

                """
            }
            try scene.commit(["ns.yaml": scene.namespaceManifest, "login.yaml": secret("one")])
            #expect(try await scene.sync().outcome == .succeeded)
            let before = try await scene.client.get(CoreResources.secrets, namespace: scene.namespace, name: "login")
            try scene.commit(["login.yaml": secret("two")])
            let shown = try await syncAsShown(scene, CoreResources.secrets, "login")
            #expect(shown.title.hasPrefix("delete and create again Secret "), "\(shown)")
            #expect(shown.diff?.text.contains("-type: Opaque") == false, "\(shown)")
            let after = try await scene.client.get(CoreResources.secrets, namespace: scene.namespace, name: "login")
            #expect(after?.uid != before?.uid && after?.json["type"] == "Opaque")
        }
    }

    @Test func `a Service that is made anew is shown with what the API server fills in`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "web.yaml": service(scene, "type: ClusterIP")])
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["web.yaml": service(scene, "clusterIP: None")])
            let shown = try await syncAsShown(scene, Self.services, "web")
            #expect(shown.title.hasPrefix("delete and create again Service "), "\(shown)")
            let text = try #require(shown.diff?.text)
            #expect(text.contains("+  clusterIP: None"), "\(text)")
            let gone = text.split(separator: "\n").filter { $0.hasPrefix("-") }
            for field in ["sessionAffinity", "protocol", "targetPort", "type"] {
                #expect(!gone.contains { $0.contains("\(field):") }, "\(text)")
            }
        }
    }

    @Test func `a Job that is made anew is shown under its own name, and without a uid that nobody can know`()
        async throws
    {
        try await withScene { scene in
            func job(_ image: String) -> String {
                """
                apiVersion: batch/v1
                kind: Job
                metadata: {name: once, namespace: \(scene.namespace), annotations: {\(Self.force)}}
                spec:
                  suspend: true
                  template:
                    spec: {restartPolicy: Never, containers: [{name: once, image: "registry.invalid/\(image)"}]}

                """
            }
            try scene.commit(["ns.yaml": scene.namespaceManifest, "once.yaml": job("a:1")])
            _ = try await scene.sync()
            try scene.commit(["once.yaml": job("a:2")])
            let text = try #require(try await syncAsShown(scene, Self.jobs, "once").diff?.text)
            #expect(text.contains("controller-uid: chosen by the API server"), "\(text)")
            #expect(!text.contains("sternpost-rehearsal"), "\(text)")
        }
    }

    @Test func `an object that asks to be kept is not shown as made anew, but refused as by the sync`() async throws {
        try await withScene { scene in
            func fixed(_ value: String) -> String {
                scene.configMap("fixed", value, annotations: Self.force) + "immutable: true\n"
            }
            try scene.commit(["ns.yaml": scene.namespaceManifest, "fixed.yaml": fixed("1")])
            #expect(try await scene.sync().outcome == .succeeded)
            _ = try await scene.client.patch(
                CoreResources.configMaps,
                namespace: scene.namespace,
                name: "fixed",
                type: .merge,
                body: ["metadata": ["annotations": ["sternpost.dev/prune": "disabled"]]],
                fieldManager: "kubectl-annotate"
            )
            try scene.commit(["fixed.yaml": fixed("2")])
            let shown = try await scene.preview()
            let outcome = try await scene.sync()
            let error = try #require(outcome.objects.first { $0.id.name == "fixed" }?.error)
            #expect(error.contains("asks to be kept") && error.contains("nothing was deleted"), "\(error)")
            #expect(shown.map(\.error) == [error], "\(shown)")
            #expect(shown.first?.diff == nil)
            #expect(try await scene.liveConfigMap("fixed")?.json["data"] == ["value": "1"])
        }
    }

    @Test func `a rehearsal that is refused is shown as the sync tells it, and one that cannot be made as a note`()
        async throws
    {
        try await withEmbeddedScene { scene, cluster in
            func fixed(_ value: String) -> String {
                scene.configMap("fixed", value, annotations: Self.force) + "immutable: true\n"
            }
            try scene.commit(["ns.yaml": scene.namespaceManifest, "fixed.yaml": fixed("1")])
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["fixed.yaml": fixed("2")])
            let rehearsals = "*/configmaps/fixed-sternpost-rehearsal"
            let words = "configmaps \"x\" is forbidden: exceeded quota: few, requested: count/configmaps=1"
            let quota = cluster.faults.add(
                FaultRule("PATCH", rehearsals, .failure(status: 403, reason: "Forbidden", message: words))
            )
            let refused = try await scene.preview()
            let error = try await scene.sync().objects.first { $0.id.name == "fixed" }?.error
            #expect(error?.contains("a quota leaves no room") == true, "\(error ?? "")")
            #expect(refused.map(\.error) == [error], "\(refused)")
            cluster.faults.remove(quota)
            let unsupported = "admission webhook \"old.example.com\" does not support dry run"
            let blind = cluster.faults.add(
                FaultRule("PATCH", rehearsals, .failure(status: 400, reason: "BadRequest", message: unsupported))
            )
            let shown = try await scene.preview()
            #expect(shown.map(\.error) == [nil] && shown.first?.diff != nil, "\(shown)")
            #expect(shown.first?.note?.contains("old.example.com") == true, "\(shown)")
            cluster.faults.remove(blind)
            _ = try await syncAsShown(scene, CoreResources.configMaps, "fixed")
        }
    }

    /// The API server answers a value that it does not know with 422, and a wrong type with 500.
    @Test(arguments: ["type: Everywhere", "type: 7"])
    func `while something would be refused no deletion is shown, and the sync says why in the same words`(
        mistake: String
    ) async throws {
        try await withScene { scene in
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "web.yaml": service(scene, "type: ClusterIP"),
                "gone.yaml": scene.configMap("gone"),
            ])
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["web.yaml": service(scene, mistake), "gone.yaml": nil])
            let shown = try await scene.preview()
            #expect(shown.compactMap(\.error).count == 1, "\(shown)")
            #expect(!shown.contains { $0.title.hasPrefix("delete ") }, "\(shown)")
            let kept = try #require(shown.first { $0.title.hasSuffix("/gone") })
            #expect(kept.title == "would not be deleted: ConfigMap \(scene.namespace)/gone" && kept.diff == nil)
            let note = try #require(kept.note)
            #expect(note.contains("Service \(scene.namespace)/web could not be applied"), "\(note)")
            let skipped = try await scene.sync().objects.first { $0.id.name == "gone" }
            #expect(skipped?.action == .skipped && skipped?.error?.hasSuffix(note) == true, "\(skipped?.error ?? "")")
            #expect(try await scene.liveConfigMap("gone") != nil)
            try scene.commit(["web.yaml": service(scene, "type: ClusterIP")])
            let after = try await scene.preview()
            #expect(after.map(\.title) == ["delete ConfigMap \(scene.namespace)/gone"], "\(after)")
            #expect(try await scene.sync().objects.contains { $0.id.name == "gone" && $0.action == .pruned })
            #expect(try await scene.preview().isEmpty)
        }
    }

    @Test func `of an object that is taken over from kubectl it is told that kubectl's copy goes`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest])
            #expect(try await scene.sync().outcome == .succeeded)
            var object = try KubeObject(try YAMLText.single(scene.configMap("a")))
            object.json[["metadata", "annotations", Self.lastApplied]] = .string(object.json.text + "\n")
            _ = try await scene.client.create(
                object,
                in: CoreResources.configMaps,
                fieldManager: "kubectl-client-side-apply"
            )
            try scene.commit(["a.yaml": scene.configMap("a")])
            let shown = try await syncAsShown(scene, CoreResources.configMaps, "a")
            #expect(shown.note == "also removes kubectl's last-applied-configuration", "\(shown)")
            #expect(try await scene.liveConfigMap("a")?.annotation(Self.lastApplied) == nil)
        }
    }

    /// Both need what is refused: the Deployment mounts the ConfigMap, whose namespace is missing in one case and which
    /// the API server refuses in the other.
    private func followers(of namespace: String, key: String) -> String {
        """
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: settings, namespace: \(namespace)}
        data: {\(key): x}
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: \(namespace)}
        spec:
          replicas: 0
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec:
              containers: [{name: web, image: "registry.invalid/web:1"}]
              volumes: [{name: settings, configMap: {name: settings}}]

        """
    }

    @Test(arguments: ["missing namespace", "refused object"])
    func `what a sync would skip is not shown as created, and the reason is the sync's`(reason: String) async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest])
            #expect(try await scene.sync().outcome == .succeeded)
            let isMissing = reason == "missing namespace"
            let namespace = scene.namespace + (isMissing ? "-none" : "")
            try scene.commit(["web.yaml": followers(of: namespace, key: isMissing ? "a" : "\"not a key\"")])
            let shown = try await scene.preview()
            #expect(shown.compactMap(\.error).count == 1, "\(shown)")
            let title = "would be skipped: Deployment.apps \(namespace)/web (infra/web.yaml:6)"
            let web = try #require(shown.first { $0.title == title }, "\(shown.map(\.title))")
            #expect(
                web.diff == nil && web.note == "blocked by ConfigMap \(namespace)/settings: it would fail",
                "\(web)"
            )
            let outcome = try await scene.sync().objects.first { $0.id.name == "web" }
            #expect(outcome?.action == .skipped)
            let said = outcome?.error ?? ""
            #expect(said.hasSuffix("blocked by ConfigMap \(namespace)/settings: it failed"), "\(said)")
        }
    }
}
