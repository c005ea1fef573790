// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeClient
import KubeObjects
import Logging
import SyncApply
import SyncSource

/// Gives a project what its passes need: its credentials, its mirror folder, the cluster.
package struct PreparerFactory: Sendable {
    private let client: KubeClient
    private let dataFolder: String
    private let workerExecutable: String
    private let deadline: Duration
    private let pause: @Sendable () async throws -> Void

    /// The lease of a project, not yet taken.
    package func lease(of project: Project, timing: LeaseTiming, logger: Logger) -> ProjectLease {
        ProjectLease(
            store: LeaseStore(
                client: client,
                project: project.name,
                namespace: project.namespace,
                patience: timing.renewDeadline / 2
            ),
            timing: timing,
            logger: logger
        )
    }

    /// Makes a factory for projects of one cluster.
    ///
    /// - Parameters:
    ///   - client: The cluster.
    ///   - dataFolder: Where mirrors are kept, one folder a project.
    ///   - workerExecutable: Path of our own binary, which does git's network work in a child process.
    ///   - deadline: The longest time that one operation of git may take.
    ///   - pause: Waits before each further look at a branch that went back in history.
    package init(
        client: KubeClient,
        dataFolder: String,
        workerExecutable: String,
        deadline: Duration = .seconds(60),
        pause: @escaping @Sendable () async throws -> Void = SourceReader.pause
    ) {
        self.client = client
        self.dataFolder = dataFolder
        self.workerExecutable = workerExecutable
        self.deadline = deadline
        self.pause = pause
    }

    /// The reading half of a project's passes.
    ///
    /// - Parameters:
    ///   - project: Whose passes.
    ///   - lease: While it is not held, no write leaves for the cluster; nil for a project that nobody else can sync.
    ///   - isWatching: Whether the cluster is followed by watches while ``LiveMirror/run()`` runs; for the loop.
    ///   - progress: Hears how far the reading has come.
    /// - Returns: It keeps the project's mirror and API catalogue from pass to pass.
    /// - Throws: ``ConfigurationError``, ``GitError`` or ``KubeError`` when the credentials cannot be read.
    package func preparer(
        for project: Project,
        lease: ProjectLease? = nil,
        isWatching: Bool = false,
        progress: (@Sendable (PassProgress) -> Void)? = nil
    ) async throws -> PassPreparer {
        PassPreparer(
            project: project,
            reader: SourceReader(
                spec: project.source,
                credentials: try await credentials(of: project),
                folder: "\(dataFolder)/mirrors/\(project.name)",
                workerExecutable: workerExecutable,
                deadline: deadline,
                pause: pause
            ),
            client: lease.map { lease in KubeClient(sharing: client) { lease.reasonToStop } } ?? client,
            mirror: isWatching ? LiveMirror(client: client, applySet: project.applySet) : nil,
            progress: progress
        )
    }

    private func credentials(of project: Project) async throws -> GitCredentials? {
        switch project.credentials {
        case nil: return nil
        case .folder(let path): return try GitCredentials.fromFolder(path)
        case .secret(let name):
            guard let secret = try await client.get(.secrets, namespace: project.namespace, name: name)
            else {
                throw ConfigurationError(
                    "project \(project.name): spec.credentials.secretName: there is no Secret \(name) in the namespace "
                        + "\(project.namespace); create it with the keys username and password, token, or identity"
                )
            }
            Redactor.shared.register(secretObject: secret)
            var values: [String: [UInt8]] = [:]
            for member in secret.json["data"]?.object ?? JSONObject() {
                if let text = member.value.string, let bytes = Redactor.bytes(base64: text) {
                    values[member.key] = bytes
                }
            }
            return try GitCredentials(values: values)
        }
    }
}
