// SPDX-License-Identifier: Apache-2.0
import ClusterKit
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

/// A prune may take minutes. What goes along with an object without namespace may change meanwhile.
@Suite(.timeLimit(.minutes(5)))
struct LateOwnerTests {
    private static let priorities = CoreResources.resource(
        "scheduling.k8s.io/v1",
        "PriorityClass",
        "priorityclasses",
        isNamespaced: false
    )
    private static let roles = CoreResources.resource(
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        "clusterroles",
        isNamespaced: false
    )

    @Test(arguments: [["sternpost.dev/prune": "disabled"], ["argocd.argoproj.io/tracking-id": "shop:/Namespace:x"]])
    func `a Namespace that was to go along and asks to be kept since then, or is another tool's, keeps its owner`(
        _ annotations: JSON
    ) async throws {
        try await withRemoval(
            { scene, role in try await create("\(role)-space", ownedBy: role, in: scene) },
            meanwhile: { scene, role in
                let body: JSON = ["metadata": ["annotations": annotations]]
                let (resource, name) = (CoreResources.namespaces, "\(role)-space")
                _ = try await scene.client
                    .patch(resource, namespace: "", name: name, type: .merge, body: body, fieldManager: "somebody")
            },
            check: { scene, role, outcome in
                let reason = outcome.object(role)?.error ?? ""
                #expect(reason.contains("Namespace \(role)-space, which goes along with it, "), "\(reason)")
                let live = try await scene.client.get(CoreResources.namespaces, namespace: "", name: "\(role)-space")
                #expect(live != nil && live?.deletionTimestamp == nil)
            }
        )
    }

