// SPDX-License-Identifier: Apache-2.0
import SyncApply

/// Where a person's orders about a project write their intents and outcomes: rows of the project that belong to no run.
package struct OrderJournal: MutationJournal {
    let history: History
    let project: String

    package func intend(_ intents: [MutationIntent]) async throws -> [Int64] {
        try await history.writer.append(
            try intents.map { intent in
                let payload = Payload.Intent(verb: intent.verb, reason: RedactedText(intent.reason))
                return try LedgerEntry(.intent, project: project, object: intent.id, payload: payload)
            }
        )
    }

    package func conclude(_ results: [(intent: Int64, result: MutationResult)]) async throws {
        try await history.appendAfterwards(
            try results.map { intent, result in
                try LedgerEntry(.outcome, project: project, payload: Payload.Outcome(intent: intent, result: result))
            }
        )
    }

    package func conclude(
        _ results: [(intent: Int64, result: MutationResult)],
        objects: [ObjectOutcome]
    ) async throws {
        try await conclude(results)
    }
}

extension History {
    /// Where a person's orders about a project are written down.
    package func orderJournal(of project: String) -> OrderJournal { OrderJournal(history: self, project: project) }
}
