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
enum Pages {
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
        page(
            title: "Sternpost",
            """
            <h1>Projects</h1>
            <table><thead><tr><th>Project</th><th>State</th><th>Revision</th><th>Last pass</th><th>Leader</th><th></th></tr></thead>
            <tbody>\(HTML(projects.map(row)))</tbody></table>
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
        let rows = runs.map { run -> HTML in
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
            <th>Revision</th><th>Author</th><th>Message</th></tr></thead><tbody>\(HTML(rows))</tbody></table>
            """
    }

    /// One sync in full.
    static func sync(_ detail: RunDetail) -> HTML {
        let run = detail.run
        let lines = detail.messages.map { $0 } + detail.problems.map(\.description)
        return page(
            title: "Sync \(run.id)",
            """
            <h1>Sync \(run.id) of \(run.project)</h1>
            <dl><dt>Outcome</dt><dd>\(badge(run.outcome)) \(changes(run.counts))</dd>
            \(source(run))<dt>Message</dt><dd>\(run.message)</dd><dt>Trigger</dt><dd>\(run.trigger.rawValue)</dd>
            <dt>Started</dt><dd>\(time(run.startedAt)) UTC</dd></dl>
            \(HTML(lines.map { "<p class=\"error\">\($0)</p>" }))
            \(hold(detail))\(health(detail))\(steps(detail))\(HTML(detail.objects.map(object)))
            """
        )
    }

    /// The commit; nothing for a run that is about none.
    private static func source(_ run: SyncRun) -> HTML {
        guard !run.revision.isEmpty else { return "" }
        return """
            <dt>Revision</dt><dd><code>\(run.revision)</code></dd><dt>Author</dt><dd>\(run.author)</dd>
            """
    }

    private static func hold(_ detail: RunDetail) -> HTML {
        guard let hold = detail.hold else { return "" }
        return """
            <h2>Waits for approval</h2>\(HTML(hold.reasons.map { "<p>\($0)</p>" }))
            <p><code>sternpost approve \(detail.run.project) --hash \(hold.approvalHash)</code></p>
            <ul>\(HTML(hold.objects.map { "<li>\($0.description)</li>" }))</ul>
            """
    }

    private static func health(_ detail: RunDetail) -> HTML {
        guard let health = detail.health, !health.unhealthy.isEmpty else { return "" }
        let rows = health.unhealthy.map { entry -> HTML in
            "<tr><td>\(entry.id.description)</td><td>\(entry.status.rawValue)</td><td>\(entry.message)</td></tr>"
        }
        return "<h2>Not healthy</h2><table><tbody>\(HTML(rows))</tbody></table>"
    }

    private static func object(_ object: RecordedObject) -> HTML {
        let place = object.origin.map { " at \($0)" } ?? ""
        let error: HTML = object.error.map { "<p class=\"error\">\($0)</p>" } ?? ""
        let warnings = HTML(object.warnings.map { "<p class=\"soft\">\($0)</p>" })
        let diff: HTML = object.diff.map { "<pre>\(painted($0.text))</pre>" } ?? ""
        return
            "<h2>\(object.action.rawValue) \(object.id.description)<span class=\"soft\">\(place)</span></h2>\(error)\(warnings)\(diff)"
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
