// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import CommandLineTool

/// The command line of the second executable: `sternpost-lab COMMAND`. Whatever needs the embedded cluster is here, so that
/// `sternpost`, which holds a cluster's credentials, has no API server and no fault injector in it.
package struct SternpostLab: AsyncParsableCommand {
    package static let configuration = CommandConfiguration(
        commandName: "sternpost-lab",
        abstract: "Sternpost without a cluster of yours: a demo, and a Kubernetes API for trying and testing.",
        discussion: "Start with `sternpost-lab demo`. Everything that works on a real cluster is in `sternpost`.",
        version: "sternpost-lab \(Sternpost.version)",
        subcommands: [DemoCommand.self, ClusterCommand.self]
    )

    package init() {}

    /// What `main` calls: all that the process does.
    package static func start() -> Never { Program.start(SternpostLab.self) }
}
