// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import KubeObjects
import SyncApply
import SyncImages
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord

/// `sternpost images`: how the images of the projects' workloads stand.
struct ImagesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "images",
        abstract: "Shows the images that are followed: what runs, what the registry has, the last rollout.",
        discussion:
            "What the operator on this data folder saw at its last look. Exit status: 0; 1 some need a person; 2 error.",
        subcommands: [ImagesListCommand.self, ImagesHoldCommand.self, ImagesReleaseCommand.self],
        defaultSubcommand: ImagesListCommand.self
    )
}

/// `sternpost images [list]`.
struct ImagesListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "Shows the images that are followed (the default).",
        usage: "sternpost images list <options>"
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
            StandardOutput.painted(ImageTable.text(rows, now: Date(), for: .output))
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

    /// The command that ends a hold of the same workload.
    var release: String {
        var words = [workload]
        if let namespace { words += ["-n", namespace] }
        if let project { words += ["--project", project] }
        return PrintedCommand(data: data, cluster: cluster).releaseImages(of: words)
    }

    /// What became of an order.
    struct Answer {
        let project: String
        let workload: ObjectID
        /// The order that held before; nil when there was none.
        let before: ImageOrder?
        /// Whether there was anything to do, as far as the operator's last look tells.
        let isNew: Bool
        /// When that look was.
        let lookedAt: Date?

        /// `Deployment.apps shop/web of posts`.
        var subject: String { "\(workload) of \(project)" }
    }

    /// Gives the order where every operator sees it, and writes it down here. A hold that stands already keeps its reason,
    /// and what is neither held nor in trouble needs no release.
    func give(_ kind: ImageOrder.Kind) async throws -> Answer {
        let history = try await data.history(.command)
        do {
            let pages = try ImageBoard.read(folder: data.folder) ?? [:]
            let rows = try find(in: pages.values.flatMap(\.rows))
            guard let found = rows.first else { throw CommandFailure("no followed workload \(workload) here") }
            let inventory = ApplySet(project: found.project, namespace: pages[found.project]?.inventory ?? "sternpost")
            let store = OrderStore(client: try cluster.client(), applySet: inventory)
            let known = try await history.imageOrders(of: found.project)
            let before = await store.imageOrder(of: found.workload, before: known)
            let isHeld = before?.kind == .hold
            let isNew = kind == .hold ? !isHeld : isHeld || rows.contains { !$0.isCalm }
            let answer = Answer(
                project: found.project,
                workload: found.workload,
                before: before,
                isNew: isNew,
                lookedAt: pages[found.project]?.at
            )
            guard isNew || kind == .hold else { return answer }
            let word = StandingOrders.Word(kind, after: before, person: OrderOptions.person, reason: reason)
            await store.publish(kind, of: found.workload, word, in: history.orderJournal(of: found.project))
            guard isNew || known[found.workload]?.kind != .hold else { return answer }
            try await history.order(
                kind,
                of: found.workload,
                project: found.project,
                person: word.person,
                reason: word.text,
                at: word.at
            )
            return answer
        } catch let error as RecordError {
            throw CommandFailure("\(error)")
        } catch let error as ImageBoardError {
            throw CommandFailure(error.description)
        }
    }

    /// The rows of the one workload that is meant.
    private func find(in rows: [ImageRow]) throws -> [ImageRow] {
        let query = try ObjectQuery(parsing: workload, namespace: namespace)
        let found = rows.filter { row in
            (project == nil || row.project == project) && query.matches(row.workload)
        }
        if found.isEmpty {
            let names = Set(rows.map { "\($0.workload) (\($0.project))" }).sorted().prefix(20)
            let known =
                names.isEmpty
                ? "no operator has followed images from \(data.folder): give the order with the --data-dir of one that does"
                : "there are: \(names.joined(separator: ", "))"
            throw CommandFailure("no followed workload \(workload) here; \(known)")
        }
        guard Set(found.map { "\($0.workload) \($0.project)" }).count == 1 else {
            throw CommandFailure(
                "more than one workload is called \(workload); name its namespace (-n) or --project"
            )
        }
        return found
    }
}

/// `sternpost images hold`: no rollouts of one workload until it is released.
struct ImagesHoldCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hold",
        abstract: "Stops the image rollouts of one workload; a rollout under way goes on to its end.",
        usage: "sternpost images hold <kind/name> <options>"
    )

    @OptionGroup var order: ImageOrderOptions

    func run() async throws {
        StandardOutput.line(ImagesHoldCommand.text(try await order.give(.hold), release: order.release))
    }

    /// The answer to a hold; `release` is the command that ends it.
    static func text(_ answer: ImageOrderOptions.Answer, release: String) -> String {
        guard !answer.isNew, let before = answer.before else {
            return "\(answer.subject) is held: no image rollouts until `\(release)`"
        }
        let reason = before.reason.isEmpty ? "" : ": \(before.reason)"
        return "\(answer.subject) was held already by \(before.person)\(reason)"
    }
}

/// `sternpost images release`: rollouts again, also of a digest that has failed.
struct ImagesReleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Ends a hold or a quarantine: what the tag points to is rolled out at the operator's next look.",
        usage: "sternpost images release <kind/name> <options>"
    )

    @OptionGroup var order: ImageOrderOptions

    func run() async throws {
        StandardOutput.line(ImagesReleaseCommand.text(try await order.give(.release)))
    }

    /// The answer to a release. What runs is known from the operator's last look alone.
    static func text(_ answer: ImageOrderOptions.Answer) -> String {
        if answer.isNew {
            return "\(answer.subject) is released: what its tags point to is rolled out at the next look"
        }
        let time = answer.lookedAt.map { " at \($0.formatted(.iso8601))" } ?? ""
        return "\(answer.subject) was not held: at the operator's last look\(time) it ran what its tags point to"
    }
}
