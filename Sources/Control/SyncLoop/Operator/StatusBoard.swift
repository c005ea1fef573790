// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncRecord
import SyncSource

/// What the operator knows about its projects right now: for `/readyz`, the dashboard and the log. One line a project.
package actor StatusBoard {
    /// The state of one project.
    package struct Entry: Sendable, Hashable, Codable {
        package let project: String
        /// Of the last pass that could read the source; nil before.
        package var commit: CommitInfo?
        package var outcome: RunOutcome?
        /// One line: the failure, or empty.
        package var message: RedactedText
        /// At which stage the last pass failed as a whole; nil when it did not.
        package var failedAt: PassFailure.Stage?
        package var lastPassAt: Date?
        package var isSuspended: Bool
        /// The identity of the holder of the project's lease; empty while there is none or it is not known.
        package var leader = ""
        /// Whether that is another process, so that none of the passes is made here.
        package var standsBy = false
        /// How long the last pass took; nil before the first.
        package var lastPassTook: Duration?
        /// Whether nothing had changed for it, so that it asked the API server nothing.
        package var isResting = false
        /// Whether the last pass could not write the history to its end.
        package var isUnrecorded = false

        /// `main@1a2b3c4d` of the last pass that could read the source; empty before.
        package var shortRevision: String { commit?.shortRevision ?? "" }
    }

    private var entries: [String: Entry]
    private let redactor: Redactor
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - projects: Their names.
    ///   - redactor: What is shown passes it; the one of this process.
    ///   - now: The wall clock.
    package init(
        projects: [String],
        redactor: Redactor = .shared,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        entries = Dictionary(
            projects.map {
                ($0, Entry(project: $0, commit: nil, outcome: nil, message: "", lastPassAt: nil, isSuspended: false))
            }
        ) { first, _ in first }
        self.redactor = redactor
        self.now = now
    }

    /// Notes how a pass ended.
    package func passed(_ project: String, _ outcome: PassOutcome) {
        entries[project]?.outcome = outcome.outcome
        let words = [outcome.failure?.message ?? outcome.interruption, outcome.loss].compactMap { $0 }
        entries[project]?.message = redactor.row(words.joined(separator: "; "))
        entries[project]?.failedAt = outcome.failure?.stage
        if let commit = outcome.commit { entries[project]?.commit = commit }
        entries[project]?.lastPassAt = now()
        entries[project]?.lastPassTook = outcome.duration
        entries[project]?.isResting = outcome.isResting
        entries[project]?.isSuspended = false
        entries[project]?.isUnrecorded = outcome.isUnrecorded
    }

    /// Why a project gets no passes.
    package enum Rest: Sendable, Hashable {
        /// A person has suspended it.
        case suspended
        /// The history or the lease is not available, without which no pass is made; the text says why.
        case unable(String)
    }

    /// Notes that a project gets no pass now.
    package func resting(_ project: String, because rest: Rest) {
        switch rest {
        case .suspended: entries[project]?.isSuspended = true
        case .unable(let message):
            entries[project]?.standsBy = false
            entries[project]?.isSuspended = false
            entries[project]?.outcome = .failed
            entries[project]?.failedAt = .history
            entries[project]?.message = redactor.row(message)
            entries[project]?.lastPassAt = now()
        }
    }

    /// Notes which process holds a project's lease.
    ///
    /// - Parameters:
    ///   - project: Its name.
    ///   - leader: Its identity; empty when no process holds the lease yet.
    ///   - isOther: Whether that is another process.
    package func led(_ project: String, by leader: String, isOther: Bool) {
        entries[project]?.leader = leader
        entries[project]?.standsBy = isOther
        if isOther {
            entries[project]?.outcome = nil
            entries[project]?.failedAt = nil
            entries[project]?.message = ""
        }
    }

    /// All projects, ascending by name.
    package var all: [Entry] { entries.values.sorted { $0.project < $1.project } }

    /// Why this process cannot do its work, one line: a first pass is not done yet, its history or a lease is not
    /// available, or no project could reach its cluster. Nil when it can. What is wrong in one project's repository or
    /// cluster is that project's: it stands in its status.
    package var notReady: String? {
        let led = all.filter { !$0.isSuspended && !$0.standsBy }
        for entry in led {
            guard entry.lastPassAt != nil else { return "\(entry.project): the first pass is not done yet" }
            let isUnable = entry.failedAt == .history || entry.failedAt == .lease
            if isUnable || entry.isUnrecorded { return "\(entry.project): \(entry.message)" }
        }
        guard let first = led.first, led.allSatisfy({ $0.failedAt == .cluster }) else { return nil }
        return "\(first.project): \(first.message)"
    }
}
