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
    /// The test's own hand: an administrator who is told from the operator by the user agent.
    package let client: KubeClient
    /// The operator's, for the same user.
    package let operatorClient: KubeClient
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
    /// The embedded cluster, for faults and for what was asked of it; nil on a real API server.
    package let embedded: EmbeddedCluster?
    /// Everything that the passes said.
    package let log: SceneLog
    /// A secret value that must appear nowhere outside the cluster and the repository; ``baseFiles`` holds it.
    package let canary: String

    /// A reconciler as the loop has one; a new one each time, as after a restart.
    package func reconciler(
        client other: KubeClient? = nil,
        deadlines: Applier.Deadlines = .init(),
        waitsForHealth: Bool = false,
        edit: (inout Project) -> Void = { _ in }
    ) async throws -> ProjectReconciler {
        var project = project
        edit(&project)
        let factory = PreparerFactory(
            client: other ?? operatorClient,
            dataFolder: folder,
            workerExecutable: try TestProducts.path(of: "sternpost")
        )
        return ProjectReconciler(
            preparer: try await factory.preparer(for: project),
            history: history,
            settings: .init(recordsQuietPasses: true, waitsForHealth: waitsForHealth, deadlines: deadlines),
            logger: log.logger
        )
    }

    /// The same scene with another history, such as one that fails at a test's word.
    package func with(_ history: History) -> Scene {
        Scene(
            client: client,
            operatorClient: operatorClient,
            limitedClient: limitedClient,
            git: git,
            folder: folder,
            namespace: namespace,
            project: project,
            history: history,
            kubeconfig: kubeconfig,
            embedded: embedded,
            log: log,
            canary: canary
        )
    }

    /// One pass by a fresh reconciler.
    @discardableResult
    package func sync(
        client other: KubeClient? = nil,
        deadlines: Applier.Deadlines = .init(),
        waitsForHealth: Bool = false,
        edit: (inout Project) -> Void = { _ in }
    ) async throws -> PassOutcome {
        let reconciler = try await reconciler(
            client: other,
            deadlines: deadlines,
            waitsForHealth: waitsForHealth,
            edit: edit
        )
        let outcome = await reconciler.pass(.manual)
        log.add(outcome)
        return outcome
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

    /// The namespace, a Secret that holds the canary, and so many ConfigMaps `c0`, `c1`, …: where most tests begin.
    package func baseFiles(configMaps count: Int = 0) -> [String: String?] {
        var files: [String: String?] = ["ns.yaml": namespaceManifest]
        files["canary.yaml"] = """
            apiVersion: v1
            kind: Secret
            metadata: {name: canary, namespace: \(namespace)}
            stringData: {password: \(canary)}

            """
        for index in 0..<count { files["c\(index).yaml"] = configMap("c\(index)") }
        return files
    }

    /// The live ConfigMap of that name, or nil.
    package func liveConfigMap(_ name: String) async throws -> KubeObject? {
        try await client.get(CoreResources.configMaps, namespace: namespace, name: name)
    }
}

/// Sets a scene up, runs a test in it, and leaves the cluster as it was.
///
/// - Parameters:
///   - options: How the embedded cluster is started; nil for the one in which the limited user may not write ConfigMaps.
///     Options of its own make the test one of the embedded cluster only.
///   - embedded: How the embedded cluster is started where a real one may take its place; nil for the usual.
///   - body: The test.
/// - Throws: What the test throws, and what starting or stopping its servers throws.
package func withScene(
    options: EmbeddedClusterOptions? = nil,
    embedded: EmbeddedClusterOptions? = nil,
    _ body: (Scene) async throws -> Void
) async throws {
    try await withTemporaryFolder { url in
        let id = "e2e-" + UUID().uuidString.prefix(8).lowercased()
        let folder = url.path(percentEncoded: false)
        let cluster = try await TestCluster.start(id: id, options: options, usual: embedded)
        let git = try GitFolder(at: url.appending(path: "repository.git"))
        var project = Project(
            name: id,
            namespace: "\(id)-inventory",
            source: RepositorySpec(url: git.path, ref: .branch("main"), path: "infra")
        )
        project.healthTimeout = .zero
        let history = try await History.open(folder: "\(folder)/history", mode: .operate)
        let scene = Scene(
            client: KubeClient(sharing: cluster.client, options: KubeClientOptions(userAgent: "sternpost-tests")),
            operatorClient: cluster.client,
            limitedClient: cluster.limitedClient,
            git: git,
            folder: folder,
            namespace: id,
            project: project,
            history: history,
            kubeconfig: cluster.kubeconfig,
            embedded: cluster.embedded,
            log: SceneLog(),
            canary: "canary-\(UUID().uuidString.lowercased())"
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

/// Like ``withScene(options:_:)``, always in the embedded cluster: for tests that script its faults.
///
/// - Parameters:
///   - options: How the cluster is started.
///   - body: The test; it also gets the cluster.
/// - Throws: What the test throws, and what starting or stopping its servers throws.
package func withEmbeddedScene(
    options: EmbeddedClusterOptions = .init(),
    _ body: (Scene, EmbeddedCluster) async throws -> Void
) async throws {
    try await withScene(options: options) { scene in
        guard let embedded = scene.embedded else {
            throw MissingProgram(description: "a scene with options of its own has an embedded cluster")
        }
        try await body(scene, embedded)
    }
}
