// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply

/// The journal of a person's orders about a project: rows of the project that belong to no run.
package struct OrderJournal: MutationJournal {
    let history: History
    let project: String

    /// Writes intents as rows of the project, in one transaction. Returns their sequences, in the same order.
    ///
    /// - Throws: ``RecordError`` when they are not durable, or their outcomes might not become so; an encoder's error for a payload that JSON cannot hold.
    package func intend(_ intents: [MutationIntent]) async throws -> [Int64] {
        try await history.requireReserve()
        return try await history.writer.append(
            try intents.map { intent in
                let payload = Payload.Intent(verb: intent.verb, reason: history.redactor.line(intent.reason))
                return try LedgerEntry(.intent, project: project, object: intent.id, payload: payload)
            }
        )
    }

    /// Writes outcomes as rows of the project, in one transaction; uses the reserve when the disk is full.
    package func conclude(_ results: [(intent: Int64, result: MutationResult)]) async throws {
        try await history.appendAfterwards(
            try results.map { intent, result in
                try LedgerEntry(
                    .outcome,
                    project: project,
                    payload: Payload.Outcome(intent: intent, result: result, by: history.redactor)
                )
            }
        )
    }

    /// The same. An order is not about an object of the project, so `objects` are not recorded.
    package func conclude(
        _ results: [(intent: Int64, result: MutationResult)],
        objects: [ObjectOutcome]
    ) async throws {
        try await conclude(results)
    }
}

extension History {
    /// The journal of a person's orders about a project.
    package func orderJournal(of project: String) -> OrderJournal { OrderJournal(history: self, project: project) }
}
