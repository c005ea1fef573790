// SPDX-License-Identifier: Apache-2.0
import ClusterControllers
import ClusterStore
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

/// Whose an object is: another name of our own, another incarnation, another tool's, another project's.
@Suite(.timeLimit(.minutes(5)))
struct OwnershipFaultTests {
    /// An Event in one of its two groups; the cluster keeps both as one object.
    private static func event(_ scene: Scene, isCore: Bool) -> String {
        """
        apiVersion: \(isCore ? "v1" : "events.k8s.io/v1")
        kind: Event
        metadata: {name: e, namespace: \(scene.namespace)}
        \(isCore ? "involvedObject" : "regarding"): {kind: Namespace, name: \(scene.namespace), namespace: \(scene.namespace), apiVersion: v1}
        eventTime: "2026-01-01T00:00:00.000000Z"
        \(isCore ? "reportingComponent" : "reportingController"): example.com/tool
        reportingInstance: one
        action: Noted
        reason: Noted
        type: Normal
        \(isCore ? "message" : "note"): a note

        """
    }

    @Test(arguments: [true, false])
    func `A38: an object that moves to another API group stays the same object and is not deleted`(
        fromCore: Bool
    ) async throws {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles().merging(["e.yaml": Self.event(scene, isCore: fromCore)]) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            let events = CoreResources.resource("v1", "Event", "events")
            let before = try #require(try await scene.live(events, "e")?.uid)
            try scene.commit(["e.yaml": Self.event(scene, isCore: !fromCore)])
            scene.embedded?.faults.forgetRequests()
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded, "\(outcome.objects.compactMap(\.error))")
            #expect(outcome.names(.pruned) == [])
            #expect(outcome.prune?.released.map(\.reason) == ["it is the same object as one the commit declares"])
            #expect(scene.embedded?.faults.count("DELETE") ?? 0 == 0)
            #expect(try await scene.live(events, "e")?.uid == before)
            // And away for good, it is deleted once.
            try scene.commit(["e.yaml": nil])
            #expect(try await scene.sync().names(.pruned) == ["e"])
            #expect(try await scene.live(events, "e") == nil)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    /// When somebody deletes the object and makes another of its name.
    enum Moment: String, Sendable, CaseIterable {
        /// Before the last look at it.
        case look = "GET"
        /// Between the last look and the delete, so that only the delete's own precondition protects it.
        case delete = "DELETE"
    }

    @Test(arguments: Moment.allCases)
    func `A39: what was deleted and made again between plan and delete is another object, and stays`(
        _ moment: Moment
    ) async throws {
        try await withEmbeddedScene { scene, cluster in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["c0.yaml": nil, "c1.yaml": nil])
            let namespace = scene.namespace
            let key = ObjectKey(resource: .init(group: "", resource: "configmaps"), namespace: namespace, name: "c0")
            let label = scene.project.applySet.id
            let rule = cluster.faults.add(
                FaultRule(
                    moment.rawValue,
                    "/api/v1/namespaces/\(namespace)/configmaps/c0",
                    .meanwhile {
                        try cluster.client.delete(key)
                        // Even with our label copied onto it.
                        try cluster.client.acting(as: "somebody").create([
                            "apiVersion": "v1", "kind": "ConfigMap", "data": ["whose": "theirs"],
                            "metadata": [
                                "name": "c0", "namespace": .string(namespace),
                                "labels": [ApplySet.partOfLabel: .string(label)],
                            ],
                        ])
                    },
                    on: .nth(1)
                )
            )
            let outcome = try await scene.sync()
            #expect(cluster.faults.hits(rule) >= 1)
            if moment == .delete { #expect(cluster.faults.hits(rule) == 1, "a 409 is not tried again") }
            let skipped = try #require(outcome.object("c0"))
            #expect(skipped.action == .skipped && skipped.isRetryable)
            #expect(skipped.error?.contains("another object has this name") == true, "\(skipped.error ?? "")")
            #expect(outcome.names(.pruned) == ["c1"], "the others go on")
            let theirs = try #require(try await scene.liveConfigMap("c0"))
            #expect(theirs.json["data"] == ["whose": "theirs"])
            let next = try await scene.sync()
            #expect(next.prune?.released.map(\.id.name) == ["c0"])
            try await scene.checkPromises(bystanders: bystanders)
            #expect(try await scene.liveConfigMap("c0")?.uid == theirs.uid)
        }
    }

