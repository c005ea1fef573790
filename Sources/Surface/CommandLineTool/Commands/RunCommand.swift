// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Dashboard
import Foundation
import KubeClient
import Logging
import ServiceLifecycle
import SyncLoop
import SyncRecord

/// `sternpost run`: the operator.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the operator: polls each project's repository and keeps the cluster in step.",
        discussion: """
            --config takes a project file or a folder of them. Of several operators of one project only the one that holds \
            the Lease sternpost-PROJECT syncs; the others stand by. Ends with status 0 at SIGTERM, after the request under \
            way; a second signal ends it at once.
            """
    )

    @Option(help: ArgumentHelp("A project file, or a folder of them.", valueName: "path"))
    var config: String

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var leases: LeaseOptions

    @Option(
        help: ArgumentHelp(
            "Where /healthz, /readyz and, on loopback, the dashboard are served.",
            valueName: "host:port"
        )
    )
    var listen = "127.0.0.1:8080"

    @Option(help: "text or json.")
    var logFormat: LogFormat = .text

    @Option(help: "trace, debug, info, warning or error; debug tells of every pass and how long it took.")
    var logLevel: Logger.Level = .info

    func run() async throws {
        guard let address = DashboardServer.Address(listen) else {
            throw CommandFailure("--listen \(listen): expected HOST:PORT, such as 127.0.0.1:8080")
        }
        let projects: [Project]
        do { projects = try ProjectFiles.read(config) } catch { throw CommandFailure(error.problems) }
        let timing = try leases.timing()
        let signals = await ShutdownSignals()
        let logger = logFormat.logger(from: logLevel)
        let client = try cluster.client()
        let history = try await data.history(.operate) { notice in
            logger.warning("history", metadata: ["sync.notice": "\(notice)"])
        }
        let board = StatusBoard(projects: projects.map(\.name))
        let factory = PreparerFactory(client: client, dataFolder: data.folder, workerExecutable: OwnExecutable.path)
        let images = ImageBoard(folder: data.folder)
        let poller: TagPoller
        do {
            poller = try TagPoller(projects: projects, environment: ProcessInfo.processInfo.environment)
        } catch {
            throw CommandFailure(error.problems)
        }
        var loops: [LeasedLoop] = []
        for project in projects {
            let lease = factory.lease(of: project, timing: timing, logger: logger)
            let preparer = try await factory.failingAsCommand {
                let preparer = try await $0.preparer(for: project, lease: lease, isWatching: true) {
                    RunCommand.log($0, of: project, logger)
                }
                try await preparer.checkStorage()
                return preparer
            }
            let reconciler = ProjectReconciler(
                preparer: preparer,
                history: history,
                lease: lease,
                settings: .init(recordsQuietPasses: false),
                logger: logger
            )
            let follower = ImageFollower(
                project: project,
                client: preparer.cluster.client,
                poller: poller,
                history: history,
                board: images,
                logger: logger,
                reasonToStop: { lease.reasonToStop }
            )
            let loop = ProjectLoop(
                reconciler: reconciler,
                follower: follower,
                history: history,
                board: board,
                logger: logger
            )
            loops.append(LeasedLoop(project: project.name, lease: lease, loop: loop, board: board, logger: logger))
        }
        let dashboard = DashboardServer(
            address: address,
            board: board,
            images: images,
            history: history,
            logger: logger
        ) { port in
            logger.info("listening", metadata: ["address": "\(address.host):\(port)"])
        }
        try await RunCommand.serve(
            [dashboard, SyncOperator(loops: loops, poller: poller, logger: logger)],
            until: signals
        )
    }

    /// Says why a pass seems to stand still; its other steps are told by how it ends.
    private static func log(_ progress: PassProgress, of project: Project, _ logger: Logger) {
        guard case .rewinding(let ref, let old, let new) = progress else { return }
        logger.warning(
            "the branch went back; looking again, because a replica may lag",
            metadata: [
                "sync.project": "\(project.name)", "sync.ref": "\(ref)", "sync.previous": "\(old)",
                "sync.revision": "\(new)",
            ]
        )
    }

    /// Runs services until SIGTERM or Ctrl-C; each has a bounded time to finish what it is in.
    static func serve(_ services: [any Service], until signals: ShutdownSignals) async throws {
        do {
            try await signals.run(services.map { .init(service: $0) }, patience: .seconds(25))
        } catch let error as DashboardServer.ListenError {
            throw CommandFailure("\(error)")
        } catch {
            throw CommandFailure("stopped: \(error)", status: 1)
        }
    }
}
