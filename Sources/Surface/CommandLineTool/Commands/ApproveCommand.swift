// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import SyncRecord

/// `sternpost approve`: a person's yes to a held prune.
struct ApproveCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve",
        abstract: "Allows the deletion that a sync held back; exactly that list, of exactly that commit.",
        discussion: "Without --hash the list is shown, and a person is asked at the terminal."
    )

    @OptionGroup var order: OrderOptions

    @Option(help: "What was held, as the sync printed it; at least the 12 digits that are shown.")
    var hash: String?

    func run() async throws {
        let history = try await order.data.history(.command)
        let project = try await order.name(in: history)
        let approved = if let hash { hash } else { try await Self.askedHash(project, history) }
        do {
            let hold = try await history.approve(project: project, hash: approved, person: OrderOptions.person)
            StandardOutput.line(
                "approved for \(project): \(hold.objects.count) objects will be deleted at the next sync"
            )
            for id in hold.objects { StandardOutput.line("  \(id)") }
            await order.publish(hold, of: project, in: history)
        } catch {
            throw CommandFailure("\(error)")
        }
    }

    /// The hash of what waits now, once a person at the terminal has read the list and said yes.
    private static func askedHash(_ project: String, _ history: History) async throws -> String {
        let held: PruneHold?
        do { held = try await history.state(of: project).hold } catch { throw CommandFailure("\(error)") }
        guard let held else { throw CommandFailure("project \(project): no prune waits for approval") }
        guard isatty(STDIN_FILENO) != 0, isatty(STDOUT_FILENO) != 0 else {
            throw CommandFailure(
                "what is approved must be named where nobody can be asked: read the list that waits for \(project)"
                    + " (sternpost status, sternpost show), then sternpost approve \(project) --hash HASH"
            )
        }
        StandardOutput.line("\(held.objects.count) objects of \(project) wait to be deleted (\(held.shortHash)):")
        for id in held.objects { StandardOutput.line("  \(id)") }
        for reason in held.reasons { StandardOutput.line("because \(reason)") }
        StandardOutput.write("delete them at the next sync? Type yes: ")
        guard readLine()?.trimmingCharacters(in: .whitespaces).lowercased() == "yes" else {
            throw CommandFailure("nothing was approved")
        }
        return held.hash
    }
}
