// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import GitStore

/// The command line: `sternpost COMMAND`.
package struct Sternpost: AsyncParsableCommand {
    package static let version = "0.1.0"

    package static let configuration = CommandConfiguration(
        commandName: "sternpost",
        abstract: "Keeps a Kubernetes cluster steering by a git repository.",
        discussion: """
            Push YAML to git to deploy. Start with `sternpost demo`, which needs no cluster; then
            `sternpost diff --repo URL` tells what a sync of your repository would change, and
            `sternpost sync --repo URL` does it.
            """,
        version: "sternpost \(version)",
        groupedSubcommands: [
            CommandGroup(name: "Try:", subcommands: [DemoCommand.self, ClusterCommand.self]),
            CommandGroup(
                name: "Sync:",
                subcommands: [
                    SyncCommand.self, RenderCommand.self, DiffCommand.self, RunCommand.self, InstallCommand.self,
                ]
            ),
            CommandGroup(
                name: "Inspect:",
                subcommands: [
                    HistoryCommand.self, ShowCommand.self, StatusCommand.self, ImagesCommand.self, VerifyCommand.self,
                ]
            ),
            CommandGroup(
                name: "Act:",
                subcommands: [ApproveCommand.self, SuspendCommand.self, ResumeCommand.self]
            ),
        ]
    )

    /// How long the end of the process waits for a reader of its log.
    private static let farewell = DispatchTimeInterval.seconds(1)

    package init() {}

    /// What `main` calls: all that the process does. It serves as git's worker when asked to.
    ///
    /// Not an asynchronous `main`, whose queue opens descriptors before our first line: they would become standard input,
    /// output or error where these are closed. The one task here is the whole program.
    package static func start() -> Never {
        FileDescriptorText.reserveStandardDescriptors()
        MemoryPolicy.apply()
        GitWorker.runIfAsked(arguments: CommandLine.arguments)
        signal(SIGPIPE, SIG_IGN)
        DescriptorBudget.raise()
        if let shortage = DescriptorBudget.shortage(of: DescriptorBudget.commandNeeds) {
            ErrorOutput.write(shortage)
            ProcessEnd.now(2)
        }
        guard ProcessSecrecy.begin() else {
            ErrorOutput.write("the system does not let this process forbid core files (prctl, setrlimit)")
            ProcessEnd.now(2)
        }
        Task { await run() }
        dispatchMain()
    }

    /// Runs the command and ends the process.
    private static func run() async {
        await DescriptorBudget.reserveForDispatch()
        // An operator ends also when nobody reads why; whoever calls another command waits for its words.
        var patience: DispatchTimeInterval?
        do {
            if let problem = RepeatedOptions.problem(in: Array(CommandLine.arguments.dropFirst())) {
                throw CommandFailure(problem)
            }
            var command = try parseAsRoot()
            if command is RunCommand { patience = farewell }
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            LogWriter.standardError.flush(within: farewell)
            ProcessEnd.now(0)
        } catch let failure as CommandFailure {
            LogWriter.standardError.flush(within: farewell)
            ErrorOutput.write(failure.lines, within: patience)
            ProcessEnd.now(failure.status)
        } catch {
            let status = exitCode(for: error)
            let text = fullMessage(for: error)
            if status == .success {
                StandardOutput.line(text)
            } else if !text.isEmpty {
                ErrorOutput.write([text], within: patience)
            }
            // Wrong words on the command line are 2, like every failure to start.
            ProcessEnd.now(status == .success ? 0 : status == .validationFailure ? 2 : status.rawValue)
        }
    }
}
