// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncImages
import SyncLoop
import SyncObserve
import SyncRecord
import SyncRender

/// The pages, made of stored, redacted values only.
///
/// Each has at most ``maxBytes``, known before it is made: every list has its share, and what does not fit is counted, with
/// the command that shows it.
enum Pages {
    /// The most bytes of one page. As many pages as there may be connections fit into the operator's memory.
    static let maxBytes = 512 << 10
    /// The most syncs that are listed.
    static let maxRuns = 50
    private static let projectBytes = 256 << 10
    static let imageBytes = 96 << 10
    private static let runBytes = 128 << 10
    /// Of each list of one sync but its objects, which get what is left.
    static let partBytes = 48 << 10
    private static let maxWarnings = 10

    /// The frame around every page.
    static func page(title: String, _ body: HTML) -> HTML {
        """
        <!doctype html><html lang="en"><head><meta charset="utf-8"><title>\(title)</title>
        <meta name="viewport" content="width=device-width, initial-scale=1"><link rel="stylesheet" href="/style.css"></head>
        <body><header><a href="/">Sternpost</a><span>the cluster steers by git</span></header><main>\(body)</main></body></html>
        """
    }

    /// All projects, their images, and the latest syncs of all.
    static func overview(
        _ projects: [StatusBoard.Entry],
        runs: [SyncRun],
        images pages: [String: ImageBoard.Page]
    ) -> HTML {
        let rows = FittingPieces(projects, maxBytes: projectBytes, row)
        return page(
            title: "Sternpost",
            """
            <h1>Projects</h1>
            <table><thead><tr><th>Project</th><th>State</th><th>Revision</th><th>Last pass</th><th>Leader</th><th></th></tr></thead>
            <tbody>\(rows.shown)</tbody></table>\(rows.more("sternpost status"))
            \(images(pages))
            <h2>Syncs</h2>
            \(runs.isEmpty ? "<p class=\"soft\">No syncs yet.</p>" : table(runs))
            """
        )
    }

    private static func row(_ entry: StatusBoard.Entry) -> HTML {
        let state: HTML
        if entry.isSuspended {
            state = "<span class=\"warn\">suspended</span>"
        } else if entry.standsBy {
            state = "<span class=\"soft\">standing by</span>"
        } else if let outcome = entry.outcome {
            state = badge(outcome)
        } else {
            state = "<span class=\"soft\">starting</span>"
        }
        return """
            <tr><td>\(entry.project)</td><td>\(state)</td><td><code>\(entry.shortRevision)</code></td>
            <td class="number">\(entry.lastPassAt.map(time) ?? "–")\(pace(entry))</td><td>\(entry.leader)</td><td>\(entry.message.text)</td></tr>
            """
    }

    /// How long the last pass took: ` · 9 ms, nothing changed`; empty before the first.
    private static func pace(_ entry: StatusBoard.Entry) -> String {
        guard let took = entry.lastPassTook else { return "" }
        let milliseconds = took / Duration.milliseconds(1)
        return " · \(Int(milliseconds.rounded(.up))) ms\(entry.isResting ? ", nothing changed" : "")"
    }

    private static func table(_ runs: [SyncRun]) -> HTML {
        // Runs are numbered from 1 without gaps.
        let all = runs.map(\.id).max() ?? 0
        let older = all - Int64(runs.count)
        let rows = FittingPieces(runs, maxBytes: runBytes, further: Int(clamping: max(0, older))) { run in
            """
            <tr><td class="number"><a href="/syncs/\(run.id)">\(run.id)</a></td><td>\(run.project)</td>
            <td>\(badge(run.outcome))</td><td class="number">\(time(run.startedAt))</td><td>\(run.trigger.rawValue)</td>
            <td class="number">\(changes(run.counts))</td><td><code>\(run.shortRevision)</code></td>
            <td>\(run.author)</td>
            <td>\(run.message)</td></tr>
            """
        }
        return """
            <table><thead><tr><th>Sync</th><th>Project</th><th>Outcome</th><th>Started (UTC)</th><th>Trigger</th><th>Changes</th>
            <th>Revision</th><th>Author</th><th>Message</th></tr></thead><tbody>\(rows.shown)</tbody></table>
            \(rows.more("sternpost history --limit \(all)"))
            """
    }

    /// The command that shows a sync in full.
    static func command(_ run: SyncRun) -> String { "sternpost show \(run.id)" }

    /// One sync: what it is about, what is wrong, and the first of its objects.
    static func sync(_ excerpt: RunExcerpt) -> HTML {
        let run = excerpt.detail.run
        let top: HTML = """
            <h1>Sync \(run.id) of \(run.project)</h1>
            <dl><dt>Outcome</dt><dd>\(badge(run.outcome)) \(changes(run.counts))</dd>
            \(source(run))<dt>Message</dt><dd>\(run.message)</dd><dt>Trigger</dt><dd>\(run.trigger.rawValue)</dd>
            <dt>Started</dt><dd>\(time(run.startedAt)) UTC</dd></dl>
            \(remarks(excerpt))\(hold(excerpt))\(health(excerpt))\(steps(excerpt))
            """
        let frame = page(title: "Sync \(run.id)", top)
        // Room for the line about those that are left out.
        let left = maxBytes - frame.text.utf8.count - 1024
        let objects = FittingPieces(excerpt.detail.objects, maxBytes: left, further: excerpt.leftOut.objects) {
            object in
            Pages.object(object, of: run)
        }
        return page(title: "Sync \(run.id)", "\(top)\(objects.shown)\(objects.more(command(run)))")
    }

