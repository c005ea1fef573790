// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply

/// The journal of one run: its intents and outcomes. Rows of concurrent callers share transactions.
package struct RunJournal: MutationJournal {
    let history: History
    let run: RunID

    /// Writes intents as rows of the run, in one transaction. Returns their sequences, in the same order.
    ///
    /// - Throws: ``RecordError`` when they are not durable, or their outcomes might not become so; an encoder's error for a payload that JSON cannot hold.
    package func intend(_ intents: [MutationIntent]) async throws -> [Int64] {
        try await history.requireReserve()
        let entries = try intents.map { intent in
            try LedgerEntry(
                .intent,
                project: run.project,
                run: run.number,
                object: intent.id,
                payload: Payload.Intent(verb: intent.verb, reason: history.redactor.line(intent.reason))
            )
        }
        return try await history.writer.append(entries)
    }

    /// Writes outcomes as rows of the run, in one transaction; uses the reserve when the disk is full.
    package func conclude(_ results: [(intent: Int64, result: MutationResult)]) async throws {
        try await conclude(results, objects: [])
    }

    /// The same, together with the rows of these objects: all of them are written, or the outcomes alone.
    ///
    /// - Throws: When the rows of the objects are not written, too; they may be recorded at the end of the run.
    package func conclude(
        _ results: [(intent: Int64, result: MutationResult)],
        objects: [ObjectOutcome]
    ) async throws {
        let entries = try results.map { intent, result in
            try LedgerEntry(
                .outcome,
                project: run.project,
                run: run.number,
                payload: Payload.Outcome(intent: intent, result: result, by: history.redactor)
            )
        }
        let rows = try (await history.objectEntries(objects, of: run)).get()
        do throws(RecordError) {
            try await history.appendAfterwards(entries + rows)
        } catch {
            // The rows of objects may be long. What became of the writes is short, and known to nobody else.
            guard error.reason == .diskFull, !rows.isEmpty else { throw error }
            try await history.appendAfterwards(entries)
            throw error
        }
    }
}

extension Payload.Outcome {
    init(intent: Int64, result: MutationResult, by redactor: Redactor) {
        switch result {
        case .done: self.init(intent: intent, ending: .done, message: "")
        case .failed(let cause): self.init(intent: intent, ending: .failed, message: redactor.row(cause))
        case .unknown(let cause): self.init(intent: intent, ending: .unknown, message: redactor.row(cause))
        }
    }
}
