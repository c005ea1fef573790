// SPDX-License-Identifier: Apache-2.0
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

/// Objects of git that are owned through objects that git does not know.
@Suite(.timeLimit(.minutes(4)))
struct OwnerChainSyncTests {
    private func reference(_ object: KubeObject) -> JSON {
        [
            "apiVersion": "v1", "kind": .string(object.id.kind), "name": .string(object.name),
            "uid": .string(object.uid ?? ""),
        ]
    }

    /// Makes an account of nobody's that the object owns.
    private func account(ownedBy owner: KubeObject, in scene: Scene) async throws -> KubeObject {
        let account = try KubeObject([
            "apiVersion": "v1", "kind": "ServiceAccount",
            "metadata": [
                "name": "middle", "namespace": .string(scene.namespace), "ownerReferences": [reference(owner)],
            ],
        ])
        _ = try await scene.client.create(account, in: CoreResources.serviceAccounts, fieldManager: "somebody")
        let live = try await scene.client.get(
            CoreResources.serviceAccounts,
            namespace: scene.namespace,
            name: "middle"
        )
        return try #require(live)
    }

    private func own(_ name: String, by owners: JSON, in scene: Scene) async throws {
        _ = try await scene.client.patch(
            CoreResources.configMaps,
            namespace: scene.namespace,
            name: name,
            type: .merge,
            body: ["metadata": ["ownerReferences": owners]],
            fieldManager: "somebody"
        )
    }

    private static let roles = CoreResources.resource(
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        "clusterroles",
        isNamespaced: false
    )

