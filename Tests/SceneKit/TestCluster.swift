// SPDX-License-Identifier: Apache-2.0
import ClusterKit
import EmbeddedCluster
import KubeClient
import KubeObjects

/// The cluster of one scene, with a user who may not write ConfigMaps.
struct TestCluster {
    private let cluster: ClusterUnderTest
    let limitedClient: KubeClient
    private let id: String

    var client: KubeClient { cluster.client }
    /// The administrator's kubeconfig, for processes of our own binary.
    var kubeconfig: JSON { cluster.kubeconfig }
    /// Nil on a real API server.
    var embedded: EmbeddedCluster? { cluster.embedded }

    /// Starts the embedded cluster, or connects to the real one when no options are given.
    static func start(
        id: String,
        options: EmbeddedClusterOptions?,
        usual: EmbeddedClusterOptions? = nil
    ) async throws -> TestCluster {
        var usual = usual ?? EmbeddedClusterOptions()
        usual.denied += [DeniedAccess(verb: "patch", resource: "configmaps")]
        let cluster = try await ClusterUnderTest.start(options: options ?? usual, isEmbeddedOnly: options != nil)
        let limited: JSON
        if let given = cluster.limitedKubeconfig {
            limited = given
        } else {
            limited = try await limitedKubeconfig(on: cluster, id: id)
        }
        return TestCluster(cluster: cluster, limitedClient: try ClusterUnderTest.client(limited), id: id)
    }

    /// On a real server the limited user is impersonated, and may read everything and write all but ConfigMaps.
    private static func limitedKubeconfig(on cluster: ClusterUnderTest, id: String) async throws -> JSON {
        let user = "\(id)-limited"
        let rules: JSON = [
            ["apiGroups": ["*"], "resources": ["*"], "verbs": ["get", "list", "watch"]],
            ["apiGroups": [""], "resources": ["namespaces", "secrets"], "verbs": ["*"]],
            ["apiGroups": ["apps"], "resources": ["*"], "verbs": ["*"]],
        ]
        let role = try KubeObject([
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": ["name": .string(user)],
            "rules": rules,
        ])
        let binding = try KubeObject([
            "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
            "metadata": ["name": .string(user)],
            "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": .string(user)],
            "subjects": [["apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": .string(user)]],
        ])
        _ = try await cluster.client.create(role, in: CoreResources.clusterRoles, fieldManager: "e2e")
        _ = try await cluster.client.create(binding, in: CoreResources.clusterRoleBindings, fieldManager: "e2e")
        var limited = cluster.kubeconfig
        limited["users"] = .array(
            (cluster.kubeconfig["users"]?.array ?? []).map { entry in
                var entry = entry
                entry[["user", "as"]] = .string(user)
                return entry
            }
        )
        return limited
    }

    /// Ends the embedded cluster; on a real one removes what the test made.
    func stop() async throws {
        guard embedded == nil else {
            await cluster.stop()
            return
        }
        let catalog = try await client.discover()
        for kind in [
            GroupKind(group: "", kind: "Namespace"),
            GroupKind(group: "rbac.authorization.k8s.io", kind: "ClusterRole"),
            GroupKind(group: "rbac.authorization.k8s.io", kind: "ClusterRoleBinding"),
            GroupKind(group: "apiextensions.k8s.io", kind: "CustomResourceDefinition"),
        ] {
            guard case .served(let resource) = catalog.lookup(kind) else { continue }
            for object in try await client.list(resource).objects where object.name.contains(id) {
                _ = try await client.delete(
                    resource,
                    namespace: "",
                    name: object.name,
                    uid: object.uid ?? "",
                    propagation: .background
                )
            }
        }
    }
}
