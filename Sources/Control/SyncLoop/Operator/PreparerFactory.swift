// SPDX-License-Identifier: Apache-2.0
import GitStore
import KubeClient
import KubeObjects
import Logging
import PlainText
import SyncApply
import SyncImages
import SyncLook
import SyncRecord
import SyncSource

/// Makes what a project's passes need: its credentials, its mirror folder, its clients of the cluster.
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
    ///   - lease: While it is not held, no write is sent to the cluster; nil for a project that no other process can
    ///     sync.
    ///   - isWatching: Whether the cluster is followed by watches while ``LiveMirror/run()`` runs; for the loop.
    ///   - progress: Called with how far the reading has come.
    /// - Returns: It keeps the project's mirror and API catalogue from pass to pass.
    /// - Throws: ``ConfigurationError``, ``GitError`` or ``KubeError`` when the credentials cannot be read.
    package func preparer(
        for project: Project,
        lease: ProjectLease? = nil,
        isWatching: Bool = false,
        progress: (@Sendable (PassProgress) -> Void)? = nil
    ) async throws -> PassPreparer {
        // Clients of its own: requests of projects take turns at the server, and so do a project's reads and writes.
        var gate: KubeClient.WriteGate?
        if let lease { gate = { lease.reasonToStop } }
        return PassPreparer(
            project: project,
            reader: SourceReader(
                spec: project.source,
                credentials: try await credentials(of: project),
                folder: "\(dataFolder)/mirrors/\(project.name)",
                workerExecutable: workerExecutable,
                redactor: client.redactor,
                deadline: deadline,
                pause: pause
            ),
            client: KubeClient(sharing: client, writeGate: gate),
            mirror: isWatching ? LiveMirror(client: KubeClient(sharing: client), applySet: project.applySet) : nil,
            progress: progress
        )
    }

    /// What following images needs; shared by all projects of an operator.
    package struct Images: Sendable {
        private let poller: TagPoller
        private let board: ImageBoard
        private let pace: ImageFollower.Pace

        /// - Parameters:
        ///   - poller: Asks the registries.
        ///   - board: Shows the state of the images.
        ///   - pace: The intervals of the rounds.
        package init(poller: TagPoller, board: ImageBoard, pace: ImageFollower.Pace = .init()) {
            self.poller = poller
            self.board = board
            self.pace = pace
        }

        fileprivate func follower(
            of preparer: PassPreparer,
            lease: ProjectLease,
            history: History,
            logger: Logger
        ) -> ImageFollower {
            preparer.project.imageFollower(
                client: preparer.cluster.client,
                poller: poller,
                history: history,
                board: board,
                logger: logger,
                pace: pace,
                orders: { try await preparer.orders() },
                mirror: preparer.mirror,
                reasonToStop: { lease.reasonToStop }
            )
        }
    }

    /// The loop of one project, as an operator runs it: with watches, while its lease is held, and with its images followed.
    ///
    /// - Parameters:
    ///   - project: Whose loop.
    ///   - timing: How long the lease is held, and when it is renewed.
    ///   - history: Where its passes are written down.
    ///   - board: Where it shows its state.
    ///   - images: What following its images needs.
    ///   - logger: For the loop's own messages.
    ///   - progress: Called with how far the reading has come.
    /// - Returns: A loop that has done nothing yet.
    /// - Throws: ``ConfigurationError``, ``GitError`` or ``KubeError`` when the credentials cannot be read, and
    ///   ``SourceError`` when the mirror cannot be written.
    package func loop(
        for project: Project,
        timing: LeaseTiming,
        history: History,
        board: StatusBoard,
        images: Images,
        logger: Logger,
        progress: (@Sendable (PassProgress) -> Void)? = nil
    ) async throws -> LeasedLoop {
        let lease = lease(of: project, timing: timing, logger: logger)
        let preparer = try await preparer(for: project, lease: lease, isWatching: true, progress: progress)
        try await preparer.checkStorage()
        let reconciler = ProjectReconciler(
            preparer: preparer,
            history: history,
            lease: lease,
            settings: .init(recordsQuietPasses: false),
            logger: logger
        )
        let loop = ProjectLoop(
            reconciler: reconciler,
            follower: images.follower(of: preparer, lease: lease, history: history, logger: logger),
            board: board,
            logger: logger
        )
        return LeasedLoop(project: project.name, lease: lease, loop: loop, board: board, logger: logger)
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
            client.redactor.register(secretObject: secret)
            var values: [String: [UInt8]] = [:]
            for member in secret.json["data"]?.object ?? JSONObject() {
                if let text = member.value.string, let bytes = Base64.bytes(of: text, padding: .optional) {
                    values[member.key] = bytes
                }
            }
            return try GitCredentials(values: values)
        }
    }
}
