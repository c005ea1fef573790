// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeClient
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource
import TestKit
import Testing

/// Mistakes: one clear error, nothing changed that should not be, and the next good pass recovers.
@Suite(.timeLimit(.minutes(5)))
struct MistakeTests {
    /// A mistake in the files, and what the error must say.
    struct Mistake: Sendable, CustomTestStringConvertible {
        let name: String
        let files: [String: String?]
        let words: [String]

        var testDescription: String { name }
    }

    static let mistakes = [
        Mistake(
            name: "a tab",
            files: ["a.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: a\n"],
            words: ["infra/a.yaml:4", "tab"]
        ),
        Mistake(
            name: "a duplicate object",
            files: [
                "b.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\n---\n"
                    + "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: twice}\n"
            ],
            words: ["infra/b.yaml:5", "infra/b.yaml:1"]
        ),
        Mistake(name: "an empty folder", files: ["a.yaml": nil, "ns.yaml": nil], words: ["infra"]),
        Mistake(
            name: "no name",
            files: ["b.yaml": "apiVersion: v1\nkind: ConfigMap\n"],
            words: ["infra/b.yaml:1", "metadata"]
        ),
    ]

    @Test(arguments: mistakes)
    func `a mistake in the files changes nothing and the next good commit recovers`(_ mistake: Mistake) async throws {
        try await withScene { scene in
            let good = ["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")]
            try scene.commit(good)
            #expect(try await scene.sync().outcome == .succeeded)
            let before = try #require(try await scene.liveConfigMap("a"))
            try scene.commit(mistake.files)
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .failed)
            let text = (outcome.problems.map(\.description) + [outcome.failure?.message ?? ""]).joined(separator: "\n")
            for word in mistake.words { #expect(text.contains(word), "\(text)") }
            #expect(try await scene.liveConfigMap("a")?.resourceVersion == before.resourceVersion)
            try scene.commit(good.merging(["b.yaml": scene.configMap("b")]) { $1 })
            let second = try await scene.sync { $0.healthTimeout = .seconds(60) }
            #expect(second.outcome == .succeeded)
            #expect(try await scene.liveConfigMap("b") != nil)
        }
    }

    @Test func `a missing branch is one error that names it, and deletes nothing`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            #expect(try await scene.sync().outcome == .succeeded)
            let outcome = try await scene.sync {
                $0.source = .init(url: $0.source.url, ref: .branch("gone"), path: "infra")
            }
            #expect(outcome.outcome == .failed)
            #expect(outcome.failure?.stage == .source)
            #expect(outcome.failure?.message.contains("gone") == true)
            #expect(outcome.failure?.message.contains("main") == true)
            #expect(try await scene.liveConfigMap("a") != nil)
        }
    }

    @Test func `an unknown kind fails alone, and nothing is deleted while it is there`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            #expect(try await scene.sync().outcome == .succeeded)
            let unknown = "apiVersion: nobody.example.com/v1\nkind: Mystery\nmetadata: {name: m}\n"
            try scene.commit(["a.yaml": nil, "b.yaml": scene.configMap("b"), "m.yaml": unknown])
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .degraded)
            let failed = outcome.objects.filter { $0.action == .failed }
            #expect(failed.map(\.id.kind) == ["Mystery"])
            #expect(failed.first?.error?.contains("infra/m.yaml:1") == true)
            #expect(try await scene.liveConfigMap("a") != nil)
            #expect(try await scene.liveConfigMap("b") != nil)
            try scene.commit(["m.yaml": nil])
            #expect(try await scene.sync().outcome == .succeeded)
            #expect(try await scene.liveConfigMap("a") == nil)
        }
    }

    @Test func `an object that the server refuses fails alone, with its file and line`() async throws {
        try await withScene { scene in
            let invalid = scene.configMap("Not_A_Name")
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a"), "b.yaml": "# a comment\n" + invalid,
            ])
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .degraded)
            let failed = outcome.objects.filter { $0.action == .failed }
            #expect(failed.map(\.id.name) == ["Not_A_Name"])
            #expect(failed.first?.error?.contains("infra/b.yaml:2") == true)
            #expect(failed.first?.error?.contains("RFC 1123") == true)
            #expect(try await scene.liveConfigMap("a") != nil)
        }
    }

    @Test func `a denied verb is named, everything else goes on, and rights later are enough`() async throws {
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
                    spec: {containers: [{name: web, image: "registry.example.com/web:1"}]}
                """
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a"), "web.yaml": deployment,
            ])
            let denied = try await scene.reconciler(client: scene.limitedClient).pass(.manual)
            #expect(denied.outcome == .degraded)
            let failed = denied.objects.filter { $0.action == .failed }
            #expect(failed.map(\.id.name) == ["a"])
            let error = failed.first?.error ?? ""
            #expect(
                error.contains("infra/a.yaml:1") && error.contains("patch") && error.contains("configmaps"),
                "\(error)"
            )
            #expect(
                denied.objects.filter { $0.action == .created }.map(\.id.kind).sorted() == ["Deployment", "Namespace"]
            )
            #expect(try await scene.sync().outcome == .succeeded)
            #expect(try await scene.liveConfigMap("a") != nil)
        }
    }

    @Test func `an immutable field is reported exactly, and changed only on request`() async throws {
        try await withScene { scene in
            func immutable(_ value: String, _ annotations: String = "") -> String {
                scene.configMap("fixed", value, annotations: annotations) + "immutable: true\n"
            }
            try scene.commit(["ns.yaml": scene.namespaceManifest, "fixed.yaml": immutable("1")])
            #expect(try await scene.sync().outcome == .succeeded)
            let before = try #require(try await scene.liveConfigMap("fixed"))
            try scene.commit(["fixed.yaml": immutable("2")])
            let refused = try await scene.sync()
            #expect(refused.outcome == .degraded)
            #expect(refused.objects.first { $0.action == .failed }?.error?.contains("immutable") == true)
            #expect(try await scene.liveConfigMap("fixed")?.uid == before.uid)
            try scene.commit(["fixed.yaml": immutable("2", "sternpost.dev/force: enabled")])
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded, "\(outcome.objects.compactMap(\.error))")
            let after = try #require(try await scene.liveConfigMap("fixed"))
            #expect(after.uid != before.uid)
            #expect(after.json["data"] == ["value": "2"])
        }
    }

    private static func deployment(_ scene: Scene, spec: String = "") -> String {
        """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, namespace: \(scene.namespace)}
        spec:
          selector: {matchLabels: {app: web}}
          template:
            metadata: {labels: {app: web}}
            spec: {\(spec)containers: [{name: web, image: "registry.example.com/web:1"}]}

        """
    }

    @Test func `a wave that is not ready in time keeps the next one back, and the pass did not succeed`() async throws {
        try await withScene { scene in
            try scene.commit([
                "ns.yaml": scene.namespaceManifest,
                // Its pod starts when somebody makes the ConfigMap that it mounts, however long the pass takes.
                "web.yaml": Self.deployment(scene, spec: "volumes: [{name: later, configMap: {name: later}}], "),
                "b.yaml": scene.configMap("b", annotations: #"sternpost.dev/wave: "1""#),
            ])
            // The scene's project waits for no health, so the gate is looked at once.
            let outcome = try await scene.sync()
            #expect(outcome.objects.filter { $0.action == .skipped }.map(\.id.name) == ["b"])
            #expect(outcome.objects.first { $0.id.name == "b" }?.error?.contains("blocked by wave 0") == true)
            #expect(outcome.outcome == .degraded)
            #expect(try await scene.history.state(of: scene.project.name).applied == nil)
            #expect(try await scene.liveConfigMap("b") == nil)
            // A real API server without nodes never makes it ready.
            guard scene.embedded != nil else { return }
            let later = try KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": ["name": "later", "namespace": .string(scene.namespace)],
            ])
            _ = try await scene.client.create(later, in: CoreResources.configMaps, fieldManager: "somebody")
            let second = try await scene.sync { $0.healthTimeout = .seconds(60) }
            #expect(second.outcome == .succeeded, "\(second.objects.compactMap(\.error))")
            #expect(try await scene.liveConfigMap("b") != nil)
        }
    }

    @Test func `an object that waits for one which is left alone and missing is no success`() async throws {
        try await withScene { scene in
            let account = """
                apiVersion: v1
                kind: ServiceAccount
                metadata:
                  name: robot
                  namespace: \(scene.namespace)
                  annotations: {sternpost.dev/reconcile: disabled}

                """
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "robot.yaml": account,
                "web.yaml": Self.deployment(scene, spec: "serviceAccountName: robot, "),
            ])
            for _ in 0..<2 {
                let outcome = try await scene.sync()
                #expect(outcome.objects.filter { $0.action == .skipped }.map(\.id.name).sorted() == ["robot", "web"])
                let errors = outcome.objects.filter { $0.id.name == "web" }.compactMap(\.error)
                #expect(errors.count == 1 && errors[0].contains("blocked by ServiceAccount"), "\(errors)")
                #expect(outcome.outcome == .degraded)
            }
            try scene.commit(["robot.yaml": nil])
            #expect(try await scene.sync().outcome == .succeeded)
        }
    }
}