    /// What is said of the sync as a whole, and why its commit did not render.
    private static func remarks(_ excerpt: RunExcerpt) -> HTML {
        let detail = excerpt.detail
        let lines = FittingPieces(
            detail.messages + detail.problems.map(\.description),
            maxBytes: partBytes,
            further: excerpt.leftOut.messages + excerpt.leftOut.problems
        ) { line in "<p class=\"error\">\(line)</p>" }
        return "\(lines.shown)\(lines.more(command(detail.run)))"
    }

    /// The commit; nothing for a run that is about none.
    private static func source(_ run: SyncRun) -> HTML {
        guard !run.revision.isEmpty else { return "" }
        return """
            <dt>Revision</dt><dd><code>\(run.revision)</code></dd><dt>Author</dt><dd>\(run.author)</dd>
            """
    }

    private static func hold(_ excerpt: RunExcerpt) -> HTML {
        let run = excerpt.detail.run
        guard let hold = excerpt.detail.hold else {
            guard excerpt.leftOut.holds > 0 else { return "" }
            return "<h2>Waits for approval</h2><p>The list is too long for this page: \(command(run))</p>"
        }
        let reasons = FittingPieces(hold.reasons, maxBytes: partBytes) { reason in "<p>\(reason)</p>" }
        let objects = FittingPieces(hold.objects, maxBytes: partBytes) { id in "<li>\(id.description)</li>" }
        return """
            <h2>Waits for approval</h2>\(reasons.shown)\(reasons.more(command(run)))
            <p><code>sternpost approve \(run.project) --hash \(hold.approvalHash)</code></p>
            <ul>\(objects.shown)</ul>\(objects.more(command(run)))
            """
    }

    private static func health(_ excerpt: RunExcerpt) -> HTML {
        let run = excerpt.detail.run
        if excerpt.leftOut.healths > 0 {
            return "<h2>Not healthy</h2><p>The list is too long for this page: \(command(run))</p>"
        }
        guard let health = excerpt.detail.health, !health.unhealthy.isEmpty else { return "" }
        let rows = FittingPieces(health.unhealthy, maxBytes: partBytes) { entry in
            "<tr><td>\(entry.id.description)</td><td>\(entry.status.rawValue)</td><td>\(entry.message)</td></tr>"
        }
        return "<h2>Not healthy</h2><table><tbody>\(rows.shown)</tbody></table>\(rows.more(command(run)))"
    }

    private static func object(_ object: RecordedObject, of run: SyncRun) -> HTML {
        let place = object.origin.map { " at \($0)" } ?? ""
        let error: HTML = object.error.map { "<p class=\"error\">\($0)</p>" } ?? ""
        let shown = object.warnings.prefix(maxWarnings)
        let warnings = FittingPieces(shown, maxBytes: partBytes, further: object.warnings.count - shown.count) { text in
            "<p class=\"soft\">\(text)</p>"
        }
        let diff: HTML = object.diff.map { "<pre>\(painted($0.text))</pre>" } ?? ""
        let title: HTML =
            "<h2>\(object.action.rawValue) \(object.id.description)<span class=\"soft\">\(place)</span></h2>"
        return "\(title)\(error)\(warnings.shown)\(warnings.more(command(run)))\(diff)"
    }

    private static func painted(_ diff: String) -> HTML {
        HTML(
            diff.split(separator: "\n", omittingEmptySubsequences: false).map { line -> HTML in
                let text = String(line)
                if text.hasPrefix("+") { return "<span class=\"add\">\(text)</span>\n" }
                if text.hasPrefix("-") { return "<span class=\"remove\">\(text)</span>\n" }
                if text.hasPrefix("@@") { return "<span class=\"place\">\(text)</span>\n" }
                return "\(text)\n"
            }
        )
    }

    private static func badge(_ outcome: RunOutcome) -> HTML {
        switch outcome {
        case .running: "<span class=\"soft\">running</span>"
        case .succeeded: "<span class=\"ok\">succeeded</span>"
        case .failed, .degraded: "<span class=\"bad\">\(outcome.rawValue)</span>"
        case .held, .interrupted, .unknown: "<span class=\"warn\">\(outcome.rawValue)</span>"
        }
    }

    private static func changes(_ counts: RunCounts) -> String {
        let parts = [
            ("created", counts.created), ("configured", counts.configured), ("pruned", counts.pruned),
            ("restarted", counts.restarted), ("failed", counts.failed),
        ].filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
        return parts.isEmpty ? "no change" : parts.joined(separator: ", ")
    }

    private static func time(_ date: Date) -> String {
        date.formatted(.iso8601.dateSeparator(.dash).dateTimeSeparator(.space).timeZoneSeparator(.omitted))
            .replacingOccurrences(of: "Z", with: "")
    }
}
