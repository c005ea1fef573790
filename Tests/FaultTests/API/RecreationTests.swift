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

/// Deleting an object to make it anew: what is never done, what is waited for, and what is never taken for immutability.
@Suite(.timeLimit(.minutes(5)))
struct RecreationTests {
    private static let force = "sternpost.dev/force: enabled"

    private static func frozen(_ scene: Scene, _ value: String, finalizers: String = "") -> String {
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: fixed
          namespace: \(scene.namespace)
          annotations: {\(force)}
          finalizers: [\(finalizers)]
        immutable: true
        data: {value: "\(value)"}

        """
    }

    @Test func `A26: a claim and a definition are never made anew, whatever their annotation says`() async throws {
        try await withScene { scene in
            func claim(_ mode: String) -> String {
                """
                apiVersion: v1
                kind: PersistentVolumeClaim
                metadata: {name: data, namespace: \(scene.namespace), annotations: {\(Self.force)}}
                spec: {accessModes: [\(mode)], storageClassName: none, resources: {requests: {storage: 1Gi}}}

                """
            }
            func definition(_ scope: String) -> String {
                scene.widgetDefinition().replacing("scope: Namespaced", with: "scope: \(scope)")
                    .replacing("metadata: {", with: "metadata: {annotations: {\(Self.force)}, ")
            }
            let claims = CoreResources.resource("v1", "PersistentVolumeClaim", "persistentvolumeclaims")
            let files = ["claim.yaml": claim("ReadWriteOnce"), "crd.yaml": definition("Namespaced")]
            try scene.commit(scene.baseFiles().merging(files) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            let before = [
                try await scene.live(claims, "data")?.uid,
                try await scene.live(scene.definitions, "widgets.\(scene.group)")?.uid,
            ]
            try scene.commit(["claim.yaml": claim("ReadOnlyMany"), "crd.yaml": definition("Cluster")])
            let outcome = try await scene.sync()
            #expect(outcome.names(.failed) == ["data", "widgets.\(scene.group)"])
            for object in outcome.objects where object.action == .failed {
                let error = object.error ?? ""
                #expect(
                    error.contains("immutable") && error.contains("is never deleted to be created again"),
                    "\(error)"
                )
            }
            let after = [
                try await scene.live(claims, "data")?.uid,
                try await scene.live(scene.definitions, "widgets.\(scene.group)")?.uid,
            ]
            #expect(!before.contains(nil) && after == before)
            #expect(scene.embedded?.faults.count("DELETE") ?? 0 == 0)
            try scene.commit(["claim.yaml": claim("ReadWriteOnce"), "crd.yaml": definition("Namespaced")])
            try await scene.checkPromises()
        }
    }

    /// No field of a Namespace is immutable on a server without policies, so the words are a policy's.
    @Test func `A26: a namespace is never made anew, whatever its annotation says`() async throws {
        try await withEmbeddedScene { scene, cluster in
            let manifest = scene.namespaceManifest + "  annotations: {\(Self.force)}\n"
            try scene.commit(["ns.yaml": manifest, "a.yaml": scene.configMap("a")])
            #expect(try await scene.sync().outcome == .succeeded)
            let path = "/api/v1/namespaces/\(scene.namespace)"
            let text = "Namespace \"\(scene.namespace)\" is invalid: metadata.labels: Invalid value: field is immutable"
            let rule = cluster.faults.add(
                FaultRule("PATCH", path, .failure(status: 422, reason: "Invalid", message: text))
            )
            try scene.commit(["ns.yaml": manifest + "  labels: {team: a}\n"])
            let outcome = try await scene.sync()
            #expect(cluster.faults.hits(rule) == 1)
            #expect(outcome.names(.failed) == [scene.namespace])
            #expect(outcome.object(scene.namespace)?.error?.contains("is never deleted") == true)
            #expect(cluster.faults.count("DELETE") == 0)
            cluster.faults.remove(rule)
            try await scene.checkPromises()
        }
    }

    /// 422 with a cause for each field, as kube-apiserver 1.36.2 writes it.
    private static func refusal(
        _ kind: GroupKind,
        _ name: String,
        _ texts: [(field: String, message: String)]
    ) -> FaultAction {
        let message = texts.map { "\($0.field): \($0.message)" }.joined(separator: ", ")
        return .answer(
            status: 422,
            body: [
                "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "reason": "Invalid",
                "code": 422,
                "message": .string("\(kind) \"\(name)\" is invalid: [\(message)]"),
                "details": [
                    "name": .string(name), "group": .string(kind.group), "kind": .string(kind.kind),
                    "causes": .array(
                        texts.map {
                            [
                                "reason": "FieldValueInvalid", "field": .string($0.field),
                                "message": .string($0.message),
                            ]
                        }
                    ),
                ],
            ]
        )
    }

    @Test(arguments: [true, false])
    func `A26: a custom resource is never made anew, whether its author's rule says "is immutable" or something else`(
        saysImmutable: Bool
    ) async throws {
        try await withScene { scene in
            let rule =
                "x-kubernetes-validations: [{rule: \"self == oldSelf\", message: \"\(saysImmutable ? "size is immutable" : "the size stays")\"}]"
            try scene.commit(
                scene.baseFiles().merging([
                    "crd.yaml": scene.widgetDefinition(schema: "{size: {type: integer, \(rule)}}"),
                    "w.yaml": scene.widget("w", spec: "size: 1", annotations: Self.force),
                ]) { $1 }
            )
            #expect(try await scene.sync().outcome == .succeeded)
            let before = try #require(try await scene.live(scene.widgets, "w"))
            // The embedded cluster runs no CEL: it gives the real server's answer by script.
            let path = scene.widgets.path(namespace: scene.namespace, name: "w")
            let words = "Invalid value: 2: \(saysImmutable ? "size is immutable" : "the size stays")"
            let refusal = Self.refusal(scene.widgets.gvk.groupKind, "w", [("spec.size", words)])
            let script = scene.embedded?.faults.add(FaultRule("PATCH", path, refusal, on: .nth(1)))
            try scene.commit(["w.yaml": scene.widget("w", spec: "size: 2", annotations: Self.force)])
            let outcome = try await scene.sync()
            if let script { #expect(scene.embedded?.faults.hits(script) ?? 0 >= 1) }
            let after = try #require(try await scene.live(scene.widgets, "w"))
            #expect(outcome.object("w")?.action == .failed)
            let error = outcome.object("w")?.error ?? ""
            #expect(error.contains("spec.size: \(words)"), "\(error)")
            #expect(error.contains("a custom resource is never deleted") == saysImmutable, "\(error)")
            #expect(after.uid == before.uid && after.spec?["size"] == 1)
            #expect(scene.embedded?.faults.count("DELETE") ?? 0 == 0)
            try scene.commit(["w.yaml": scene.widget("w", spec: "size: 1", annotations: Self.force)])
            try await scene.checkPromises()
        }
    }

    @Test(arguments: [String(repeating: "a", count: 31) + ".b", "a" + String(repeating: "-b", count: 22)])
    func `A26: an object is rehearsed under a valid name, whatever its own looks like`(name: String) async throws {
        try await withScene { scene in
            func job(_ value: String) -> String {
                """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: \(name), namespace: \(scene.namespace), annotations: {\(Self.force)}}
                immutable: true
                data: {value: "\(value)"}

