// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord
import Testing
import YAMLText

/// What `diff` shows is what a sync then does.
@Suite(.timeLimit(.minutes(5)))
struct DiffTests {
    @Test func `a volume that somebody turned into a folder of the node is shown, and then put right`() async throws {
        try await withScene { scene in
            let manifest = """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: \(scene.namespace)}
                spec:
                  replicas: 0
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      containers: [{name: web, image: "registry.invalid/web:1"}]
                      volumes: [{name: tmp, emptyDir: {}}]
                """
            try scene.commit(["ns.yaml": scene.namespaceManifest, "web.yaml": manifest])
            #expect(try await scene.sync().outcome == .succeeded)
            _ = try await scene.client.patch(
                CoreResources.deployments,
                namespace: scene.namespace,
                name: "web",
                type: .json,
                body: [
                    [
                        "op": "replace", "path": "/spec/template/spec/volumes/0",
                        "value": ["name": "tmp", "hostPath": ["path": "/etc"]],
                    ]
                ],
                fieldManager: "kubectl-patch"
            )
            let prepared = try await scene.reconciler().preparer.prepare(marks: [:])
            let preview = await DiffPreview(client: scene.client, plan: prepared.plan).differences()
            #expect(preview.map(\.error) == [nil], "\(preview)")
            #expect(preview.first?.diff?.text.contains("hostPath") == true, "\(preview)")
            // What the API server filled in stays, so it is no difference.
            #expect(preview.first?.diff?.text.contains("-  progressDeadlineSeconds") == false, "\(preview)")
            #expect(try await scene.sync().outcome == .succeeded)
            let live = try await scene.client.get(CoreResources.deployments, namespace: scene.namespace, name: "web")
            let volume = live?.spec?["template"]?["spec"]?["volumes"]?.array?.first
            #expect(volume?["emptyDir"] != nil && volume?["hostPath"] == nil, "\(volume?.text ?? "none")")
        }
    }

