// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import SyncApply
import SyncLoop
import SyncObserve
import SyncPlan
import SyncRecord
import SyncRender
import SyncSource

/// Prints how a pass ended: what changed, what failed and why, what waits for a person, and one line that sums it up.
struct PassReport {
    /// Unchanged objects are only counted from this many rows on.
    private static let maxRows = 200
    /// The letters of a change on a terminal.
    private static let maxChange = 70

    let outcome: PassOutcome
    let project: String
    let terminal: Terminal
    let next: PrintedCommand

    /// Prints tables to standard output and errors, a line each, to standard error.
    func write() {
        if let commit = outcome.commit {
            StandardOutput.line("\(project)  \(commit.ref)@\(commit.shortID)  \(commit.subject)  (\(commit.author))")
        }
        if let rewriting = outcome.carriedOut?.rewriting { StandardOutput.line("note: \(rewriting)") }
        if let lost = outcome.carriedOut?.lostInventory { StandardOutput.line("note: \(lost)") }
        writeObjects()
        for notice in outcome.result?.notices ?? [] { StandardOutput.line("note: \(notice.origin): \(notice.message)") }
        writeErrors()
        writeHold()
        for object in outcome.prune?.leaving ?? [] {
            StandardOutput.line("left the inventory: \(object.id): \(object.reason)")
        }
        for object in outcome.prune?.kept ?? [] { StandardOutput.line("not deleted: \(object.id): \(object.reason)") }
        StandardOutput.line(summary)
    }

    private func writeObjects() {
        var table = TextTable("ACTION", "OBJECT", "CHANGE", "DECLARED AT")
        let shown = outcome.objects.filter { $0.action != .unchanged && !isHeldPrune($0) }
        guard !shown.isEmpty else { return }
        for object in shown.prefix(PassReport.maxRows) {
            table.add(
                .init(object.action.rawValue, PassReport.color(of: object.action)),
                .init(object.id.description),
                .init(
                    PassReport.text(
                        of: object.changes.map { $0.redacted(of: object.id, by: ProcessOutput.redactor) },
                        atMost: terminal.columns == nil ? nil : PassReport.maxChange
                    )
                ),
                .init(object.origin?.description ?? "")
            )
        }
        StandardOutput.line()
        StandardOutput.painted(masked: table.text(for: terminal))
        if shown.count > PassReport.maxRows {
            StandardOutput.line(
                "… and \(shown.count - PassReport.maxRows) more: \(next.show(outcome.run?.id ?? 0))"
            )
        }
        StandardOutput.line()
    }

    /// Whether the outcome only says that a deletion waits with all the others: those are listed together with the reason.
    private func isHeldPrune(_ object: ObjectOutcome) -> Bool {
        guard object.action == .skipped, object.origin == nil, let prune = outcome.prune else { return false }
        switch prune.verdict {
        case .allowed: return false
        case .held: return outcome.hold != nil
        case .blocked, .disabled: return true
        }
    }

    private func writeErrors() {
        for problem in outcome.problems { ErrorOutput.write("error: \(problem)") }
        if let failure = outcome.failure, outcome.problems.isEmpty {
            let command = PassFailure.resumption(of: project)
            ErrorOutput.write("error: \(failure.message.replacing(command, with: next.resume(project)))")
        }
        for object in outcome.objects where [.failed, .skipped].contains(object.action) && !isHeldPrune(object) {
            if let error = object.error {
                ErrorOutput.line("\(object.action == .failed ? "error" : "skipped"): \(error)")
            }
        }
        for object in outcome.objects {
            for warning in object.warnings { ErrorOutput.line("warning: \(object.id): \(warning)") }
        }
        for object in outcome.carriedOut?.health?.unhealthy ?? [] {
            let place = object.origin.map { "\($0): " } ?? ""
            ErrorOutput.line("not healthy: \(place)\(object.id): \(object.status.rawValue): \(object.message)")
        }
        if let interruption = outcome.interruption { ErrorOutput.line("interrupted: \(interruption)") }
    }

    private func writeHold() {
        for doubt in outcome.prune?.doubtsOfMore ?? [] { StandardOutput.line("note: \(doubt)") }
        guard let prune = outcome.prune, !prune.steps.isEmpty else { return }
        let count = prune.steps.count.counted("object")
        switch prune.verdict {
        case .allowed: return
        case .disabled:
            StandardOutput.line(
                "pruning is off, so nothing was deleted, although git no longer declares \(count):"
            )
            for step in prune.steps { StandardOutput.line("  \(step.id)") }
        case .blocked(let reasons):
            StandardOutput.line("nothing was deleted, although git no longer declares \(count):")
            for step in prune.steps { StandardOutput.line("  \(step.id)") }
            for reason in reasons { StandardOutput.line("because \(reason)") }
        case .held:
            guard let (reasons, hash) = outcome.hold else { return }
            StandardOutput.line("held: \(count) would be deleted, and a person has to say yes:")
            for step in prune.steps { StandardOutput.line("  \(step.id)") }
            for reason in reasons { StandardOutput.line("because \(reason)") }
            StandardOutput.line("to go on, and then sync again:")
            StandardOutput.line("  \(next.approve(project, hash: PruneHold.approvalHash(hash)))")
        }
    }

    /// `3 created, 1 configured, 998 unchanged, 0 pruned, 0 failed; healthy; 4.2 s; run 12`.
    private var summary: String {
        if outcome.failure != nil { return "nothing was changed (\(took))" }
        let counts = PassOutcome.counts(of: outcome.objects)
        var parts = [
            "\(counts.created) created, \(counts.configured) configured, \(counts.unchanged) unchanged, "
                + "\(counts.pruned) pruned, \(counts.failed) failed"
        ]
        let skipped = outcome.objects.count { $0.action == .skipped && !isHeldPrune($0) }
        if skipped > 0 { parts.append("\(skipped) skipped") }
        if let health = outcome.carriedOut?.health, let words = PassReport.words(for: health) {
            parts.append(health.ending == .healthy && counts.failed > 0 ? "the others healthy" : words)
        }
        parts.append(took)
        if let run = outcome.run { parts.append("run \(run.id)") }
        return parts.joined(separator: "; ")
    }

    /// How long the pass took, as the history says it of the run.
    private var took: String { outcome.run.map(HistoryTable.took) ?? DurationText.describe(outcome.duration) }

    private static func words(for health: HealthReport) -> String? {
        switch health.ending {
        case .healthy: "healthy"
        case .failed: "\(health.unhealthy.count) not healthy"
        case .timedOut: "\(health.unhealthy.count) not healthy in time"
        case .cancelled: "the wait for health was cut short"
        case .unreadable: "health could not be read"
        case .notAwaited: nil
        }
    }

    /// What changes: the first field, cut to so many letters, and how many more there are.
    static func text(of changes: [FieldChange], atMost limit: Int?) -> String {
        guard let first = changes.first else { return "" }
        var text = "\(first.path) \(first.arrow)"
        if let limit, text.count > limit { text = String(text.prefix(limit - 1)) + "…" }
        if let setter = first.setter { text += " (\(setter))" }
        return changes.count > 1 ? "\(text), +\(changes.count - 1)" : text
    }

    static func color(of action: ObjectOutcome.Action) -> Terminal.Color? {
        switch action {
        case .created: .green
        case .configured, .restarted: .cyan
        case .pruned, .skipped: .yellow
        case .failed: .red
        case .unchanged: nil
        }
    }
}
