// SPDX-License-Identifier: Apache-2.0
import KubeObjects

/// One write that is about to happen. A row of it is on disk before the request leaves.
package struct MutationIntent: Sendable {
    /// What is about to be done.
    package enum Verb: String, Sendable, Hashable, Codable {
        case apply, delete, recreate, inventory, restart
        /// Notes on the object how a rollout ended; starts nothing.
        case annotate
        /// Writes down beside the inventory what a person ordered.
        case order
    }

    package let id: ObjectID
    package let verb: Verb
    /// One line: why (`created by commit abcd1234`, `drift: .spec.replicas`, `removed from git`).
    package let reason: String

    package init(id: ObjectID, verb: Verb, reason: String) {
        self.id = id
        self.verb = verb
        self.reason = reason
    }
}

/// How a write ended.
package enum MutationResult: Sendable, Hashable {
    case done
    case failed(String)
    /// The request left and no answer came.
    case unknown(String)
}

/// Where intents and outcomes are written down. No intent row, no mutation.
package protocol MutationJournal: Sendable {
    /// Writes all intents durably in one go and returns a number for each, in the same order.
    ///
    /// - Throws: when the rows could not be made durable; then none of the mutations may happen.
    func intend(_ intents: [MutationIntent]) async throws -> [Int64]

    /// Writes the results of mutations that were intended before.
    func conclude(_ results: [(intent: Int64, result: MutationResult)]) async throws

    /// The same, and what became of the objects with all that changed; both or neither is written.
    func conclude(_ results: [(intent: Int64, result: MutationResult)], objects: [ObjectOutcome]) async throws
}

/// Why intents or outcomes were not written down: the pass must end.
struct JournalFailure: Error, Sendable, CustomStringConvertible {
    let description: String
}

/// Writing to the end what has been begun, although the surrounding task is cancelled.
extension MutationJournal {
    /// Writes all intents durably in one go.
    ///
    /// - Returns: A number for each, in the same order.
    /// - Throws: ``JournalFailure``; then none of the mutations may happen.
    func intendShielded(_ intents: [MutationIntent]) async throws(JournalFailure) -> [Int64] {
        let result = await shieldedFromCancellation { () -> Result<[Int64], JournalFailure> in
            do {
                let rows = try await intend(intents)
                guard rows.count != intents.count else { return .success(rows) }
                let text = "the journal gave \(rows.count) rows for \(intents.count) intents, so nothing may be changed"
                return .failure(JournalFailure(description: text))
            } catch {
                let text = "the journal could not be written, so nothing may be changed: \(error)"
                return .failure(JournalFailure(description: text))
            }
        }
        return try result.get()
    }

    /// Writes the results of mutations that were intended before, and what became of the objects.
    func concludeShielded(
        _ results: [(intent: Int64, result: MutationResult)],
        objects: [ObjectOutcome] = []
    ) async throws(JournalFailure) {
        let failure = await shieldedFromCancellation { () -> JournalFailure? in
            do {
                try await conclude(results, objects: objects)
                return nil
            } catch {
                return JournalFailure(description: "the journal could not be written: \(error)")
            }
        }
        if let failure { throw failure }
    }

    /// Writes an intent down, does the write, and writes down how it went.
    ///
    /// - Throws: what the write threw, or that the journal could not be written.
    func journaled(
        _ intent: MutationIntent,
        _ write: @escaping @Sendable () async throws(ApplyError) -> Void
    ) async throws {
        let rows = try await intend([intent])
        CrashPoint.reach(.afterInventoryIntent)
        let result: MutationResult
        var failure: ApplyError?
        do throws(ApplyError) {
            try await write()
            result = .done
        } catch {
            failure = error
            result = .failed(error.description)
        }
        CrashPoint.reach(.afterInventoryWrite)
        try await conclude(rows.map { (intent: $0, result: result) })
        if let failure { throw failure }
    }
}
