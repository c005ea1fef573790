// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncRecord
import SyncSource

/// What the operator knows about its projects right now: for `/readyz`, `/status` and the log. One line a project.
package actor StatusBoard {
    /// One project as it stands.
    package struct Entry: Sendable, Hashable, Codable {
        package let project: String
        /// `main@sha1:…` of the last pass that could read the source; empty before.
        package var revision: String
        package var outcome: RunOutcome?
        /// One line: the failure, or empty.
        package var message: String
        package var lastPassAt: Date?
        package var isSuspended: Bool
    }

    private var entries: [String: Entry]
    private let now: @Sendable () -> Date

    package init(projects: [String], now: @escaping @Sendable () -> Date = { Date() }) {
        entries = Dictionary(
            projects.map {
                ($0, Entry(project: $0, revision: "", outcome: nil, message: "", lastPassAt: nil, isSuspended: false))
            }
        ) { first, _ in first }
        self.now = now
    }

    /// Notes how a pass ended.
    package func passed(_ project: String, _ outcome: PassOutcome) {
        entries[project]?.outcome = outcome.outcome
        entries[project]?.message = outcome.failure?.message ?? outcome.interruption ?? ""
        if let commit = outcome.commit { entries[project]?.revision = commit.revision }
        entries[project]?.lastPassAt = now()
        entries[project]?.isSuspended = false
    }

    /// Why a project gets no passes.
    package enum Rest: Sendable, Hashable {
        /// On a person's word.
        case suspended
        /// Without the history nothing may be done; the text says why it cannot be read.
        case unable(String)
    }

    /// Notes that a project gets no pass now.
    package func resting(_ project: String, because rest: Rest) {
        switch rest {
        case .suspended: entries[project]?.isSuspended = true
        case .unable(let message):
            entries[project]?.outcome = .failed
            entries[project]?.message = message
            entries[project]?.lastPassAt = now()
        }
    }

    /// All projects, ascending by name.
    package var all: [Entry] { entries.values.sorted { $0.project < $1.project } }

    /// Nil when every project had a pass and could reach its cluster and history; else what is missing, one line.
    package var notReady: String? {
        for entry in all where !entry.isSuspended {
            guard entry.lastPassAt != nil else { return "\(entry.project): the first pass is not done yet" }
            if entry.outcome == .failed { return "\(entry.project): \(entry.message)" }
        }
        return nil
    }
}
