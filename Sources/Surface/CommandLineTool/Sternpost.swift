// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// The command line: `sternpost COMMAND`.
package struct Sternpost: AsyncParsableCommand {
    package static let version = "0.1.0"

    package static let configuration = CommandConfiguration(
        commandName: "sternpost",
        abstract: "Keeps a Kubernetes cluster steering by a git repository.",
        discussion: """
            Push YAML to git to deploy. Start with `sternpost-lab demo`, which needs no cluster (`make demo` in a \
            checkout); then `sternpost diff --repo URL` tells what a sync of your repository would change, and \
            `sternpost sync --repo URL` does it.
            """,
        version: "sternpost \(version)",
        groupedSubcommands: [
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

    /// What was here before the embedded cluster became a program of its own.
    private static let elsewhere = ["demo": "sternpost-lab", "cluster": "sternpost-lab"]

    package init() {}

    /// What `main` calls: all that the process does.
    package static func start() -> Never { Program.start(Sternpost.self, elsewhere: elsewhere) }
}
