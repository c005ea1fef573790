// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import GitStore
import HTTPWire
import KubeClient
import KubeObjects
import Logging
import SyncApply
import SyncLoop
import SyncPlan
import SyncRecord
import SyncSource
import TestKit

/// One test's world: a cluster, a git repository, a history, and a namespace of its own.
///
/// The cluster is the embedded one, or, when `STERNPOST_E2E_KUBECONFIG` names a kubeconfig, a real API server; the tests'
/// bodies do not know which.
package struct Scene: Sendable {
    package let client: KubeClient
    /// A user who may do everything but write ConfigMaps.
    package let limitedClient: KubeClient
    package let git: GitFolder
    package let folder: String
    /// Where the test's objects live; also part of the names of its cluster-scoped ones.
    package let namespace: String
    package let project: Project
    package let history: History
    /// The administrator's kubeconfig.
    package let kubeconfig: JSON

    /// A reconciler as the loop has one; a new one each time, as after a restart.
    package func reconciler(
        client other: KubeClient? = nil,
        edit: (inout Project) -> Void = { _ in }
    ) async throws -> ProjectReconciler {
        var project = project
        edit(&project)
        let factory = PreparerFactory(
            client: other ?? client,
            dataFolder: folder,
            workerExecutable: try TestProducts.path(of: "sternpost")
        )
        return ProjectReconciler(
            preparer: try await factory.preparer(for: project),
            history: history,
            settings: .init(recordsQuietPasses: true, waitsForHealth: false),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        )
    }

    /// One pass by a fresh reconciler.
    package func sync(edit: (inout Project) -> Void = { _ in }) async throws -> PassOutcome {
        try await reconciler(edit: edit).pass(.manual)
    }

    /// Commits files below `infra/`; nil removes one.
    @discardableResult
    package func commit(_ files: [String: String?], message: String = "change") throws -> String {
        try git.commit(
            Dictionary(uniqueKeysWithValues: files.map { ("infra/\($0.key)", $0.value) }),
            message: message
        )
    }

    /// A ConfigMap of the test's namespace as YAML.
    package func configMap(_ name: String, _ value: String = "1", annotations: String = "") -> String {
        """
        apiVersion: v1
        kind: ConfigMap
        metadata:
          name: \(name)
          namespace: \(namespace)
        \(annotations.isEmpty ? "" : "  annotations: {\(annotations)}\n")data:
          value: "\(value)"

        """
    }

    /// The test's namespace as YAML.
    package var namespaceManifest: String { "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: \(namespace)\n" }

    /// The live ConfigMap of that name, or nil.
    package func liveConfigMap(_ name: String) async throws -> KubeObject? {
        try await client.get(CoreResources.configMaps, namespace: namespace, name: name)
    }
}

/// Resources that the tests ask for by hand.
package enum CoreResources {
    package static let configMaps = resource("v1", "ConfigMap", "configmaps")
    package static let secrets = resource("v1", "Secret", "secrets")
    package static let namespaces = resource("v1", "Namespace", "namespaces", isNamespaced: false)
    package static let deployments = resource("apps/v1", "Deployment", "deployments")
    package static let clusterRoles = resource(
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        "clusterroles",
        isNamespaced: false
    )
    package static let clusterRoleBindings = resource(
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        "clusterrolebindings",
        isNamespaced: false
    )

    package static func resource(_ apiVersion: String, _ kind: String, _ plural: String, isNamespaced: Bool = true)
        -> APIResource
    {
        APIResource(
            gvk: GroupVersionKind(apiVersion: apiVersion, kind: kind),
            plural: plural,
            isNamespaced: isNamespaced,
            verbs: ["get", "list", "create", "patch", "delete"]
        )
    }
}

/// Sets a scene up, runs a test in it, and leaves the cluster as it was.
package func withScene(_ body: (Scene) async throws -> Void) async throws {
    try await withTemporaryFolder { url in
        let id = "e2e-" + UUID().uuidString.prefix(8).lowercased()
        let folder = url.path(percentEncoded: false)
        let cluster = try await TestCluster.start(id: id)
        let git = try GitFolder(at: url.appending(path: "repository.git"))
        var project = Project(
            name: id,
            namespace: "\(id)-inventory",
            source: RepositorySpec(url: git.path, ref: .branch("main"), path: "infra")
        )
        project.healthTimeout = .zero
        let history = try await History.open(folder: "\(folder)/history", mode: .operate)
        let scene = Scene(
            client: cluster.client,
            limitedClient: cluster.limitedClient,
            git: git,
            folder: folder,
            namespace: id,
            project: project,
            history: history,
            kubeconfig: cluster.kubeconfig
        )
        do {
            try await body(scene)
        } catch {
            try await cluster.stop()
            throw error
        }
        try await history.close()
        try await cluster.stop()
    }
}