    @Test func `fields that people's kubectl added, and that the next write takes along, are shown as removed`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "web.yaml": scene.idleDeployment()])
            #expect(try await scene.sync().outcome == .succeeded)
            _ = try await scene.client.patch(
                CoreResources.deployments,
                namespace: scene.namespace,
                name: "web",
                type: .json,
                body: [
                    [
                        "op": "add", "path": "/spec/template/spec/containers/0/env",
                        "value": [["name": "EXTRA", "value": "1"]],
                    ]
                ],
                fieldManager: "kubectl-set"
            )
            try scene.commit(["web.yaml": scene.idleDeployment(replicas: 1)])
            let text = try #require(try await scene.preview().first?.diff?.text)
            #expect(text.contains("-        - name: EXTRA") || text.contains("-      - env:"), "\(text)")
            #expect(text.contains("+  replicas: 1"), "\(text)")
            #expect(!text.contains("-  progressDeadlineSeconds"), "\(text)")
            let done = try await scene.sync { $0.healthTimeout = .zero }
            let live = try await scene.client.get(CoreResources.deployments, namespace: scene.namespace, name: "web")
            let container = live?.spec?["template"]?["spec"]?["containers"]?.array?.first
            #expect(container?["env"] == nil, "\(container?.text ?? "none")")
            // The sync itself names it, too, and so does the history.
            let change = try #require(
                done.objects.first { $0.id.name == "web" }?.changes.first { $0.path.hasSuffix(".env") }
            )
            #expect(change.after == nil && change.takenFrom?.contains("kubectl-set") == true, "\(change)")
            let run = try #require(done.run?.id)
            let writes = try #require(try await scene.history.detail(run)).mutations
            #expect(writes.contains { $0.reason.contains("; removes .spec.template.spec.containers") }, "\(writes)")
            #expect(try await scene.preview().isEmpty)
        }
    }

    @Test func `of an object that kubectl applied before, only what a sync changes is shown`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest])
            #expect(try await scene.sync().outcome == .succeeded)
            let text = scene.idleDeployment()
            var object = try KubeObject(try YAMLText.single(text))
            object.json[["spec", "minReadySeconds"]] = 5
            object.json[["spec", "template", "spec", "terminationGracePeriodSeconds"]] = 7
            _ = try await scene.client.create(
                object,
                in: CoreResources.deployments,
                fieldManager: "kubectl-client-side-apply"
            )
            try scene.commit(["web.yaml": text])
            let shown = try #require(try await scene.preview().first?.diff?.text)
            let changed = shown.split(separator: "\n").filter { $0.hasPrefix("-") || $0.hasPrefix("+") }
                .map { $0.filter { $0 != " " } }
                .filter { !$0.contains("applyset.kubernetes.io") && !$0.hasPrefix("---") && !$0.hasPrefix("+++") }
            #expect(
                Set(changed).subtracting(["+labels:"]) == [
                    "-minReadySeconds:5", "-terminationGracePeriodSeconds:7", "+terminationGracePeriodSeconds:30",
                ],
                "\(shown)"
            )
            #expect(try await scene.sync().outcome == .succeeded)
            let live = try await scene.client.get(CoreResources.deployments, namespace: scene.namespace, name: "web")
            #expect(live?.spec?["minReadySeconds"] == nil)
            #expect(live?.spec?["template"]?["spec"]?["terminationGracePeriodSeconds"] == 30)
        }
    }

    @Test func `what a sync would write is shown also where no value changes`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            #expect(try await scene.sync().outcome == .succeeded)
            let empty = scene.configMap("a", annotations: " ")
            try scene.commit(["a.yaml": empty])
            let shown = try await scene.preview()
            let outcome = try await scene.sync()
            let written = outcome.objects.filter { $0.action == .configured }.map(\.id.name)
            #expect(written == ["a"])
            #expect(shown.count == 1 && shown.first?.diff == nil, "\(shown)")
            #expect(
                shown.first?.note == "no value changes; the apply records that git declares .metadata.annotations",
                "\(shown)"
            )
            #expect(try await scene.preview().isEmpty)
            #expect(try await scene.sync().objects.allSatisfy { $0.action == .unchanged })
        }
    }

    @Test func `drift that is only reported is shown as such`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            #expect(try await scene.sync().outcome == .succeeded)
            _ = try await scene.client.patch(
                CoreResources.configMaps,
                namespace: scene.namespace,
                name: "a",
                type: .merge,
                body: ["data": ["value": "other"]],
                fieldManager: "kubectl-patch"
            )
            let shown = try await scene.preview { $0.policy.drift = .report }
            #expect(shown.count == 1)
            #expect(shown.first?.diff != nil && shown.first?.note?.contains("a sync leaves it") == true, "\(shown)")
        }
    }

    @Test func `drift that is only reported is shown also where the API server would refuse to undo it`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            #expect(try await scene.sync().outcome == .succeeded)
            _ = try await scene.client.patch(
                CoreResources.configMaps,
                namespace: scene.namespace,
                name: "a",
                type: .merge,
                body: ["immutable": true, "data": ["value": "other"]],
                fieldManager: "kubectl-patch"
            )
            let shown = try await scene.preview { $0.policy.drift = .report }
            #expect(shown.count == 1 && shown.first?.error == nil, "\(shown)")
            #expect(shown.first?.diff?.text.contains("-  value: other") == true, "\(shown)")
            #expect(shown.first?.note?.contains("a sync leaves it") == true, "\(shown)")
            // Where it is to be undone, the refusal is an error.
            let refused = try await scene.preview()
            #expect(refused.count == 1 && refused.first?.error?.contains("immutable") == true, "\(refused)")
        }
    }

    @Test func `a field that git gives up and another manager keeps is shown as a write that changes no value`()
        async throws
    {
        try await withScene { scene in
            try scene.commit([
                "ns.yaml": scene.namespaceManifest,
                "a.yaml": scene.configMap("a", annotations: "team: shop, tier: web"),
            ])
            #expect(try await scene.sync().outcome == .succeeded)
            let shared = """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: a, namespace: \(scene.namespace), annotations: {tier: web}}
                """
            _ = try await scene.client.apply(
                try KubeObject(try YAMLText.single(shared)),
                to: CoreResources.configMaps,
                fieldManager: "other-tool",
                force: false
            )
            try scene.commit(["a.yaml": scene.configMap("a", annotations: "team: shop")])
            let shown = try await scene.preview()
            #expect(shown.count == 1 && shown.first?.diff == nil, "\(shown)")
            #expect(
                shown.first?.note
                    == "no value changes; the apply records that git no longer declares .metadata.annotations.tier",
                "\(shown)"
            )
            _ = try await scene.sync()
            #expect(try await scene.preview().isEmpty)
        }
    }

    @Test func `items and maps that were taken over from kubectl are foreseen as they go`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest])
            #expect(try await scene.sync().outcome == .succeeded)
            let text = scene.idleDeployment()
            var object = try KubeObject(try YAMLText.single(text))
            let template = ["spec", "template"]
            let containers = object.json[template + ["spec", "containers"]]?.array ?? []
            object.json[template + ["spec", "containers"]] = .array(
                containers + [["name": "sidecar", "image": "registry.invalid/sidecar:1"]]
            )
            object.json[template + ["spec", "nodeSelector", "example.com/zone"]] = "a"
            object.json[template + ["metadata", "annotations"]] = ["only": "kubectl"]
            _ = try await scene.client.create(
                object,
                in: CoreResources.deployments,
                fieldManager: "kubectl-client-side-apply"
            )
            try scene.commit(["web.yaml": text])
            let shown = try #require(try await scene.preview().first?.diff?.text)
            let gone = shown.split(separator: "\n").filter { $0.hasPrefix("-") }.map { $0.filter { $0 != " " } }
            for line in ["-example.com/zone:a", "-only:kubectl", "-image:registry.invalid/sidecar:1"] {
                #expect(gone.contains { $0.hasSuffix(line.dropFirst()) }, "\(line) in \(shown)")
            }
            #expect(!gone.contains { $0.contains("registry.invalid/web:1") }, "\(shown)")
            _ = try await scene.sync { $0.healthTimeout = .zero }
            let live = try await scene.client.get(CoreResources.deployments, namespace: scene.namespace, name: "web")
            let left = live?.spec?["template"]
            #expect(left?["spec"]?["containers"]?.array?.count == 1)
            #expect(left?["spec"]?["nodeSelector"]?.object?.keys == ["example.com/node"])
            #expect(left?["metadata"]?["annotations"]?["only"] == nil)
            #expect(try await scene.preview().isEmpty)
        }
    }

    @Test func `what the server makes of a manifest's words is not told as a change`() async throws {
        try await withScene { scene in
            func policy(_ name: String) -> String {
                """
                apiVersion: networking.k8s.io/v1
                kind: NetworkPolicy
                metadata: {name: np, namespace: \(scene.namespace)}
                spec:
                  podSelector: {matchLabels: {app: \(name)}}
                  ingress: [{from: [{podSelector: {matchLabels: {a: b}}}], ports: [{port: 80}]}]

                """
            }
            try scene.commit(["ns.yaml": scene.namespaceManifest, "np.yaml": policy("one")])
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["np.yaml": policy("two")])
            let paths = try await scene.sync().objects.first { $0.id.name == "np" }?.changes.map(\.path)
            #expect(paths == [".spec.podSelector"], "\(paths ?? [])")
        }
    }
}