    /// One tool's way of saying that an object is its own.
    struct Mark: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var labels: [String: String] = [:]
        var annotations: [String: String] = [:]
        /// What a refusal says.
        let words: String

        var metadata: JSON {
            [
                "labels": .object(JSONObject(labels.map { .init(key: $0.key, value: .string($0.value)) })),
                "annotations": .object(JSONObject(annotations.map { .init(key: $0.key, value: .string($0.value)) })),
            ]
        }
    }

    static let marks = [
        Mark(
            testDescription: "Flux Kustomization",
            labels: [
                "kustomize.toolkit.fluxcd.io/name": "apps", "kustomize.toolkit.fluxcd.io/namespace": "flux-system",
            ],
            words: "Flux Kustomization flux-system/apps"
        ),
        Mark(
            testDescription: "Flux HelmRelease",
            labels: ["helm.toolkit.fluxcd.io/name": "shop", "helm.toolkit.fluxcd.io/namespace": "flux-system"],
            words: "Flux HelmRelease flux-system/shop"
        ),
        Mark(
            testDescription: "Argo CD",
            annotations: ["argocd.argoproj.io/tracking-id": "shop:/ConfigMap:shop/c0"],
            words: "Argo CD application shop"
        ),
        Mark(
            testDescription: "Helm",
            labels: ["app.kubernetes.io/managed-by": "Helm"],
            annotations: ["meta.helm.sh/release-name": "shop", "meta.helm.sh/release-namespace": "prod"],
            words: "Helm release shop"
        ),
        Mark(
            testDescription: "Config Sync",
            annotations: ["configmanagement.gke.io/managed": "enabled"],
            words: "Config Sync"
        ),
        Mark(testDescription: "kapp", labels: ["kapp.k14s.io/app": "1700000000"], words: "kapp app 1700000000"),
        Mark(
            testDescription: "cli-utils",
            annotations: ["config.k8s.io/owning-inventory": "inv-1"],
            words: "the cli-utils inventory inv-1"
        ),
        Mark(
            testDescription: "Fleet, by bundle",
            labels: ["fleet.cattle.io/bundle-name": "shop-infra"],
            words: "Rancher Fleet (shop-infra)"
        ),
        Mark(
            testDescription: "Fleet, by repository",
            labels: ["fleet.cattle.io/repo-name": "shop"],
            words: "Rancher Fleet (shop)"
        ),
        Mark(
            testDescription: "Fleet, by object set",
            annotations: ["objectset.rio.cattle.io/id": "default-shop"],
            words: "Rancher Fleet (default-shop)"
        ),
        Mark(
            testDescription: "an ApplySet without a parent that could be found",
            labels: [ApplySet.partOfLabel: "applyset-nobody-v1"],
            words: "another ApplySet (applyset-nobody-v1)"
        ),
    ]

    @Test(arguments: marks)
    func `A41: an object with another tool's mark is neither applied nor pruned, and the tool is named`(
        _ mark: Mark
    ) async throws {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            // `theirs` bears the mark before we come; `taken` gets it while it is ours; `wild` belongs to nobody.
            for (name, metadata) in [("theirs", mark.metadata), ("wild", [:])] {
                var json: JSON = [
                    "apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": ["value": "theirs"],
                ]
                json[["metadata", "name"]] = .string(name)
                json[["metadata", "namespace"]] = .string(scene.namespace)
                _ = try await scene.client.create(
                    try KubeObject(json),
                    in: CoreResources.configMaps,
                    fieldManager: "tool"
                )
            }
            let before = try #require(try await scene.liveConfigMap("theirs"))
            var files = scene.baseFiles()
            for name in ["theirs", "taken", "wild"] { files["\(name).yaml"] = scene.configMap(name) }
            try scene.commit(files)
            let first = try await scene.sync()
            #expect(first.outcome == .degraded)
            #expect(first.names(.failed) == ["theirs"])
            let error = first.object("theirs")?.error ?? ""
            let verb = mark.labels[ApplySet.partOfLabel] == nil ? "is owned by" : "has the label of"
            #expect(error.contains("infra/theirs.yaml:1") && error.contains("\(verb) \(mark.words)"), "\(error)")
            #expect(try await scene.liveConfigMap("theirs")?.resourceVersion == before.resourceVersion)
            #expect(
                try await scene.liveConfigMap("wild")?.json["data"] == ["value": "1"],
                "what nobody owns is adopted"
            )

            try await scene.patch(CoreResources.configMaps, "taken", ["metadata": mark.metadata], as: "tool")
            try scene.commit(["taken.yaml": nil, "theirs.yaml": nil])
            let second = try await scene.sync()
            #expect(second.names(.pruned) == [])
            let released = second.prune?.released.map(\.reason) ?? []
            #expect(released == ["it now belongs to \(mark.words)"])
            #expect(try await scene.liveConfigMap("taken") != nil)
            try await scene.checkPromises(bystanders: bystanders)
            #expect(try await scene.liveConfigMap("theirs")?.resourceVersion == before.resourceVersion)
        }
    }

    @Test func `A41: an object of a controller is refused by the controller's name`() async throws {
        try await withScene { scene in
            try scene.commit(scene.baseFiles(configMaps: 1))
            #expect(try await scene.sync().outcome == .succeeded)
            let owner = try #require(try await scene.liveConfigMap("c0")?.uid)
            let owned: JSON = [
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": "owned", "namespace": .string(scene.namespace),
                    "ownerReferences": [
                        [
                            "apiVersion": "v1", "kind": "ConfigMap", "name": "c0", "uid": .string(owner),
                            "controller": true,
                        ]
                    ],
                ],
            ]
            _ = try await scene.client.create(try KubeObject(owned), in: CoreResources.configMaps, fieldManager: "tool")
            try scene.commit(["owned.yaml": scene.configMap("owned")])
            let outcome = try await scene.sync()
            #expect(outcome.names(.failed) == ["owned"])
            #expect(outcome.object("owned")?.error?.contains("its controller ConfigMap c0") == true)
            try scene.commit(["owned.yaml": nil])
            try await scene.checkPromises()
        }
    }

    @Test func `A41: another project's objects are neither applied nor pruned, and the project is named`() async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await scene.sync().outcome == .succeeded)
            let before = try #require(try await scene.liveConfigMap("c0"))
            let other = "\(scene.project.name)-two"
            let second = try await scene.sync { $0.name = other }
            #expect(second.names(.failed) == ["c0", "c1", "canary", scene.namespace])
            for object in second.objects {
                let error = object.error ?? ""
                #expect(
                    error.contains("has the label of the project \(scene.project.name) (inventory Secret"),
                    "\(error)"
                )
                #expect(error.contains("sternpost-\(scene.project.name)"), "\(error)")
            }
            #expect(try await scene.liveConfigMap("c0")?.resourceVersion == before.resourceVersion)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `A41: an object of kubectl's ApplySet is refused by the name of its parent`() async throws {
        try await withScene { scene in
            _ = try await scene.plantBystanders()
            let parent = ApplySet(
                parent: ObjectID(group: "", kind: "ConfigMap", namespace: scene.namespace, name: "shop-set")
            )
            let set: JSON = [
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": "shop-set", "namespace": .string(scene.namespace),
                    "labels": [ApplySet.idLabel: .string(parent.id)],
                    "annotations": [ApplySet.toolingAnnotation: "kubectl/v1.32"],
                ],
            ]
            let member: JSON = [
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": "member", "namespace": .string(scene.namespace),
                    "labels": [ApplySet.partOfLabel: .string(parent.id)],
                ],
            ]
            for json in [set, member] {
                _ = try await scene.client.create(
                    try KubeObject(json),
                    in: CoreResources.configMaps,
                    fieldManager: "kubectl"
                )
            }
            try scene.commit(scene.baseFiles().merging(["member.yaml": scene.configMap("member")]) { $1 })
            let outcome = try await scene.sync()
            #expect(outcome.names(.failed) == ["member"])
            let error = outcome.object("member")?.error ?? ""
            #expect(error.contains("the ApplySet ConfigMap \(scene.namespace)/shop-set of kubectl"), "\(error)")
            try scene.commit(["member.yaml": nil])
            try await scene.checkPromises()
        }
    }
}
