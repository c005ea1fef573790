// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncImages
import SyncRecord

/// Images and their rollouts.
extension Pages {
    /// A row for each container whose image is followed; nothing where none is.
    static func images(_ pages: [String: ImageBoard.Page]) -> HTML {
        let rows = pages.values.flatMap(\.rows).sorted { left, right in
            (left.project, left.workload.description, left.container)
                < (right.project, right.workload.description, right.container)
        }
        let told = pages.sorted { $0.key < $1.key }.compactMap { name, page -> String? in
            page.failure.map { "\(name): images cannot be looked at: \($0.text)" }
        }
        guard !rows.isEmpty || !told.isEmpty else { return "" }
        let failures = FittingPieces(told, maxBytes: partBytes) { text in "<p class=\"error\">\(text)</p>" }
        let shown = FittingPieces(rows, maxBytes: imageBytes - partBytes, row)
        return """
            <h2>Images</h2>\(failures.shown)\(failures.more("sternpost images"))
            <table><thead><tr><th>Project</th><th>Workload</th><th>Image</th><th>Runs</th><th>Registry</th><th>State</th>
            <th>Last rollout</th></tr></thead><tbody>\(shown.shown)</tbody></table>
            \(shown.more("sternpost images"))
            """
    }

    private static func row(_ row: ImageRow) -> HTML {
        let running = row.running.isEmpty ? "–" : row.running.map(digest).joined(separator: ", ")
        let last = row.lastRollout.map { "\($0) \(row.lastResult ?? "")" } ?? "–"
        return """
            <tr><td>\(row.project)</td><td>\(row.workload.description)<br><span class="soft">\(row.container)</span></td>
            <td>\(row.image)</td><td><code>\(running)</code></td><td><code>\(row.registry.map(digest) ?? "–")</code></td>
            <td>\(badge(row.state))<br><span class="soft">\(row.detail.text)</span></td><td class="number">\(last)</td></tr>
            """
    }

    private static func badge(_ state: ImageState) -> HTML {
        switch state {
        case .current, .idle: "<span class=\"ok\">\(state.rawValue)</span>"
        case .rolling, .waiting, .held, .pinned, .unknown: "<span class=\"warn\">\(state.rawValue)</span>"
        case .undoing, .quarantined, .blocked, .missing, .unreadable: "<span class=\"bad\">\(state.rawValue)</span>"
        }
    }

    private static func digest(_ text: String) -> String {
        String(text.split(separator: ":").last?.prefix(12) ?? "")
    }

    /// What a rollout did, step by step; nothing for other runs.
    static func steps(_ excerpt: RunExcerpt) -> HTML {
        let detail = excerpt.detail
        guard detail.run.trigger == .image, !detail.mutations.isEmpty else { return "" }
        let rows = FittingPieces(
            detail.mutations,
            maxBytes: partBytes,
            further: excerpt.leftOut.mutations
        ) { step in
            """
            <tr><td class="number">\(step.intendedAt.formatted(.iso8601))</td><td>\(step.verb.rawValue)</td>
            <td>\(step.id.description)</td><td>\(step.reason)</td><td>\(step.ending.rawValue) \(step.message)</td></tr>
            """
        }
        return """
            <h2>Steps</h2><table><thead><tr><th>When</th><th>What</th><th>Object</th><th>Why</th><th>Came of it</th></tr></thead>
            <tbody>\(rows.shown)</tbody></table>\(rows.more(command(detail.run)))
            """
    }
}
