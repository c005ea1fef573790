// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import SyncApply
import SyncLook
import SyncLoop
import SyncPlan
import SyncRecord

/// The project that a person's order is about.
struct OrderOptions: ParsableArguments {
    @Argument(help: "The project; may be left out when there is only one.")
    var project: String?

    @OptionGroup var data: DataOptions
    @OptionGroup var cluster: ClusterOptions

    @Option(
        name: [.customShort("n"), .customLong("namespace")],
        help: ArgumentHelp("The namespace of the inventory.", valueName: "name")
    )
    var namespace = OrderOptions.defaultNamespace

    static let defaultNamespace = "sternpost"

    func validate() throws { try NamespaceOption.check(namespace, "--namespace") }

    /// The commands to go on with.
    var next: PrintedCommand { PrintedCommand(data: data, cluster: cluster, namespace: namespace) }

    /// Where the orders of a project stand in the cluster.
    func store(of project: String) throws -> OrderStore {
        OrderStore(client: try cluster.client(), applySet: ApplySet(project: project, namespace: namespace))
    }

    /// The name given, or the only project of the history.
    func name(in history: History) async throws -> String {
        let known: [String]
        do { known = try await history.projects() } catch { throw CommandFailure("\(error)") }
        if let project {
            if known.contains(project) { return project }
            // Another data folder's: it is one when the cluster has its inventory.
            let here = known.isEmpty ? "" : "; known here: \(known.joined(separator: ", "))"
            do {
                if try await store(of: project).read() != nil { return project }
            } catch let failure as CommandFailure {
                throw failure
            } catch {
                throw CommandFailure(
                    "no project \(project) in this data folder, and \(ClusterAdvice.line(about: error))\(here)"
                )
            }
            throw CommandFailure(
                "no project \(project) in this data folder, nor an inventory of it in namespace \(namespace) (-n)\(here)"
            )
        }
        guard known.count == 1, let only = known.first else {
            throw CommandFailure(
                known.isEmpty
                    ? data.nothingYet : "name one of the projects: \(known.joined(separator: ", "))"
            )
        }
        return only
    }

    /// Who gives the order, for the audit: `ada@laptop`.
    static var person: String {
        let environment = ProcessInfo.processInfo.environment
        let user = environment["SUDO_USER"] ?? environment["USER"] ?? NSUserName()
        return "\(user)@\(ProcessInfo.processInfo.hostName)"
    }
}

/// `sternpost suspend`: leaves a project alone until it is resumed.
struct SuspendCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suspend",
        abstract: "Leaves a project alone until it is resumed; a running operator obeys at its next poll.",
        usage: "sternpost suspend [<project>] <options>"
    )

    @OptionGroup var order: OrderOptions

    @Option(help: "Why; shown in status and history.")
    var reason = ""

    func run() async throws {
        try await ProjectOrder.setSuspended(true, order, reason: reason)
    }
}

/// `sternpost resume`: the end of `suspend`.
struct ResumeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resume",
        abstract: "Syncs a suspended project again.",
        usage: "sternpost resume [<project>] <options>"
    )

    @OptionGroup var order: OrderOptions

    func run() async throws {
        try await ProjectOrder.setSuspended(false, order, reason: "")
    }
}

private enum ProjectOrder {
    /// Gives the order where every operator sees it, and writes down here who gave it.
    static func setSuspended(_ isSuspended: Bool, _ order: OrderOptions, reason: String) async throws {
        let history = try await order.data.historyForOrders()
        let project = try await order.name(in: history)
        let word = isSuspended ? "suspended" : "resumed"
        let person = OrderOptions.person
        let suspension = isSuspended ? StandingOrders.Word(person: person, text: reason) : nil
        do {
            let isNew = try await order.store(of: project).change(
                journal: history.orderJournal(of: project),
                reason: "\(word) by \(person)\(reason.isEmpty ? "" : ": \(reason)")"
            ) { orders in
                // Taking back what was never ordered here ends an order that stands only in some data folder.
                guard isSuspended ? orders.suspension.word == nil : orders.suspension != .ended else { return false }
                orders.suspend(suspension)
                return true
            }
            let isNewHere = try await history.setSuspended(
                isSuspended,
                project: project,
                person: person,
                reason: reason
            )
            StandardOutput.line(isNew || isNewHere ? "\(project) \(word)" : "\(project) was \(word) already")
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(of: error)
        }
    }
}
