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

/// Fields that cannot be changed: said clearly, and changed by deletion only where a person asked for exactly that.
@Suite(.timeLimit(.minutes(5)))
struct ImmutableTests {
    /// A kind with a field that cannot be changed.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let resource: APIResource
        /// The manifest with the old (false) or new (true) value; the second argument holds annotations.
        let manifest: @Sendable (Scene, Bool, String) -> String
        /// What the failure must say.
        let words: [String]
    }

    private static func lines(_ scene: Scene, _ head: String, _ annotations: String, _ rest: String) -> String {
        "\(head)\nmetadata: {name: fixed, namespace: \(scene.namespace), annotations: {\(annotations)}}\n\(rest)\n"
    }

    static let cases = [
        Case(
            testDescription: "a Deployment's selector",
            resource: CoreResources.deployments,
            manifest: { $0.deployment("fixed", app: $1 ? "new" : "old", annotations: $2) },
            words: ["spec.selector", "field is immutable"]
        ),
        Case(
            testDescription: "a frozen ConfigMap",
            resource: CoreResources.configMaps,
            manifest: {
                lines($0, "apiVersion: v1\nkind: ConfigMap", $2, "immutable: true\ndata: {a: \"\($1)\"}")
            },
            words: ["data", "field is immutable when `immutable` is set"]
        ),
        Case(
            testDescription: "a RoleBinding's role",
            resource: CoreResources.resource("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings"),
            manifest: {
                lines(
                    $0,
                    "apiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding",
                    $2,
                    "roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: \($1 ? "edit" : "view")}"
                )
            },
            words: ["roleRef", "cannot change roleRef"]
        ),
        Case(
            testDescription: "a StatefulSet's service",
            resource: CoreResources.resource("apps/v1", "StatefulSet", "statefulsets"),
            manifest: {
                lines(
                    $0,
                    "apiVersion: apps/v1\nkind: StatefulSet",
                    $2,
                    """
                    spec:
                      replicas: 0
                      serviceName: \($1 ? "new" : "old")
                      selector: {matchLabels: {app: db}}
                      template:
                        metadata: {labels: {app: db}}
                        spec: {containers: [{name: db, image: "registry.example.com/db:1"}]}
                    """
                )
            },
            words: ["spec", "updates to statefulset spec for fields other than"]
        ),
        Case(
            testDescription: "a Job's template",
            resource: CoreResources.resource("batch/v1", "Job", "jobs"),
            manifest: {
                lines(
                    $0,
                    "apiVersion: batch/v1\nkind: Job",
                    $2,
                    """
                    spec:
                      suspend: true
                      template:
                        spec:
                          restartPolicy: Never
                          containers: [{name: job, image: "registry.example.com/job:\($1 ? 2 : 1)"}]
                    """
                )
            },
            words: ["spec.template", "field is immutable"]
        ),
    ]

    private static let force = "sternpost.dev/force: enabled"

    @Test(arguments: cases)
    func `A26: an immutable field is reported with its path, and nothing is deleted`(_ item: Case) async throws {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(
                scene.baseFiles(configMaps: 1).merging(["fixed.yaml": item.manifest(scene, false, "")]) { $1 }
            )
            #expect(try await scene.sync().outcome == .succeeded)
            let before = try #require(try await scene.live(item.resource, "fixed"))
            try scene.commit(["fixed.yaml": item.manifest(scene, true, ""), "c0.yaml": scene.configMap("c0", "2")])
            for _ in 0..<2 {
                let refused = try await scene.sync()
                #expect(refused.outcome == .degraded)
                #expect(refused.names(.failed) == ["fixed"])
                let failed = try #require(refused.object("fixed"))
                let error = failed.error ?? ""
                for word in item.words + ["infra/fixed.yaml:1", "cannot be changed", "sternpost.dev/force: enabled"] {
                    #expect(error.contains(word), "\(error)")
                }
                #expect(!failed.isRetryable)
            }
            #expect(try await scene.liveConfigMap("c0")?.json["data"] == ["value": "2"], "the others go on")
            let after = try #require(try await scene.live(item.resource, "fixed"))
            #expect(after.uid == before.uid)
            #expect(after.spec == before.spec && after.json["data"] == before.json["data"])
            try scene.commit(["fixed.yaml": item.manifest(scene, false, "")])
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test(arguments: cases)
    func `A26: where the manifest asks for it, exactly the old object is deleted and made anew`(
        _ item: Case
    ) async throws {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles().merging(["fixed.yaml": item.manifest(scene, false, Self.force)]) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            let before = try #require(try await scene.live(item.resource, "fixed"))
            try scene.commit(["fixed.yaml": item.manifest(scene, true, Self.force)])
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded, "\(outcome.objects.compactMap(\.error))")
            let done = try #require(outcome.object("fixed"))
            #expect(done.action == .configured)
            #expect(done.warnings.contains { $0.contains("deleted and created again") })
            let after = try #require(try await scene.live(item.resource, "fixed"))
            #expect(after.uid != before.uid)
            if let cluster = scene.embedded {
                #expect(
                    cluster.faults.count("DELETE", item.resource.path(namespace: scene.namespace, name: "fixed")) == 1
                )
            }
            try await scene.checkPromises(bystanders: bystanders)
        }
    }
}
