// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import KubeObjects
import SyncRecord

/// `sternpost history`: past syncs.
struct HistoryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Lists past syncs, newest first; of one object, when KIND/NAME is given.",
        usage: "sternpost history [<kind/name>] <options>"
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
            let known = try await history.projects()
            if let project, !known.contains(project) {
                throw CommandFailure(
                    known.isEmpty
                        ? data.nothingYet : "no project \(project) here; known: \(known.joined(separator: ", "))"
                )
            }
            let query = try object.map { try ObjectQuery(parsing: $0, namespace: namespace) }
            let runs = try await history.runs(project: project, object: query, limit: limit)
            if output == .table {
                let table = HistoryTable.text(runs, for: .output)
                StandardOutput.painted(runs.isEmpty ? "\(nothing(known))\n" : table)
            } else {
                output.write(.array(try runs.map { try JSON(encoding: $0) }))
            }
        } catch let error as RecordError {
            throw CommandFailure("\(error)")
        }
    }

    /// One line for an empty list: of what there is none.
    private func nothing(_ known: [String]) -> String {
        guard !known.isEmpty else { return data.nothingYet }
        let owner = project.map { " of \($0)" } ?? ""
        guard let object else { return "no sync\(owner) yet" }
        return "no sync\(owner) touched \(object)\(namespace.map { " in namespace \($0)" } ?? "")"
    }
}
