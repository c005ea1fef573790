// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Logging
import PlainText
import SyncLoop
import SyncRecord

/// `sternpost sync`: one pass.
struct SyncCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sync",
        abstract: "Makes one pass: brings the cluster to what the repository says.",
        usage: "sternpost sync <options>",
        discussion: """
            While it writes it holds the project's lease; when an operator or another sync does, nothing is changed.
            Exit status: 0 done; 1 some objects failed, are not healthy, or a deletion waits for approval; 2 could not start.
            """
    )

    @OptionGroup var repository: RepositoryOptions
    @OptionGroup var cluster: ClusterOptions
    @OptionGroup var data: DataOptions
    @OptionGroup var leases: LeaseOptions
    @OptionGroup var border: BorderOptions

    @Option(name: .shortAndLong, help: "table, json or yaml.")
    var output: OutputFormat = .table

    @Flag(help: "Do not wait for health at the end. Later waves and deletes still do, up to --timeout.")
    var noWait = false

    // Unconditional: a negative number is refused as a value, and not taken for an option.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "How long all waits of the sync last together. Default: 5m; 0s does not wait for health.",
            valueName: "duration"
        )
    )
    var timeout: String?

    func run() async throws {
        var project = try border.applied(to: repository.resolve())
        if let timeout {
            guard let limit = DurationText.parse(timeout) else {
                throw CommandFailure("--timeout \(timeout): expected a duration such as 90s or 5m")
            }
            project.healthTimeout = limit
        }
        let timing = try leases.timing()
        let outcome = try await untilSignalled(stopped: 1) { [project] in
            try await self.pass(project, timing: timing)
        }
        if output == .table {
            let next = PrintedCommand(data: data, cluster: cluster, namespace: project.namespace)
            PassReport(outcome: outcome, project: project.name, terminal: .output, next: next).write()
        } else {
            output.write(try outcome.json(project: project.name))
        }
        if outcome.exitStatus != 0 { throw ExitCode(outcome.exitStatus) }
    }

    private func refuseSuspended(_ project: Project) throws {
        guard project.isSuspended else { return }
        throw CommandFailure("\(project.name) is suspended (spec.suspend: true); nothing was changed")
    }

    private func pass(_ project: Project, timing: LeaseTiming) async throws -> PassOutcome {
        let client = try cluster.client()
        let history = try await data.history(.operate)
        try refuseSuspended(project)
        let line = ProgressLine()
        defer { line.clear() }
        let factory = PreparerFactory(
            client: client,
            dataFolder: data.folder,
            workerExecutable: OwnExecutable.path
        )
        let logger = Logger(label: "sync") { _ in SwiftLogNoOpLogHandler() }
        let lease = factory.lease(of: project, timing: timing, logger: logger)
        let preparer = try await factory.failingAsCommand {
            let preparer = try await $0.preparer(for: project, lease: lease, progress: line.show)
            try await preparer.checkStorage()
            return preparer
        }
        let reconciler = ProjectReconciler(
            preparer: preparer,
            history: history,
            lease: lease,
            settings: .init(recordsQuietPasses: true, waitsForHealth: !noWait),
            logger: logger
        )
        return await lease.renewing { await reconciler.pass(.manual) }
    }
}

extension PreparerFactory {
    /// Runs a body whose errors are configuration errors of the user: status 2, a line each.
    func failingAsCommand<Result>(_ body: (PreparerFactory) async throws -> Result) async throws -> Result {
        do {
            return try await body(self)
        } catch let error as ConfigurationError {
            throw CommandFailure(error.problems)
        } catch {
            throw CommandFailure(of: error)
        }
    }
}
