// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import KubeObjects
import PlainText
import SyncApply
import SyncLoop
import SyncRecord

/// `sternpost approve`: a person's yes to a held prune.
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Allows the deletion that a sync held back; exactly that list, of exactly that commit.",
        usage: "sternpost approve [<project>] <options>",
        discussion: "Without --hash the list is shown, and a person is asked at the terminal."
    )

    @OptionGroup var order: OrderOptions

    @Option(help: "What was held, as sync and show print it: 32 digits or more.")
    var hash: String?

    func run() async throws {
        let history = try await order.data.historyForOrders()
        let project = try await order.name(in: history)
        let held = try await held(project, history)
        let approved = if let hash { hash } else { try askedHash(project, held) }
        do {
            let hold: PruneHold
            if let held, try await history.state(of: project).hold?.hash != held.hash {
                // Another operator's: its own history takes the yes in when it has used it.
                if let mismatch = held.mismatch(approved) { throw CommandFailure("project \(project): \(mismatch)") }
                try await order.approve(held, of: project, in: history)
                hold = held
            } else {
                hold = try await history.approve(project: project, hash: approved, person: OrderOptions.person)
                await order.publish(hold, of: project, in: history)
            }
            StandardOutput.line(
                "approved for \(project): \(hold.count.counted("object")) will be deleted at the next sync"
            )
            Self.list(hold)
            for reason in hold.reasons { StandardOutput.line("because \(reason)") }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(of: error)
        }
    }

    /// What waits, as the one who leads the project says in the cluster, else as this data folder knows it.
    private func held(_ project: String, _ history: History) async throws -> PruneHold? {
        do {
            let known = try await history.state(of: project)
            do {
                return known.obeying(try await order.store(of: project).read() ?? StandingOrders()).hold
            } catch  where known.hold != nil {
                return known.hold
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(of: error)
        }
    }

    private static func list(_ hold: PruneHold) {
        for id in hold.objects { StandardOutput.line("  \(id)") }
        let more = hold.count - hold.objects.count
        if more > 0 { StandardOutput.line("  and \(more) more") }
    }

    /// The hash of what waits now, once a person at the terminal has read the list and said yes.
    private func askedHash(_ project: String, _ held: PruneHold?) throws -> String {
        guard let held else { throw CommandFailure("project \(project): no prune waits for approval") }
        guard isatty(STDIN_FILENO) != 0, isatty(STDOUT_FILENO) != 0 else {
            throw CommandFailure(
                "what is approved must be named where nobody can be asked: read the list that waits for \(project)"
                    + " (sternpost sync and show print it with the hash), then \(order.next.approve(project, hash: "HASH"))"
            )
        }
        StandardOutput.line("to be deleted of \(project): \(held.count.counted("object")) (\(held.approvalHash))")
        Self.list(held)
        for reason in held.reasons { StandardOutput.line("because \(reason)") }
        StandardOutput.write("delete them at the next sync? Type yes: ")
        guard readLine()?.trimmingCharacters(in: .whitespaces).lowercased() == "yes" else {
            throw CommandFailure("nothing was approved")
        }
        return held.hash
    }
}