                """
            }
            try scene.commit(scene.baseFiles().merging(["f.yaml": job("1")]) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["f.yaml": job("2")])
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded, "\(outcome.objects.compactMap(\.error))")
            #expect(try await scene.liveConfigMap(name)?.json["data"] == ["value": "2"])
            try await scene.checkPromises()
        }
    }

    @Test func `A26: a quota that has no room for the rehearsal is named, and nothing is deleted`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles().merging(["f.yaml": Self.frozen(scene, "1")]) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["f.yaml": Self.frozen(scene, "2")])
            let words = "configmaps \"x\" is forbidden: exceeded quota: few, requested: count/configmaps=1"
            let failure = FaultAction.failure(status: 403, reason: "Forbidden", message: words)
            let rule = cluster.faults.add(FaultRule("PATCH", "*/configmaps/fixed-sternpost-rehearsal", failure))
            let outcome = try await scene.sync()
            #expect(cluster.faults.hits(rule) == 1)
            let error = outcome.object("fixed")?.error ?? ""
            #expect(error.contains("a quota leaves no room") && error.contains("raise the quota"), "\(error)")
            #expect(cluster.faults.count("DELETE") == 0)
            cluster.faults.remove(rule)
            try await scene.checkPromises()
        }
    }

    @Test(arguments: [true, false])
    func `A26: where only the name of the rehearsal is refused the object is made anew, and not for any other cause`(
        isNameAlone: Bool
    ) async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles().merging(["f.yaml": Self.frozen(scene, "1")]) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            let before = try #require(try await scene.liveConfigMap("fixed"))
            try scene.commit(["f.yaml": Self.frozen(scene, "2")])
            let name = "fixed-sternpost-rehearsal"
            let causes: [(field: String, message: String)] = [
                ("metadata.name", "Invalid value: \"\(name)\": must be what the data say"),
                ("data", "Invalid value: \"2\": must be odd"),
            ]
            let refusal = Self.refusal(
                GroupKind(group: "", kind: "ConfigMap"),
                name,
                Array(causes.prefix(isNameAlone ? 1 : 2))
            )
            let rule = cluster.faults.add(FaultRule("PATCH", "*/configmaps/\(name)", refusal))
            let outcome = try await scene.sync()
            #expect(cluster.faults.hits(rule) == 1)
            let object = try #require(outcome.object("fixed"))
            let after = try #require(try await scene.liveConfigMap("fixed"))
            if isNameAlone {
                #expect(outcome.outcome == .succeeded, "\(outcome.words)")
                let words = "rehearsed before the deletion but for its name"
                #expect(object.warnings.contains { $0.contains(words) }, "\(object.warnings)")
                #expect(after.uid != before.uid && after.json["data"] == ["value": "2"])
            } else {
                let error = object.error ?? ""
                #expect(object.action == .failed && error.contains("must be odd"), "\(error)")
                #expect(error.contains("would refuse the new object") && error.contains("nothing was deleted"))
                #expect(after.uid == before.uid && after.json["data"] == ["value": "1"])
                #expect(cluster.faults.count("DELETE") == 0)
            }
            cluster.faults.remove(rule)
            try await scene.checkPromises()
        }
    }

    @Test func `A26: the new object waits until the old one's finalizers are done`() async throws {
        try await withScene { scene in
            try scene.commit(
                scene.baseFiles().merging(["f.yaml": Self.frozen(scene, "1", finalizers: "example.com/slow")]) { $1 }
            )
            #expect(try await scene.sync().outcome == .succeeded)
            let before = try #require(try await scene.liveConfigMap("fixed"))
            try scene.commit(["f.yaml": Self.frozen(scene, "2")])
            async let pass = scene.sync()
            try await eventually("the old object is being deleted", within: .seconds(120)) {
                try await scene.liveConfigMap("fixed")?.deletionTimestamp != nil
            }
            #expect(try await scene.liveConfigMap("fixed")?.uid == before.uid)
            try await scene.patch(CoreResources.configMaps, "fixed", ["metadata": ["finalizers": nil]])
            let outcome = try await pass
            #expect(outcome.outcome == .succeeded, "\(outcome.objects.compactMap(\.error))")
            let after = try #require(try await scene.liveConfigMap("fixed"))
            #expect(after.uid != before.uid && after.json["data"] == ["value": "2"])
            try await scene.checkPromises()
        }
    }

    @Test func `A26: a finalizer that stays ends the wait, is named, and the next pass goes on`() async throws {
        try await withScene { scene in
            try scene.commit(
                scene.baseFiles().merging(["f.yaml": Self.frozen(scene, "1", finalizers: "example.com/stuck")]) { $1 }
            )
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["f.yaml": Self.frozen(scene, "2")])
            let outcome = try await scene.sync(deadlines: .init(gone: .milliseconds(300)))
            #expect(outcome.names(.failed) == ["fixed"])
            let error = outcome.object("fixed")?.error ?? ""
            #expect(error.contains("still being deleted") && error.contains("example.com/stuck"), "\(error)")
            #expect(try await scene.liveConfigMap("fixed")?.finalizers == ["example.com/stuck"], "never stripped")
            let second = try await scene.sync()
            #expect(second.object("fixed")?.error?.contains("example.com/stuck") == true)
            try await scene.patch(CoreResources.configMaps, "fixed", ["metadata": ["finalizers": nil]])
            try await scene.checkPromises()
        }
    }

    @Test func `A26: what somebody put in the old object's place is not deleted`() async throws {
        try await withEmbeddedScene { scene, cluster in
            try scene.commit(scene.baseFiles().merging(["f.yaml": Self.frozen(scene, "1")]) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(["f.yaml": Self.frozen(scene, "2")])
            let path = "/api/v1/namespaces/\(scene.namespace)/configmaps/fixed"
            let key = ObjectKey(
                resource: .init(group: "", resource: "configmaps"),
                namespace: scene.namespace,
                name: "fixed"
            )
            let namespace = scene.namespace
            let rule = cluster.faults.add(
                FaultRule(
                    "DELETE",
                    path,
                    .meanwhile {
                        try cluster.client.delete(key)
                        try cluster.client.acting(as: "somebody").create([
                            "apiVersion": "v1", "kind": "ConfigMap",
                            "metadata": ["name": "fixed", "namespace": .string(namespace)], "data": ["whose": "theirs"],
                        ])
                    },
                    on: .nth(1)
                )
            )
            let outcome = try await scene.sync()
            #expect(cluster.faults.hits(rule) == 1)
            #expect(outcome.names(.failed) == ["fixed"])
            let theirs = try #require(try await scene.liveConfigMap("fixed"))
            #expect(theirs.json["data"] == ["whose": "theirs"], "the uid of the delete protects it")
            #expect(theirs.label(ApplySet.partOfLabel) == nil)
            try scene.commit(["f.yaml": nil])
            try await scene.checkPromises()
            #expect(try await scene.liveConfigMap("fixed")?.uid == theirs.uid)
        }
    }
}
