// SPDX-License-Identifier: Apache-2.0
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLook
import SyncLoop
import SyncObserve
import SyncPlan
import SyncRecord
import Testing

/// Push YAML to git to deploy.
@Suite(.timeLimit(.minutes(5)))
struct DeployTests {
    @Test func `a commit reaches the cluster and a second pass over it writes nothing`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            let first = try await scene.sync()
            #expect(first.outcome == .succeeded)
            #expect(first.objects.map(\.action) == [.created, .created])
            let live = try #require(try await scene.liveConfigMap("a"))
            let second = try await scene.sync()
            #expect(second.objects.allSatisfy { $0.action == .unchanged })
            #expect(second.objects.count == 2)
            #expect(try await scene.liveConfigMap("a")?.resourceVersion == live.resourceVersion)
        }
    }

    @Test func `a second pass without any memory of the first writes nothing either`() async throws {
        try await withScene { scene in
            let deployment = """
                apiVersion: apps/v1
                kind: Deployment
                metadata: {name: web, namespace: \(scene.namespace)}
                spec:
                  replicas: 0
                  selector: {matchLabels: {app: web}}
                  template:
                    metadata: {labels: {app: web}}
                    spec:
                      containers:
                      - name: web
                        image: registry.example.com/web:1
                        ports: [{containerPort: 80}, {containerPort: 53, protocol: UDP}]
                        env: [{name: EMPTY, value: ""}, {name: FULL, value: "1"}]
                        resources: {limits: {cpu: "1000m", memory: 1024Mi}}
                        volumeMounts: [{name: scratch, mountPath: /scratch}]
                      volumes: [{name: scratch, emptyDir: {}}]
                """
            try scene.commit([
                "all.yaml": [scene.namespaceManifest, deployment, scene.configMap("a")].joined(separator: "\n---\n")
            ])
            #expect(try await scene.sync().outcome == .succeeded)
            try await scene.history.save(marks: [:], of: scene.project.name)
            let second = try await scene.sync()
            #expect(second.objects.map(\.action) == [.unchanged, .unchanged, .unchanged])
        }
    }

    @Test func `a changed file changes just its object, and a field that git drops goes away`() async throws {
        try await withScene { scene in
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a") + "  extra: gone soon\n",
                "b.yaml": scene.configMap("b"),
            ])
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["a.yaml": scene.configMap("a", "2")])
            let outcome = try await scene.sync()
            #expect(outcome.objects.filter { $0.action == .configured }.map(\.id.name) == ["a"])
            #expect(outcome.objects.filter { $0.action == .unchanged }.count == 2)
            let live = try #require(try await scene.liveConfigMap("a"))
            #expect(live.json["data"] == ["value": "2"])
        }
    }

    @Test func `a drift is healed at the next pass and names who caused it`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            #expect(try await scene.sync().outcome == .succeeded)
            _ = try await scene.client.patch(
                CoreResources.configMaps,
                namespace: scene.namespace,
                name: "a",
                type: .merge,
                body: ["data": ["value": "9", "foreign": "stays"]],
                fieldManager: "kubectl-edit"
            )
            let outcome = try await scene.sync()
            let healed = try #require(outcome.objects.first { $0.action == .configured })
            #expect(healed.changes.map(\.path) == [".data.value"])
            #expect(healed.changes.first?.takenFrom?.hasPrefix("kubectl-edit") == true)
            #expect(try await scene.liveConfigMap("a")?.json["data"] == ["foreign": "stays", "value": "1"])
        }
    }

    @Test func `a project that only reports drift never writes until git changes`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            #expect(try await scene.sync { $0.policy.drift = .report }.outcome == .succeeded)
            _ = try await scene.client.patch(
                CoreResources.configMaps,
                namespace: scene.namespace,
                name: "a",
                type: .merge,
                body: ["data": ["value": "9"]],
                fieldManager: "kubectl-edit"
            )
            // The second pass must not take the reported drift for a change of git.
            for _ in 0..<2 {
                #expect(try await scene.sync { $0.policy.drift = .report }.outcome == .degraded)
                #expect(try await scene.liveConfigMap("a")?.json["data"] == ["value": "9"])
            }
            try scene.commit(["a.yaml": scene.configMap("a", "2")])
            #expect(try await scene.sync { $0.policy.drift = .report }.outcome == .succeeded)
            #expect(try await scene.liveConfigMap("a")?.json["data"] == ["value": "2"])
        }
    }

    @Test func `a project that only reports drift says what was deleted, and is not healthy without it`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            // Not inside of `#expect`: the compiler (6.3.1) takes a closure there for the one of the call below.
            let first = try await scene.sync { $0.policy.drift = .report }
            #expect(first.outcome == .succeeded)
            let live = try #require(try await scene.liveConfigMap("a"))
            _ = try await scene.client.delete(
                CoreResources.configMaps,
                namespace: scene.namespace,
                name: "a",
                uid: live.uid ?? "",
                propagation: .background
            )
            let outcome = try await scene.sync(waitsForHealth: true) { project in
                project.policy.drift = .report
                project.healthTimeout = .seconds(60)
            }
            let words = "was deleted in the cluster; the project only reports drift"
            #expect(outcome.objects.first { $0.id.name == "a" }?.error?.hasSuffix("/a: \(words)") == true)
            #expect(outcome.carriedOut?.health?.ending == .failed, "\(outcome.interruption ?? "not interrupted")")
            #expect(outcome.carriedOut?.health?.unhealthy.map(\.message) == [words])
            #expect(try await scene.liveConfigMap("a") == nil)
        }
    }

    @Test func `a deleted object is created again`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            #expect(try await scene.sync().outcome == .succeeded)
            let live = try #require(try await scene.liveConfigMap("a"))
            _ = try await scene.client.delete(
                CoreResources.configMaps,
                namespace: scene.namespace,
                name: "a",
                uid: live.uid ?? "",
                propagation: .background
            )
            #expect(try await scene.sync().objects.filter { $0.action == .created }.map(\.id.name) == ["a"])
        }
    }

    @Test func `a definition and its custom resource arrive in one commit`() async throws {
        try await withScene { scene in
            let group = "\(scene.namespace).example.com"
            let definition = """
                apiVersion: apiextensions.k8s.io/v1
                kind: CustomResourceDefinition
                metadata: {name: widgets.\(group)}
                spec:
                  group: \(group)
                  scope: Namespaced
                  names: {kind: Widget, plural: widgets, singular: widget, listKind: WidgetList}
                  versions:
                  - name: v1
                    served: true
                    storage: true
                    schema:
                      openAPIV3Schema:
                        type: object
                        properties: {spec: {type: object, properties: {size: {type: integer}}}}
                """
            let widget = """
                apiVersion: \(group)/v1
                kind: Widget
                metadata: {name: w, namespace: \(scene.namespace)}
                spec: {size: 3}
                """
            try scene.commit(["a-widget.yaml": widget, "crd.yaml": definition, "ns.yaml": scene.namespaceManifest])
            let first = try await scene.sync()
            #expect(first.outcome == .succeeded, "\(first.objects.compactMap(\.error))")
            #expect(first.objects.filter { $0.action == .created }.count == 3)
            #expect(try await scene.sync().objects.allSatisfy { $0.action == .unchanged })
        }
    }
}
