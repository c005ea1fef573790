// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncRecord
import SyncSource

/// What the operator knows about its projects right now: for `/readyz`, the dashboard and the log. One line a project.
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
        /// Who holds the project's lease, as it names itself; empty while nobody does or that is not known.
        package var leader = ""
        /// Whether that is another process, so that none of the passes is made here.
        package var standsBy = false
        /// How long the last pass took; nil before the first.
        package var lastPassTook: Duration?
        /// Whether nothing had changed for it, so that it asked the API server nothing.
        package var isResting = false
        /// Whether the last pass could not write the history to its end.
        package var isUnrecorded = false
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
        entries[project]?.lastPassTook = outcome.duration
        entries[project]?.isResting = outcome.isResting
        entries[project]?.isSuspended = false
        entries[project]?.isUnrecorded = outcome.isUnrecorded
    }

    /// Why a project gets no passes.
    package enum Rest: Sendable, Hashable {
        /// On a person's word.
        case suspended
        /// Without the history and the lease nothing may be done; the text says why one of them cannot be had.
        case unable(String)
    }

    /// Notes that a project gets no pass now.
    package func resting(_ project: String, because rest: Rest) {
        switch rest {
        case .suspended: entries[project]?.isSuspended = true
        case .unable(let message):
            entries[project]?.standsBy = false
            entries[project]?.outcome = .failed
            entries[project]?.message = message
            entries[project]?.lastPassAt = now()
        }
    }

    /// Notes who leads a project.
    ///
    /// - Parameters:
    ///   - project: Its name.
    ///   - leader: As it names itself; empty when nobody leads yet.
    ///   - isOther: Whether that is another process.
    package func led(_ project: String, by leader: String, isOther: Bool) {
        entries[project]?.leader = leader
        entries[project]?.standsBy = isOther
        if isOther {
            entries[project]?.outcome = nil
            entries[project]?.message = ""
        }
    }

    /// All projects, ascending by name.
    package var all: [Entry] { entries.values.sorted { $0.project < $1.project } }

    /// Nil when every project that is led here had a pass and could reach its cluster and history; else what is missing, one line.
    package var notReady: String? {
        for entry in all where !entry.isSuspended && !entry.standsBy {
            guard entry.lastPassAt != nil else { return "\(entry.project): the first pass is not done yet" }
            if entry.outcome == .failed || entry.isUnrecorded { return "\(entry.project): \(entry.message)" }
        }
        return nil
    }
}
