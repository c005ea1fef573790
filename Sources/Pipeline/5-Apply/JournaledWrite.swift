// SPDX-License-Identifier: Apache-2.0
import Waiting

/// Writes to the cluster with their rows: an intent before a request leaves, an outcome once it has ended. Whoever
/// changes something in the cluster does it through here; `docs/decisions/0008` lists the exceptions. No other code
/// calls `intend` and `conclude` of a ``MutationJournal``.
///
/// Nothing is sent before its intent is durable. What was intended is concluded, whatever is cancelled meanwhile.
package struct JournaledWrite: Sendable {
    private let intents: [MutationIntent]
    private let journal: any MutationJournal

    /// One write.
    ///
    /// - Parameters:
    ///   - intent: What is to be done, to which object, and why.
    ///   - journal: Takes the intent, and later the outcome.
    package init(_ intent: MutationIntent, in journal: any MutationJournal) {
        self.init([intent], in: journal)
    }

    /// Several writes, whose intents become durable in one go.
    init(_ intents: [MutationIntent], in journal: any MutationJournal) {
        self.intents = intents
        self.journal = journal
    }

    /// Writes the intent down, sends the request, and writes down how it ended. A request that has begun is carried to its
    /// end although the task is cancelled.
    ///
    /// - Parameters:
    ///   - grace: How long the request may go on once cancellation was asked for.
    ///   - request: Sends it, with all the repetitions that belong to it; only called when the intent is durable.
    /// - Returns: How it ended, as it is written down. Before the intent is written down, cancellation leaves no row.
    /// - Throws: ``JournalFailure``, also when the request has succeeded and only its outcome is missing.
    package func send<Answer: Sendable, Failure: MutationFailure>(
        grace: Duration = .seconds(10),
        _ request: @escaping @Sendable () async -> Result<Answer, Failure>
    ) async throws(JournalFailure) -> WriteEnding<Answer, Failure> {
        let reason = WriteFailure.cancelled
        guard !Task.isCancelled else { return .notSent(reason) }
        let rows = try await begin()
        guard !Task.isCancelled else {
            try await end(rows, .failed("not sent: \(reason)"))
            return .notSent(reason)
        }
        switch await shieldedFromCancellation(grace: grace, request) {
        case .success(let answer):
            try await end(rows, .done)
            return .done(answer)
        case .failure(let failure):
            try await end(rows, MutationResult(failure))
            return .failed(failure)
        }
    }

    /// The same for several writes, some of which may not be sent any more.
    ///
    /// - Parameter requests: Sends them, each shielded by itself; returns what is reported of them, and a result for
    ///   each intent, in the intents' order.
    /// - Returns: The answers, and why the outcomes could not be written down; nil when they are.
    /// - Throws: ``JournalFailure`` when the intents could not be written down; then nothing was sent.
    func sendAll<Answers: Sendable>(
        _ requests: () async -> (answers: Answers, results: [MutationResult])
    ) async throws(JournalFailure) -> (answers: Answers, loss: JournalFailure?) {
        let rows = try await begin()
        let sent = await requests()
        let ends = zip(rows, sent.results).map { row, result in (intent: row, result: result) }
        do throws(JournalFailure) {
            try await Self.end(ends, in: journal)
            return (sent.answers, nil)
        } catch {
            return (sent.answers, error)
        }
    }

    private func end(_ rows: [Int64], _ result: MutationResult) async throws(JournalFailure) {
        try await Self.end(rows.map { (intent: $0, result: result) }, in: journal)
    }
}

/// The two halves, for the steps of a wave: their intents run ahead of the writes and their outcomes follow in other
/// batches. A caller of the first must call the second for each row; `StepProgress` makes sure of that.
extension JournaledWrite {
    /// Writes the intents down.
    ///
    /// - Returns: A row for each, in the same order.
    /// - Throws: ``JournalFailure``; then none of the writes may be sent.
    func begin() async throws(JournalFailure) -> [Int64] {
        let (intents, journal) = (intents, journal)
        let result = await shieldedFromCancellation { () -> Result<[Int64], JournalFailure> in
            do {
                let rows = try await journal.intend(intents)
                guard rows.count != intents.count else { return .success(rows) }
                let text = "it gave \(rows.count) rows for \(intents.count) intents"
                return .failure(JournalFailure(cause: text, isAfterwards: false))
            } catch {
                return .failure(JournalFailure(cause: "\(error)", isAfterwards: false))
            }
        }
        return try result.get()
    }

    /// Writes down how writes ended, and what became of the objects.
    static func end(
        _ results: [(intent: Int64, result: MutationResult)],
        objects: [ObjectOutcome] = [],
        in journal: any MutationJournal
    ) async throws(JournalFailure) {
        let failure = await shieldedFromCancellation { () -> JournalFailure? in
            do {
                try await journal.conclude(results, objects: objects)
                return nil
            } catch {
                return JournalFailure(cause: "\(error)", isAfterwards: true)
            }
        }
        if let failure { throw failure }
    }
}
