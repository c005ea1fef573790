// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeClient
import KubeObjects
import Logging
import SyncRecord
import SyncSource

/// Makes reconcilers: gives a project its credentials, its mirror folder, the cluster and the history.
package struct ReconcilerFactory: Sendable {
    private let client: KubeClient
    private let history: History
    private let dataFolder: String
    private let workerExecutable: String
    private let logger: Logger

    /// - Parameters:
    ///   - dataFolder: Where mirrors are kept, one folder a project.
    ///   - workerExecutable: Path of our own binary, which does git's network work in a child process.
    package init(
        client: KubeClient,
        history: History,
        dataFolder: String,
        workerExecutable: String,
        logger: Logger
    ) {
        self.client = client
        self.history = history
        self.dataFolder = dataFolder
        self.workerExecutable = workerExecutable
        self.logger = logger
    }

    /// A reconciler for one project.
    ///
    /// - Throws: ``ConfigurationError``, ``GitError`` or ``KubeError`` when the credentials cannot be read.
    package func reconciler(
        for project: Project,
        settings: ProjectReconciler.Settings,
        progress: (@Sendable (PassProgress) -> Void)? = nil
    ) async throws -> ProjectReconciler {
        ProjectReconciler(
            project: project,
            reader: SourceReader(
                spec: project.source,
                credentials: try await credentials(of: project),
                folder: "\(dataFolder)/mirrors/\(project.name)",
                workerExecutable: workerExecutable
            ),
            client: client,
            history: history,
            settings: settings,
            logger: logger,
            progress: progress
        )
    }

    private func credentials(of project: Project) async throws -> GitCredentials? {
        switch project.credentials {
        case nil: return nil
        case .folder(let path): return try GitCredentials.fromFolder(path)
        case .secret(let name):
            guard let secret = try await client.get(ReconcilerFactory.secrets, namespace: project.namespace, name: name)
            else {
                throw ConfigurationError(
                    "project \(project.name): spec.credentials.secretName: there is no Secret \(name) in the namespace "
                        + "\(project.namespace); create it with the keys username and password, token, or identity"
                )
            }
            Redactor.shared.register(secretObject: secret)
            var values: [String: [UInt8]] = [:]
            for member in secret.json["data"]?.object ?? JSONObject() {
                if let text = member.value.string, let bytes = Redactor.bytes(base64: text) { values[member.key] = bytes }
            }
            return try GitCredentials(values: values)
        }
    }

    private static let secrets = APIResource(
        gvk: GroupVersionKind(group: "", version: "v1", kind: "Secret"),
        plural: "secrets",
        isNamespaced: true,
        verbs: ["get"]
    )
}
