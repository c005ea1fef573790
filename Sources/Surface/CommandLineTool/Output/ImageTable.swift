// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import PlainText
import SyncImages
import SyncLoop

/// The table of `images`.
package enum ImageTable {
    /// The rows of some projects, by project, workload and container.
    package static func rows(of pages: [String: ImageBoard.Page]) -> [ImageRow] {
        pages.values.flatMap(\.rows).sorted { left, right in
            (left.project, left.workload.description, left.container)
                < (right.project, right.workload.description, right.container)
        }
    }

    /// One line a container, and below the table a line for each that has something to say.
    package static func text(_ rows: [ImageRow], now: Date, for terminal: Terminal) -> String {
        guard !rows.isEmpty else {
            return "no images are followed: no workload of a project is on a tag that moves\n"
        }
        var table = TextTable(
            "PROJECT",
            "WORKLOAD",
            "CONTAINER",
            "IMAGE",
            "RUNNING",
            "REGISTRY",
            "LAST ROLLOUT",
            "STATE",
            "NEXT POLL"
        )
        for row in rows {
            table.add(
                .init(row.project),
                .init(row.workload.description),
                .init(row.container),
                .init(row.image),
                .init(row.running.isEmpty ? "–" : row.running.map(short).joined(separator: ", ")),
                .init(row.registry.map(short) ?? "–"),
                .init(lastRollout(row)),
                .init(row.state.rawValue, color(of: row.state)),
                .init(nextPoll(row, now: now))
            )
        }
        var text = table.text(for: terminal)
        for row in rows where !row.detail.text.isEmpty {
            text += "\(row.workload) \(row.container): \(row.state.rawValue): \(row.detail)".visible + "\n"
        }
        return text
    }

    /// The first 12 digits of a digest.
    static func short(_ digest: String) -> String {
        String(digest.split(separator: ":").last.map(String.init)?.prefix(12) ?? "–")
    }

    private static func lastRollout(_ row: ImageRow) -> String {
        guard let at = row.lastRollout else { return "–" }
        return "\(at) \(row.lastResult ?? "")"
    }

    private static func nextPoll(_ row: ImageRow, now: Date) -> String {
        guard let next = row.nextPollAt else { return "–" }
        let seconds = Int64(next.timeIntervalSince(now).rounded())
        return seconds <= 0 ? "due" : "in \(DurationText.describe(.seconds(seconds)))"
    }

    private static func color(of state: ImageState) -> Terminal.Color {
        switch state {
        case .current, .idle: .green
        case .rolling, .waiting, .held, .pinned, .unknown: .yellow
        case .undoing, .quarantined, .blocked, .missing, .unreadable: .red
        }
    }
}

extension ImageRow {
    /// Whether something other runs than the tag points to, or that is not known.
    var isOdd: Bool { ![.current, .idle, .unknown].contains(state) }

    /// Whether it runs what its tag points to, and its last rollout did not fail: nothing holds it back.
    var isCalm: Bool { [.current, .idle].contains(state) && lastResult != "failed" }

    /// Whether it will not come right by itself.
    var needsPerson: Bool {
        switch state {
        case .quarantined, .blocked, .missing, .unreadable: true
        case .current, .idle, .rolling, .undoing, .waiting, .held, .pinned, .unknown: lastResult == "failed"
        }
    }
}