    /// A custom resource with a finalizer is awaited before what comes next is deleted.
    @Test(arguments: [false, true])
    func `what came to own a declared object while a delete was waited for stays`(throughAnother: Bool) async throws {
        try await withEmbeddedScene { scene, cluster in
            let (role, stays) = ("\(scene.namespace)-owner", "\(scene.namespace)-stays")
            // Its turn comes before the role's, which would go along with it.
            let priority = "\(scene.namespace)-priority"
            let files = [
                "crd.yaml": scene.widgetDefinition(), "w.yaml": scene.widget("w", finalizers: "example.com/slow"),
                "role.yaml": clusterRole(role), "stays.yaml": clusterRole(stays),
                "priority.yaml":
                    "apiVersion: scheduling.k8s.io/v1\nkind: PriorityClass\nmetadata: {name: \(priority)}\nvalue: 1\n",
            ]
            try scene.commit(scene.baseFiles(configMaps: 2).merging(files) { $1 })
            #expect(try await scene.sync().outcome == .succeeded)
            if throughAnother { try await give(Self.roles, role, to: (Self.priorities, priority), in: scene) }
            try scene.commit(["w.yaml": nil, "role.yaml": nil, "priority.yaml": nil])
            let path = scene.widgets.path(namespace: scene.namespace, name: "w")
            let rule = cluster.faults.add(
                FaultRule(
                    "DELETE",
                    path,
                    .meanwhile { try await give(Self.roles, stays, to: (Self.roles, role), in: scene) },
                    on: .nth(1)
                )
            )
            // The first is the last look; from then on it is awaited.
            let end = FaultAction.meanwhile {
                _ = try await scene.patch(scene.widgets, "w", ["metadata": ["finalizers": nil]])
            }
            cluster.faults.add(FaultRule("GET", path, end, on: .nth(2)))
            let outcome = try await scene.sync()
            #expect(cluster.faults.hits(rule) == 1)
            let others = throughAnother ? [] : [priority]
            #expect(outcome.names(.pruned) == (others + ["w"]).sorted(), "\(outcome.objects.compactMap(\.error))")
            let reason = outcome.object(role)?.error ?? ""
            #expect(
                reason.contains("it owns ClusterRole.rbac.authorization.k8s.io \(stays) since the plan"),
                "\(reason)"
            )
            let live = try await scene.client.get(Self.roles, namespace: "", name: stays)
            #expect(live != nil)
        }
    }

    private func reference(
        to role: String,
        in scene: Scene,
        _ resource: APIResource = LateOwnerTests.roles
    ) async throws -> JSON {
        let owner = try #require(try await scene.client.get(resource, namespace: "", name: role))
        return [
            "apiVersion": .string(resource.gvk.apiVersion), "kind": .string(resource.gvk.kind), "name": .string(role),
            "uid": .string(owner.uid ?? ""),
        ]
    }

    /// Makes an object without namespace owned by another one.
    private func give(
        _ resource: APIResource,
        _ name: String,
        to owner: (APIResource, String),
        in scene: Scene
    ) async throws {
        let reference = try await reference(to: owner.1, in: scene, owner.0)
        let body: JSON = ["metadata": ["ownerReferences": [reference]]]
        _ = try await scene.client
            .patch(resource, namespace: "", name: name, type: .merge, body: body, fieldManager: "somebody")
    }

    private func create(_ namespace: String, ownedBy role: String, in scene: Scene) async throws {
        let reference = try await reference(to: role, in: scene)
        let space = try KubeObject([
            "apiVersion": "v1", "kind": "Namespace",
            "metadata": ["name": .string(namespace), "ownerReferences": [reference]],
        ])
        _ = try await scene.client.create(space, in: CoreResources.namespaces, fieldManager: "somebody")
    }

    private func create(_ name: String, in namespace: String, annotations: JSON, _ scene: Scene) async throws {
        let object = try KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap",
            "metadata": [
                "name": .string(name), "namespace": .string(namespace), "annotations": annotations,
            ],
        ])
        _ = try await scene.client.create(object, in: CoreResources.configMaps, fieldManager: "somebody")
    }

    private func clusterRole(_ name: String) -> String {
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: \(name)}\nrules: []\n"
    }

    /// Commits a role and a ConfigMap, syncs, and removes both; the ConfigMap is deleted first. `meanwhile` runs then.
    private func withRemoval(
        _ prepare: @escaping @Sendable (Scene, _ role: String) async throws -> Void = { _, _ in },
        meanwhile: @escaping @Sendable (Scene, _ role: String) async throws -> Void,
        check: @escaping @Sendable (Scene, _ role: String, PassOutcome) async throws -> Void
    ) async throws {
        try await withEmbeddedScene { scene, cluster in
            let role = "\(scene.namespace)-owner"
            try scene.commit(scene.baseFiles(configMaps: 2).merging(["role.yaml": clusterRole(role)]) { $1 })
            let reconciler = try await scene.reconciler()
            #expect(await reconciler.pass(.manual).outcome == .succeeded)
            try await prepare(scene, role)
            try scene.commit(["role.yaml": nil, "c0.yaml": nil])
            let rule = cluster.faults.add(
                FaultRule(
                    "DELETE",
                    "/api/v1/namespaces/\(scene.namespace)/configmaps/c0",
                    .meanwhile { try await meanwhile(scene, role) },
                    on: .nth(1)
                )
            )
            var outcome = await reconciler.pass(.manual)
            if let hold = outcome.hold {
                _ = try await scene.history.approve(project: scene.project.name, hash: hold.hash, person: "ada")
                outcome = await reconciler.pass(.approval)
            }
            #expect(cluster.faults.hits(rule) == 1)
            #expect(outcome.names(.pruned).contains("c0"), "\(outcome.objects.compactMap(\.error))")
            try await check(scene, role, outcome)
        }
    }

    @Test func `a Namespace that has got an owner since the list was made keeps that owner for another list`()
        async throws
    {
        try await withRemoval(
            meanwhile: { scene, role in try await create("\(role)-late", ownedBy: role, in: scene) },
            check: { scene, role, outcome in
                let skipped = try #require(outcome.object(role))
                #expect(skipped.action == .skipped && skipped.isRetryable)
                let reason =
                    "not deleted: it owns Namespace \(role)-late since the plan was made; the next pass decides anew"
                #expect(skipped.error?.contains(reason) == true, "\(skipped.error ?? "")")
                // That one holds, and names it.
                let next = try await scene.sync()
                #expect(next.outcome == .held)
                #expect(next.hold?.reasons.contains { $0.contains("Namespace \(role)-late goes along") } == true)
                let live = try await scene.client.get(Self.roles, namespace: "", name: role)
                #expect(live != nil)
            }
        )
    }

    /// What happens in a Namespace that was to go along.
    enum Change: CaseIterable {
        case asksToBeKept, plain, takenOver

        var annotations: JSON {
            switch self {
            case .asksToBeKept: ["sternpost.dev/prune": "disabled"]
            case .plain: [:]
            case .takenOver: ["argocd.argoproj.io/tracking-id": "shop:/ConfigMap:x/precious"]
            }
        }
    }

    @Test(arguments: Change.allCases)
    func `what has come into a Namespace that was to go along since then keeps its owner`(
        _ change: Change
    ) async throws {
        try await withRemoval(
            { scene, role in
                try await create("\(role)-space", ownedBy: role, in: scene)
                if change == .takenOver { try await create("precious", in: "\(role)-space", annotations: [:], scene) }
            },
            meanwhile: { scene, role in
                if change == .takenOver {
                    _ = try await scene.client.patch(
                        CoreResources.configMaps,
                        namespace: "\(role)-space",
                        name: "precious",
                        type: .merge,
                        body: ["metadata": ["annotations": change.annotations]],
                        fieldManager: "somebody"
                    )
                } else {
                    try await create("precious", in: "\(role)-space", annotations: change.annotations, scene)
                }
            },
            check: { scene, role, outcome in
                let skipped = try #require(outcome.object(role))
                #expect(skipped.action == .skipped && skipped.isRetryable)
                #expect(skipped.error?.contains("ConfigMap \(role)-space/precious") == true, "\(skipped.error ?? "")")
                let precious = try await scene.client.get(
                    CoreResources.configMaps,
                    namespace: "\(role)-space",
                    name: "precious"
                )
                #expect(precious != nil && precious?.deletionTimestamp == nil)
                // By now it is known; what asks to be kept keeps the owner, and anything else is in the next list.
                let next = try await scene.sync()
                #expect(next.outcome == (change == .plain ? .held : .succeeded))
                let live = try await scene.client.get(Self.roles, namespace: "", name: role)
                #expect(live != nil)
            }
        )
    }

    @Test func `what has not changed goes with its owner, as approved`() async throws {
        try await withRemoval(
            { scene, role in
                try await create("\(role)-space", ownedBy: role, in: scene)
                try await create("known", in: "\(role)-space", annotations: [:], scene)
            },
            meanwhile: { _, _ in },
            check: { scene, role, outcome in
                #expect(outcome.object(role)?.action == .pruned, "\(outcome.object(role)?.error ?? "")")
                let live = try await scene.client.get(Self.roles, namespace: "", name: role)
                #expect(live == nil)
            }
        )
    }

    /// Makes a role of nobody's, owned by another one, or by none.
    private func makeRole(_ name: String, ownedBy role: String?, in scene: Scene) async throws {
        var metadata: JSON = ["name": .string(name)]
        if let role { metadata["ownerReferences"] = [try await reference(to: role, in: scene)] }
        let object = try KubeObject([
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": metadata, "rules": [],
        ])
        _ = try await scene.client.create(object, in: Self.roles, fieldManager: "somebody")
    }

    @Test func `a Namespace that has come to be owned through another object keeps the owner of that`() async throws {
        try await withRemoval(
            { scene, role in
                try await makeRole("\(role)-middle", ownedBy: nil, in: scene)
                try await create("\(role)-space", ownedBy: "\(role)-middle", in: scene)
            },
            meanwhile: { scene, role in
                let owners: JSON = [try await reference(to: role, in: scene)]
                _ = try await scene.client.patch(
                    Self.roles,
                    namespace: "",
                    name: "\(role)-middle",
                    type: .merge,
                    body: ["metadata": ["ownerReferences": owners]],
                    fieldManager: "somebody"
                )
            },
            check: { scene, role, outcome in
                let skipped = try #require(outcome.object(role))
                #expect(skipped.error?.contains("it owns Namespace \(role)-space since the plan") == true, "\(skipped)")
                let live = try await scene.client.get(Self.roles, namespace: "", name: role)
                #expect(live != nil)
            }
        )
    }

    @Test func `an owner of a Namespace that cannot be read again keeps what it may lead to`() async throws {
        try await withRemoval(
            { scene, role in
                try await makeRole("\(role)-middle", ownedBy: nil, in: scene)
                try await create("\(role)-space", ownedBy: "\(role)-middle", in: scene)
            },
            meanwhile: { scene, role in
                let path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/\(role)-middle"
                let refusal = FaultAction.failure(status: 403, reason: "Forbidden", message: "not for you")
                scene.embedded?.faults.add(FaultRule("get", path, refusal, on: .every))
            },
            check: { scene, role, outcome in
                let skipped = try #require(outcome.object(role))
                let reason = "it may own Namespace \(role)-space: ClusterRole.rbac.authorization.k8s.io \(role)-middle"
                #expect(skipped.error?.contains(reason) == true, "\(skipped.error ?? "")")
                scene.embedded?.faults.removeAll()
                let next = try await scene.sync()
                #expect(next.object(role)?.action == .pruned, "\(next.outcome)")
            }
        )
    }

    /// The Namespace is to be deleted itself, later than its owner.
    @Test(arguments: [true, false])
    func `a Namespace of git goes along with its owner only as it was`(isOwnedBefore: Bool) async throws {
        try await withEmbeddedScene { scene, cluster in
            let (role, space) = ("\(scene.namespace)-owner", "\(scene.namespace)-space")
            let manifest = "apiVersion: v1\nkind: Namespace\nmetadata: {name: \(space)}\n"
            let files = ["role.yaml": clusterRole(role), "space.yaml": manifest]
            try scene.commit(scene.baseFiles(configMaps: 2).merging(files) { $1 })
            let reconciler = try await scene.reconciler()
            #expect(await reconciler.pass(.manual).outcome == .succeeded)
            @Sendable func own() async throws {
                let owners: JSON = [try await reference(to: role, in: scene)]
                let body: JSON = ["metadata": ["ownerReferences": owners]]
                let (resource, somebody) = (CoreResources.namespaces, "somebody")
                _ = try await scene.client
                    .patch(resource, namespace: "", name: space, type: .merge, body: body, fieldManager: somebody)
            }
            if isOwnedBefore { try await own() }
            try scene.commit(["role.yaml": nil, "space.yaml": nil, "c0.yaml": nil])
            let rule = cluster.faults.add(
                FaultRule(
                    "DELETE",
                    "/api/v1/namespaces/\(scene.namespace)/configmaps/c0",
                    .meanwhile {
                        if !isOwnedBefore { try await own() }
                        try await create("precious", in: space, annotations: ["sternpost.dev/prune": "disabled"], scene)
                    },
                    on: .nth(1)
                )
            )
            let hold = try #require(await reconciler.pass(.manual).hold)
            _ = try await scene.history.approve(project: scene.project.name, hash: hold.hash, person: "ada")
            let outcome = await reconciler.pass(.approval)
            #expect(cluster.faults.hits(rule) == 1)
            #expect(outcome.names(.pruned) == ["c0"], "\(outcome.objects.compactMap(\.error))")
            let live = try await scene.client.get(Self.roles, namespace: "", name: role)
            #expect(live != nil)
            let next = await reconciler.pass(.manual)
            #expect(Set(next.prune?.kept.map(\.id.name) ?? []) == [role, space], "\(String(describing: next.prune))")
        }
    }

    @Test func `a Namespace that somebody else has come to own meanwhile holds up nothing`() async throws {
        try await withRemoval(
            { scene, role in try await makeRole("\(role)-other", ownedBy: nil, in: scene) },
            meanwhile: { scene, role in try await create("\(role)-space", ownedBy: "\(role)-other", in: scene) },
            check: { _, role, outcome in
                #expect(outcome.object(role)?.action == .pruned, "\(outcome.object(role)?.error ?? "")")
            }
        )
    }
}
