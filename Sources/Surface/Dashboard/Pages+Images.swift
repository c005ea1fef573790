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
        let failures = pages.sorted { $0.key < $1.key }.compactMap { name, page -> HTML? in
            page.failure.map { "<p class=\"error\">\(name): images cannot be looked at: \($0.text)</p>" }
        }
        guard !rows.isEmpty || !failures.isEmpty else { return "" }
        return """
            <h2>Images</h2>\(HTML(failures))
            <table><thead><tr><th>Project</th><th>Workload</th><th>Image</th><th>Runs</th><th>Registry</th><th>State</th>
            <th>Last rollout</th></tr></thead><tbody>\(HTML(rows.map(row)))</tbody></table>
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
    static func steps(_ detail: RunDetail) -> HTML {
        guard detail.run.trigger == .image, !detail.mutations.isEmpty else { return "" }
        let rows = detail.mutations.map { step -> HTML in
            """
            <tr><td class="number">\(step.intendedAt.formatted(.iso8601))</td><td>\(step.verb.rawValue)</td>
            <td>\(step.id.description)</td><td>\(step.reason)</td><td>\(step.ending.rawValue) \(step.message)</td></tr>
            """
        }
        return """
            <h2>Steps</h2><table><thead><tr><th>When</th><th>What</th><th>Object</th><th>Why</th><th>Came of it</th></tr></thead>
            <tbody>\(HTML(rows))</tbody></table>
            """
    }
}
