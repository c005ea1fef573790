// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import KubeObjects
import SyncApply
import SyncImages
import SyncLoop
import SyncPlan
import SyncRecord

/// `sternpost images`: how the images of the projects' workloads stand.
struct ImagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "Shows the images that are followed: what runs, what the registry has, the last rollout.",
        discussion:
            "What the operator on this data folder saw at its last look. Exit status: 0 · 1 some need a person.",
        subcommands: [ImagesListCommand.self, ImagesHoldCommand.self, ImagesReleaseCommand.self],
        defaultSubcommand: ImagesListCommand.self
    )
}

/// `sternpost images [list]`.
struct ImagesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows the images that are followed (the default)."
    )

    @Option(help: "Only this project's images.")
    var project: String?

    @Option(name: .shortAndLong, help: "table, json or yaml.")
    var output: OutputFormat = .table

    @OptionGroup var data: DataOptions

    func run() async throws {
        let pages: [String: ImageBoard.Page]
        do {
            guard let found = try ImageBoard.read(folder: data.folder) else {
                throw CommandFailure(
                    "no operator has looked at images from \(data.folder) yet; start `sternpost run`, or check --data-dir"
                )
            }
            pages = found
        } catch let error as ImageBoardError {
            throw CommandFailure(error.description)
        }
        if let project, pages[project] == nil {
            throw CommandFailure("no project \(project) here; known: \(pages.keys.sorted().joined(separator: ", "))")
        }
        let shown = pages.filter { project == nil || $0.key == project }
        let rows = ImageTable.rows(of: shown)
        if output == .table {
            StandardOutput.write(ImageTable.text(rows, now: Date(), for: .output))
            for (name, page) in shown.sorted(by: { $0.key < $1.key }) {
                if let failure = page.failure { ErrorOutput.write("\(name): images cannot be looked at: \(failure)") }
            }
        } else {
            output.write(.array(try rows.map { try JSON(encoding: $0) }))
        }
        if shown.values.contains(where: { $0.failure != nil }) || rows.contains(where: \.needsPerson) {
            throw ExitCode(1)
        }
    }
}

/// What a person orders about one workload's rollouts.
struct ImageOrderOptions: ParsableArguments {
    @Argument(help: ArgumentHelp("The workload, such as deployment/web.", valueName: "kind/name"))
    var workload: String

    @Option(
        name: [.customShort("n"), .customLong("namespace")],
        help: ArgumentHelp(
            "The workload's namespace; may be left out when only one has such a workload.",
            valueName: "name"
        )
    )
    var namespace: String?

    @Option(help: "The project; may be left out when only one has such a workload.")
    var project: String?

    @Option(help: "Why; shown in the history.")
    var reason = ""

    @OptionGroup var data: DataOptions
    @OptionGroup var cluster: ClusterOptions

    /// Gives the order where every operator sees it, and writes it down here.
    func give(_ kind: ImageOrder.Kind) async throws -> (project: String, workload: ObjectID) {
        let history = try await data.history(.command)
        do {
            let query = try ObjectQuery(parsing: workload, namespace: namespace)
            let pages = try ImageBoard.read(folder: data.folder) ?? [:]
            let rows = pages.values.flatMap(\.rows)
            let found = Set(
                rows.filter { row in
                    (project == nil || row.project == project) && query.matches(row.workload)
                }.map { Found(project: $0.project, workload: $0.workload) }
            )
            guard let only = found.first, found.count == 1 else {
                let names = Set(rows.map { "\($0.workload) (\($0.project))" }).sorted().prefix(20)
                let known =
                    names.isEmpty
                    ? "no operator has followed images from \(data.folder): give the order with the --data-dir of one that does"
                    : "there are: \(names.joined(separator: ", "))"
                throw CommandFailure(
                    found.isEmpty
                        ? "no followed workload \(workload) here; \(known)"
                        : "more than one workload is called \(workload); name its namespace (-n) or --project"
                )
            }
            let inventory = ApplySet(project: only.project, namespace: pages[only.project]?.inventory ?? "sternpost")
            let store = OrderStore(client: try cluster.client(), applySet: inventory)
            let word = StandingOrders.Word(person: OrderOptions.person, text: reason)
            await store.publish(kind, of: only.workload, word, in: history.orderJournal(of: only.project))
            try await history.order(
                kind,
                of: only.workload,
                project: only.project,
                person: word.person,
                reason: reason,
                at: word.at
            )
            return (only.project, only.workload)
        } catch let error as RecordError {
            throw CommandFailure("\(error)")
        } catch let error as ImageBoardError {
            throw CommandFailure(error.description)
        }
    }

    private struct Found: Hashable {
        let project: String
        let workload: ObjectID
    }
}

/// `sternpost images hold`: no rollouts of one workload until it is released.
struct ImagesHoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Stops the image rollouts of one workload; a rollout under way goes on to its end."
    )

    @OptionGroup var order: ImageOrderOptions

    func run() async throws {
        let (project, workload) = try await order.give(.hold)
        StandardOutput.line("\(workload) of \(project) is held: no image rollouts until `sternpost images release`")
    }
}

/// `sternpost images release`: rollouts again, also of a digest that has failed.
struct ImagesReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Ends a hold or a quarantine: what the tag points to is rolled out at the operator's next look."
    )

    @OptionGroup var order: ImageOrderOptions

    func run() async throws {
        let (project, workload) = try await order.give(.release)
        StandardOutput.line(
            "\(workload) of \(project) is released: what its tags point to is rolled out at the next look"
        )
    }
}