    private func clusterRole(_ name: String) -> String {
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: \(name)}\nrules: []\n"
    }

    /// Makes the scene's Namespace by hand, owned by a ClusterRole.
    private func makeNamespace(ownedBy role: String, in scene: Scene) async throws {
        let owner = try #require(try await scene.client.get(Self.roles, namespace: "", name: role))
        let reference: JSON = [
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "name": .string(role),
            "uid": .string(owner.uid ?? ""),
        ]
        let space = try KubeObject([
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": ["name": .string(scene.namespace), "ownerReferences": [reference]],
        ])
        _ = try await scene.client.create(space, in: CoreResources.namespaces, fieldManager: "somebody")
    }

    /// The garbage collector would take the account along, and with that the declared ConfigMap.
    @Test func `what owns the owner of a declared object stays, although git does not know that owner`() async throws {
        try await withScene { scene in
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "owner.yaml": scene.configMap("owner"),
                "owned.yaml": scene.configMap("owned"), "other.yaml": scene.configMap("other"),
            ])
            #expect(try await scene.sync().outcome == .succeeded)
            let owner = try #require(try await scene.liveConfigMap("owner"))
            let account = try await account(ownedBy: owner, in: scene)
            try await own("owned", by: [reference(account)], in: scene)
            try scene.commit(["owner.yaml": nil, "other.yaml": nil])
            for _ in 1...2 {
                let outcome = try await scene.sync()
                #expect(outcome.prune?.kept.map(\.id.name) == ["owner"], "\(String(describing: outcome.prune))")
                #expect(try await scene.liveConfigMap("owner") != nil)
            }
            #expect(try await scene.liveConfigMap("other") == nil)
            // Once it no longer owns anything of git, it goes.
            try await own("owned", by: .null, in: scene)
            _ = try await scene.sync()
            #expect(try await scene.liveConfigMap("owner") == nil)
            #expect(try await scene.liveConfigMap("owned") != nil)
        }
    }

    /// As the controller of a Profile makes a Namespace for it; here a ClusterRole owns one.
    @Test func `what owns the Namespace of declared objects stays, although git does not know that Namespace`()
        async throws
    {
        try await withScene { scene in
            let name = "\(scene.namespace)-owner"
            let role = clusterRole(name)
            try scene.commit(["role.yaml": role])
            #expect(try await scene.sync().outcome == .succeeded)
            try await makeNamespace(ownedBy: name, in: scene)
            try scene.commit(["owned.yaml": scene.configMap("owned"), "role.yaml": nil])
            for _ in 1...2 {
                let outcome = try await scene.sync()
                #expect(outcome.prune?.kept.map(\.id.name) == [name], "\(String(describing: outcome.prune))")
                #expect(try await scene.client.get(Self.roles, namespace: "", name: name) != nil)
                #expect(try await scene.liveConfigMap("owned") != nil)
            }
            _ = try await scene.client.patch(
                CoreResources.namespaces,
                namespace: "",
                name: scene.namespace,
                type: .merge,
                body: ["metadata": ["ownerReferences": .null]],
                fieldManager: "somebody"
            )
            _ = try await scene.sync()
            #expect(try await scene.client.get(Self.roles, namespace: "", name: name) == nil)
            #expect(try await scene.liveConfigMap("owned") != nil)
        }
    }

    /// Nobody has declared anything in it.
    @Test func `a Namespace of nobody's goes with its owner only after approval, and never with what asks to be kept`()
        async throws
    {
        try await withScene { scene in
            let name = "\(scene.namespace)-owner"
            let role = clusterRole(name)
            let other = scene.configMap("other").replacing(scene.namespace, with: scene.project.namespace)
            try scene.commit(["role.yaml": role, "other.yaml": other])
            #expect(try await scene.sync().outcome == .succeeded)
            try await makeNamespace(ownedBy: name, in: scene)
            let precious = try KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": "precious", "namespace": .string(scene.namespace),
                    "annotations": ["sternpost.dev/prune": "disabled"],
                ],
            ])
            _ = try await scene.client.create(precious, in: CoreResources.configMaps, fieldManager: "somebody")
            try scene.commit(["role.yaml": nil])
            let kept = try await scene.sync()
            #expect(kept.prune?.kept.map(\.id.name) == [name], "\(String(describing: kept.prune))")
            _ = try await scene.client.patch(
                CoreResources.configMaps,
                namespace: scene.namespace,
                name: "precious",
                type: .merge,
                body: ["metadata": ["annotations": .null]],
                fieldManager: "somebody"
            )
            let held = try await scene.sync()
            guard case .held(let reasons, _) = held.prune?.verdict else {
                Issue.record("\(String(describing: held.prune))")
                return
            }
            #expect(reasons.contains { $0.contains("Namespace \(scene.namespace) goes along with") }, "\(reasons)")
            #expect(reasons.contains { $0.contains("ConfigMap \(scene.namespace)/precious") }, "\(reasons)")
            #expect(try await scene.liveConfigMap("precious") != nil)
        }
    }

    /// The role of a binding cannot be changed, so that is deleted and created again where its manifest asks for that.
    @Test func `what somebody made owned by an object that is created again stays, declared or not`() async throws {
        try await withScene { scene in
            func binding(_ role: String) -> String {
                """
                apiVersion: rbac.authorization.k8s.io/v1
                kind: RoleBinding
                metadata: {name: b, namespace: \(scene.namespace), annotations: {sternpost.dev/force: enabled}}
                roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: \(role)}

                """
            }
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "b.yaml": binding("view"),
                "declared.yaml": scene.configMap("declared"),
            ])
            #expect(try await scene.sync().outcome == .succeeded)
            let bindings = CoreResources.resource("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings")
            let old = try #require(try await scene.client.get(bindings, namespace: scene.namespace, name: "b"))
            let reference: JSON = [
                "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding", "name": "b",
                "uid": .string(old.uid ?? ""),
            ]
            try await own("declared", by: [reference], in: scene)
            let kept = try KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap",
                "metadata": [
                    "name": "kept", "namespace": .string(scene.namespace), "ownerReferences": [reference],
                    "annotations": ["sternpost.dev/prune": "disabled"],
                ],
            ])
            _ = try await scene.client.create(kept, in: CoreResources.configMaps, fieldManager: "somebody")
            let before = try #require(try await scene.liveConfigMap("declared")?.uid)
            try scene.commit(["b.yaml": binding("edit")])
            let outcome = try await scene.sync()
            #expect(outcome.outcome == .succeeded, "\(outcome.objects.compactMap(\.error))")
            let new = try #require(try await scene.client.get(bindings, namespace: scene.namespace, name: "b"))
            #expect(new.uid != old.uid && new.json["roleRef"]?["name"] == "edit")
            // The collector has let them go before the old binding was gone.
            #expect(try await scene.liveConfigMap("declared")?.uid == before)
            #expect(try await scene.liveConfigMap("kept")?.hasOwners == false)
        }
    }

    /// A member that stays because of owners that only a request shows costs that request in the passes that plan.
    @Test func `promise 5: a pass at rest asks for no owner`() async throws {
        try await withScene { scene in
            try scene.commit([
                "ns.yaml": scene.namespaceManifest, "owner.yaml": scene.configMap("owner"),
                "owned.yaml": scene.configMap("owned"),
            ])
            try await scene.whileWatching { reconciler, _ in
                #expect(await reconciler.pass(.start).outcome == .succeeded)
                let owner = try #require(try await scene.liveConfigMap("owner"))
                try await own("owned", by: [reference(try await account(ownedBy: owner, in: scene))], in: scene)
                try scene.commit(["owner.yaml": nil])
                try await eventually("the owner stays, and nothing is left to plan") {
                    await reconciler.pass(.commit).isResting
                }
                #expect(try await scene.liveConfigMap("owner") != nil)
                let before = scene.operatorClient.statistics.requests
                for _ in 1...3 { #expect(await reconciler.pass(.commit).isResting) }
                #expect(scene.operatorClient.statistics.requests == before)
            }
        }
    }
}
