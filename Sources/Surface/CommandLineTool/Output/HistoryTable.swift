// SPDX-License-Identifier: Apache-2.0
import Foundation
import PlainText
import SyncLoop
import SyncRecord
import SyncSource

/// The table of `history`.
package enum HistoryTable {
    /// One line a run.
    package static func text(_ runs: [SyncRun], for terminal: Terminal) -> String {
        var table = TextTable(
            "RUN",
            "STARTED",
            "TOOK",
            "TRIGGER",
            "OUTCOME",
            "CHANGES",
            "REVISION",
            "AUTHOR",
            "MESSAGE"
        )
        for run in runs {
            table.add(
                .init(String(run.id)),
                .init(run.startedAt.formatted(.iso8601)),
                .init(took(run)),
                .init(run.trigger.rawValue),
                .init(run.outcome.rawValue, color(of: run.outcome)),
                .init(changes(run.counts)),
                .init(run.shortRevision),
                .init(run.commit?.authorName ?? ""),
                .init(run.message)
            )
        }
        return table.text(for: terminal)
    }

    /// How long a run took, or that it is under way.
    package static func took(_ run: SyncRun) -> String {
        guard let end = run.finishedAt else { return "running" }
        return DurationText.describe(.milliseconds(Int64(end.timeIntervalSince(run.startedAt) * 1_000)))
    }

    /// `+3 ~1 -2 !1`: created, configured or restarted, pruned, failed; `–` for none.
    static func changes(_ counts: RunCounts) -> String {
        var parts: [String] = []
        if counts.created > 0 { parts.append("+\(counts.created)") }
        if counts.configured + counts.restarted > 0 { parts.append("~\(counts.configured + counts.restarted)") }
        if counts.pruned > 0 { parts.append("-\(counts.pruned)") }
        if counts.failed > 0 { parts.append("!\(counts.failed)") }
        return parts.isEmpty ? "–" : parts.joined(separator: " ")
    }

    /// Green for done, red for failed, yellow between.
    static func color(of outcome: RunOutcome) -> Terminal.Color {
        switch outcome {
        case .succeeded: .green
        case .failed, .degraded: .red
        case .held, .interrupted, .running, .unknown: .yellow
        }
    }
}
