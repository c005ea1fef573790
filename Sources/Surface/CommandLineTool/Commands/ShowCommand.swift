// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Foundation
import KubeObjects
import PlainText
import SyncApply
import SyncObserve
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource

/// `sternpost show`: one sync in full.
struct ShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Shows one sync in full, with the difference of each object.",
        usage: "sternpost show <id> <options>"
    )

    @Argument(help: "The number of the sync, as history shows it.")
    var id: Int64

    @Option(name: .shortAndLong, help: "table, json or yaml.")
    var output: OutputFormat = .table

    @OptionGroup var data: DataOptions

    func run() async throws {
        let history = try await data.history(.inspect)
        let detail: RunDetail?
        do { detail = try await history.detail(id) } catch { throw CommandFailure("\(error)") }
        guard let detail else {
            throw CommandFailure("there is no sync \(id); \(PrintedCommand(data: data).history) lists them")
        }
        if output == .table {
            write(detail)
        } else {
            output.write(try JSON(encoding: detail))
        }
    }

    private func write(_ detail: RunDetail) {
        let terminal = Terminal.output
        let run = detail.run
        StandardOutput.line("sync      \(run.id) of project \(run.project)")
        if let revision = Self.revision(of: run) { StandardOutput.line("revision  \(revision)") }
        if let step = detail.step {
            StandardOutput.line("follows   \(step.previous) (\(step.relation.rawValue))")
        }
        if !run.author.isEmpty { StandardOutput.line("author    \(run.author)") }
        StandardOutput.line("message   \(run.message)")
        StandardOutput.line("trigger   \(run.trigger.rawValue)")
        StandardOutput.line("started   \(run.startedAt.formatted(.iso8601)), took \(HistoryTable.took(run))")
        let outcome = terminal.paint(run.outcome.rawValue, HistoryTable.color(of: run.outcome))
        let counts = run.counts
        StandardOutput.painted(
            "outcome   \(outcome): \(counts.created) created, \(counts.configured) configured, "
                + "\(counts.unchanged) unchanged, \(counts.pruned) pruned, \(counts.failed) failed\n"
        )
        for message in detail.messages { StandardOutput.line("note      \(message)") }
        for problem in detail.problems { StandardOutput.line("problem   \(problem)") }
        for notice in detail.notices { StandardOutput.line("notice    \(notice.origin): \(notice.message)") }
        writeHold(detail)
        writeHealth(detail)
        for object in detail.objects { write(object, terminal) }
        writeMutations(detail, terminal)
    }

    /// The commit as it is shown; nil for a rollout, which is about none.
    static func revision(of run: SyncRun) -> String? {
        guard run.revision.isEmpty else { return run.revision }
        return run.trigger == .image ? nil : "not read"
    }

    private func writeHold(_ detail: RunDetail) {
        guard let hold = detail.hold else { return }
        StandardOutput.line(
            "held      \(hold.objects.count.counted("object waits", "objects wait")) for approval (\(hold.approvalHash)):"
        )
        for reason in hold.reasons { StandardOutput.line("          \(reason)") }
        for id in hold.objects { StandardOutput.line("          \(id)") }
    }

    private func writeHealth(_ detail: RunDetail) {
        // Older versions recorded that nothing at all is healthy.
        guard let health = detail.health, health.ending != .notAwaited, health.observed > 0 else { return }
        StandardOutput.line("health    \(health.ending.rawValue), \(health.observed.counted("object")) observed")
        for entry in health.unhealthy {
            StandardOutput.line("          \(entry.id): \(entry.status.rawValue): \(entry.message)")
        }
    }

    private func write(_ object: RecordedObject, _ terminal: Terminal) {
        let action = terminal.paint(object.action.rawValue, PassReport.color(of: object.action) ?? .dim)
        let place = object.origin.map { "  \($0)" } ?? ""
        let rest = "\(object.id)\(place)  \(object.durationMilliseconds) ms"
        StandardOutput.painted(masked: "\n\(action) \(rest.visible)\n")
        if let error = object.error { StandardOutput.line("  \(error)") }
        for warning in object.warnings { StandardOutput.line("  warning: \(warning)") }
        for change in object.changes {
            guard let origin = change.setter else { continue }
            StandardOutput.painted(masked: "  \(change.path): \(origin)\n".visible)
        }
        if let diff = object.diff { StandardOutput.painted(masked: DiffPaint.paint(diff.text, terminal)) }
    }

    private func writeMutations(_ detail: RunDetail, _ terminal: Terminal) {
        guard !detail.mutations.isEmpty else { return }
        var table = TextTable("ROW", "WRITE", "OBJECT", "ENDED", "REASON")
        for mutation in detail.mutations {
            table.add(
                .init(String(mutation.intent)),
                .init(mutation.verb.rawValue),
                .init(mutation.id.description),
                .init(mutation.ending.rawValue),
                .init(mutation.reason)
            )
        }
        StandardOutput.line()
        StandardOutput.painted(table.text(for: terminal))
        for line in ShowCommand.unsaid(detail) { StandardOutput.line(line) }
    }

    /// Why writes failed, where that does not stand with the object already: a line each.
    static func unsaid(_ detail: RunDetail) -> [String] {
        let told = Set(detail.objects.filter { $0.error != nil }.map(\.id))
        return detail.mutations.filter { !$0.message.isEmpty && !told.contains($0.id) }.map { mutation in
            "row \(mutation.intent): \(mutation.ending.rawValue): \(mutation.message)"
        }
    }
}
