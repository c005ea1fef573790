// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import KubeObjects
import SyncRecord

/// `sternpost history`: past syncs.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Lists past syncs, newest first; of one object, when KIND/NAME is given."
    )

    @Argument(
        help: ArgumentHelp("Only syncs that touched this object, such as deployment/web.", valueName: "kind/name")
    )
    var object: String?

    @Option(help: "Only this project's syncs.")
    var project: String?

    @Option(
        name: [.customShort("n"), .customLong("namespace")],
        help: ArgumentHelp("The object's namespace.", valueName: "namespace")
    )
    var namespace: String?

    // Unconditional: a negative number is refused as a value, and not taken for an option.
    @Option(parsing: .unconditional, help: "At most so many.")
    var limit = 20

    @Option(name: .shortAndLong, help: "table, json or yaml.")
    var output: OutputFormat = .table

    @OptionGroup var data: DataOptions

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit: expected 1 or more") }
    }

    func run() async throws {
        let history = try await data.history(.inspect)
        do {
            let query = try object.map { try ObjectQuery(parsing: $0, namespace: namespace) }
            let runs = try await history.runs(project: project, object: query, limit: limit)
            if output == .table {
                StandardOutput.write(HistoryTable.text(runs, for: .output))
            } else {
                output.write(.array(try runs.map { try JSON(encoding: $0) }))
            }
        } catch let error as RecordError {
            throw CommandFailure("\(error)")
        }
    }
}
