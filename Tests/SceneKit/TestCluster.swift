// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import HTTPWire
import KubeClient
import KubeObjects
import TestKit

/// The cluster of one test, embedded or real.
struct TestCluster {
    let client: KubeClient
    let limitedClient: KubeClient
    /// The administrator's kubeconfig, for processes of our own binary.
    let kubeconfig: JSON
    private let id: String
    /// Nil on a real API server.
    let embedded: EmbeddedCluster?

    /// Starts the embedded cluster, or connects to the real one when no options are given.
    static func start(
        id: String,
        options: EmbeddedClusterOptions?,
        usual: EmbeddedClusterOptions? = nil
    ) async throws -> TestCluster {
        if RealCluster.kubeconfigPath != nil, options == nil { return try await real(id: id) }
        var usual = usual ?? EmbeddedClusterOptions()
        usual.denied += [DeniedAccess(verb: "patch", resource: "configmaps")]
        let cluster = try await EmbeddedCluster.start(options: options ?? usual)
        return TestCluster(
            client: try client(cluster.kubeconfig),
            limitedClient: try client(cluster.limitedKubeconfig),
            kubeconfig: cluster.kubeconfig,
            id: id,
            embedded: cluster
        )
    }

    private static func client(_ kubeconfig: JSON) throws -> KubeClient {
        KubeClient(
            configuration: try KubeConfiguration(kubeconfig: kubeconfig, folder: "/", context: nil),
            wire: HTTPWire()
        )
    }

    /// On a real server the limited user is impersonated, and may read everything and write all but ConfigMaps.
    private static func real(id: String) async throws -> TestCluster {
        let kubeconfig = try JSONParser.parse(try RealCluster.kubeconfigJSON())
        let admin = try client(kubeconfig)
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
        _ = try await admin.create(role, in: CoreResources.clusterRoles, fieldManager: "e2e")
        _ = try await admin.create(binding, in: CoreResources.clusterRoleBindings, fieldManager: "e2e")
        var limited = kubeconfig
        limited["users"] = .array(
            (kubeconfig["users"]?.array ?? []).map { entry in
                var entry = entry
                entry[["user", "as"]] = .string(user)
                return entry
            }
        )
        return TestCluster(
            client: admin,
            limitedClient: try client(limited),
            kubeconfig: kubeconfig,
            id: id,
            embedded: nil
        )
    }

    /// Ends the embedded cluster; on a real one removes what the test made.
    func stop() async throws {
        if let embedded {
            await embedded.stop()
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
