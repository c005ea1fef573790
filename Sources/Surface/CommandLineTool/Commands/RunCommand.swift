// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Dashboard
import Foundation
import KubeClient
import Logging
import ServiceLifecycle
import SyncImages
import SyncLoop
import SyncRecord

/// `sternpost run`: the operator.
struct RunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run",
        abstract: "Runs the operator: polls each project's repository and keeps the cluster in step.",
        usage: "sternpost run --config <path> ... <options>",
        discussion: """
            --config takes a project file or a folder of them, and may be given several times. Of several operators of one project only the one that holds \
            the Lease sternpost-PROJECT syncs; the others stand by. Ends with status 0 at SIGTERM, after the request under \
            way; a second signal ends it at once.
            """
    )

    @Option(
        parsing: .singleValue,
        help: ArgumentHelp("A project file, or a folder of them; may be given several times.", valueName: "path")
    )
    var config: [String]

    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var leases: LeaseOptions
    @OptionGroup var border: BorderOptions

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
        if let shortage = DescriptorBudget.shortage(of: DescriptorBudget.serverNeeds) {
            throw CommandFailure(shortage)
        }
        let projects = try border.applied(to: try readProjects(), operatorNamespace: BorderOptions.podNamespace)
        let timing = try leases.timing()
        let signals = await ShutdownSignals(ending: RunCommand.endingOfStart)
        try await Serving.failingAsCommand {
            try await signals.run(patience: Serving.patience, ending: Serving.ending) {
                try await services(for: projects, timing: timing, at: address).map { .init(service: $0) }
            }
        }
    }

    /// Opens the history and reads what the projects need from the cluster. Nothing runs yet, and nothing is written there.
    private func services(
        for projects: [Project],
        timing: LeaseTiming,
        at address: DashboardServer.Address
    ) async throws -> [any Service] {
        let logger = logFormat.logger(from: logLevel)
        let client = try cluster.client(projects: projects.count)
        let history = try await data.history(.operate) { notice in
            logger.warning("history", metadata: ["sync.notice": "\(notice)"])
        }
        let board = StatusBoard(projects: projects.map(\.name))
        let factory = PreparerFactory(client: client, dataFolder: data.folder, workerExecutable: OwnExecutable.path)
        let images = ImageBoard(folder: data.folder, logger: logger)
        let poller = try makePoller(for: projects)
        var loops: [LeasedLoop] = []
        for project in projects {
            let loop = try await factory.failingAsCommand {
                try await $0.loop(
                    for: project,
                    timing: timing,
                    history: history,
                    board: board,
                    images: .init(poller: poller, board: images),
                    logger: logger,
                    progress: { RunCommand.log($0, of: project, logger) }
                )
            }
            loops.append(loop)
        }
        // The port comes first: an operator that cannot serve it must not keep a project from others.
        let (listening, announcement) = AsyncStream.makeStream(of: Void.self)
        let limit = DescriptorBudget.connections(limit: DescriptorBudget.raise(), projects: projects.count)
        let dashboard = DashboardServer(
            address: address,
            board: board,
            images: images,
            history: history,
            limits: PortLimits(connections: limit),
            logger: logger
        ) { port in
            logger.info("listening", metadata: ["address": "\(address.host):\(port)"])
            announcement.yield()
        }
        let syncOperator = SyncOperator(loops: loops, poller: poller, logger: logger) {
            for await _ in listening { return true }
            return false
        }
        return [dashboard, syncOperator]
    }

    private func makePoller(for projects: [Project]) throws -> TagPoller {
        do {
            return try TagPoller(projects: projects, environment: ProcessInfo.processInfo.environment)
        } catch {
            throw CommandFailure(error.problems)
        }
    }

    private func readProjects() throws -> [Project] {
        do { return try ProjectFiles.read(config) } catch { throw CommandFailure(error.problems) }
    }

    /// Logs why a pass waits; its other stages are logged when it ends.
    private static func log(_ progress: PassProgress, of project: Project, _ logger: Logger) {
        guard case .rewinding(let ref, let old, let new) = progress else { return }
        logger.warning(
            "the ref went back; looking again, because a replica may lag",
            metadata: [
                "sync.project": "\(project.name)", "sync.ref": "\(ref)", "sync.previous": "\(old)",
                "sync.revision": "\(new)",
            ]
        )
    }

    /// While the start-up is under way nothing is begun, so nothing has to be brought to an end.
    private static let endingOfStart = ShutdownWatchdog.Ending(patience: .seconds(1), status: 0)
}
