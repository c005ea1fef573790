// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import KubeObjects
import Processes
import SyncApply
import SyncObserve
import SyncRender
import SyncSource
import Synchronization

/// Writing one run: from its beginning, over what it is about and what became of it, to its end.
extension History {
    /// Begins a run.
    ///
    /// Fails without the reserve, because the outcomes of such a run might be impossible to write.
    ///
    /// - Parameters:
    ///   - project: Whose run it is.
    ///   - trigger: Why it is begun.
    ///   - elapsed: How long the work on it has been going on: the repository and the cluster are read before it is known
    ///     whether there is anything to record. The run started that long ago.
    /// - Returns: The run's id: ascending from 1, never reused.
    /// - Throws: ``RecordError``, with reason `diskFull` when there is no room for the row or for the reserve.
    package func begin(
        project: String,
        trigger: RunTrigger,
        after elapsed: Duration = .zero
    ) async throws(RecordError) -> RunID {
        try await requireReserve()
        let ends = unwrittenEnds.withLock { $0.filter { $0.value.first?.project == project } }
        let begun: RunID = try await writer.transact { ledger in
            try self.takeReserve(ledger)
            try Ledger.writeEnds(ends, at: ledger.at, in: ledger.database)
            if trigger != .image { try Ledger.closeLastPass(of: project, at: ledger.at, in: ledger.database) }
            let last = try Int64.fetchOne(ledger.database, sql: "SELECT max(run) FROM audit WHERE run IS NOT NULL") ?? 0
            let run = RunID(number: last + 1, project: project)
            try ledger.append([
                LedgerEntry(
                    .runStarted,
                    project: project,
                    run: run.number,
                    payload: Payload.RunStarted(trigger: trigger, after: elapsed)
                )
            ])
            return run
        }
        for number in ends.keys {
            unwrittenEnds.withLock { $0[number] = nil }
            lostRows.withLock { $0[number] = nil }
        }
        return begun
    }

    /// Records which commit the run is about, once that is known, and from which commit its ref came there.
    package func identify(
        _ run: RunID,
        commit: CommitInfo,
        treeID: String,
        step: CommitStep? = nil
    ) async throws(RecordError) {
        try await appendAfterwards(
            entries {
                [
                    try entry(
                        .runCommit,
                        run,
                        payload: Payload.RunCommit(commit, treeID: treeID, step: step, by: redactor)
                    )
                ]
            },
            of: run
        )
    }

    /// The journal for the intents and outcomes of the run.
    package func journal(for run: RunID) -> RunJournal { RunJournal(history: self, run: run) }

    /// Records what became of the objects: one row for each that was written, skipped, failed or has warnings.
    /// Unchanged objects are only counted (``finish(_:outcome:counts:message:)``).
    package func record(_ outcomes: [ObjectOutcome], of run: RunID) async throws(RecordError) {
        let rows = await objectEntries(outcomes, of: run)
        try await appendAfterwards(entries { try rows.get() }, of: run)
    }

    /// The same for outcomes that the caller records again until it succeeds: what finds no room now is not lost.
    package func recordUntilWritten(_ outcomes: [ObjectOutcome], of run: RunID) async throws(RecordError) {
        let rows = await objectEntries(outcomes, of: run)
        try await appendAfterwards(entries { try rows.get() })
    }

    /// The rows of those outcomes that need one.
    func objectEntries(_ outcomes: [ObjectOutcome], of run: RunID) async -> Result<[LedgerEntry], any Error> {
        let touched = outcomes.filter { $0.action != .unchanged || $0.error != nil || !$0.warnings.isEmpty }
        guard !touched.isEmpty else { return .success([]) }
        do throws(ThreadFailure) {
            return try await onMaskingThread { [redactor] in
                Result {
                    try touched.map { outcome in
                        try LedgerEntry(
                            .object,
                            project: run.project,
                            run: run.number,
                            object: outcome.id,
                            payload: Payload.ObjectRow(outcome, by: redactor)
                        )
                    }
                }
            }
        } catch {
            return .failure(RecordError(.failed, folder, error.description))
        }
    }

    /// The most problems, or notices, that are recorded of one run; one more counts the others.
    private static let maxLocated = 200

    /// Records why the commit did not render; of many problems the first ones, and how many more there are.
    package func record(_ problems: [RenderProblem], of run: RunID) async throws(RecordError) {
        let kept = Array(problems.prefix(Self.maxLocated))
        // Keeps the renderer's own last problem, which also counts the others.
        let isCut = problems.count > Self.maxLocated + 1
        let told = isCut ? kept + RenderProblem.more(problems.count - kept.count, behind: kept.last) : problems
        try await appendAfterwards(
            entries {
                try told.map {
                    try entry(
                        .problem,
                        run,
                        payload: Payload.Located(
                            origin: $0.origin,
                            text: redactor.row($0.problem),
                            remedy: redactor.row($0.remedy)
                        )
                    )
                }
            },
            of: run
        )
    }

    /// Records what the renderer passed over; of many notices the first ones, and how many more there are.
    package func record(_ notices: [RenderNotice], of run: RunID) async throws(RecordError) {
        let kept = Array(notices.prefix(Self.maxLocated))
        let isCut = notices.count > Self.maxLocated + 1
        let told = isCut ? kept + RenderNotice.more(notices.count - kept.count, behind: kept.last) : notices
        try await appendAfterwards(
            entries {
                try told.map {
                    let located = Payload.Located(origin: $0.origin, text: redactor.row($0.message), remedy: nil)
                    return try entry(.notice, run, payload: located)
                }
            },
            of: run
        )
    }

    /// Records an error or a remark about the run as a whole, such as a source error's message.
    package func record(message: String, of run: RunID) async throws(RecordError) {
        try await appendAfterwards(
            entries { [try entry(.message, run, payload: Payload.Message(text: redactor.row(message)))] },
            of: run
        )
    }

    /// Records the health of the objects when the wait ended.
    package func record(_ health: HealthReport, of run: RunID) async throws(RecordError) {
        try await appendAfterwards(
            entries { [try entry(.health, run, payload: Payload.Health(health, by: redactor))] },
            of: run
        )
    }

    /// Ends the run. Writes that have no outcome yet get the outcome unknown, and rows that were lost are told as a remark.
    /// An end that cannot be written now is written when the next run of the project begins.
    ///
    /// - Parameters:
    ///   - run: A run that has not ended.
    ///   - outcome: How the run ended.
    ///   - counts: What became of its objects.
    ///   - message: What `history` shows instead of the commit's subject: the error of a source that could not be read.
    /// - Returns: The run as it is shown from now on.
    /// - Throws: ``RecordError`` with reason `unknownRun` when the run has ended already.
    @discardableResult
    package func finish(
        _ run: RunID,
        outcome: RunOutcome,
        counts: RunCounts,
        message: String? = nil
    ) async throws(RecordError) -> SyncRun {
        let payload = Payload.RunFinished(
            outcome: outcome,
            counts: counts,
            message: message.map { redactor.row($0) }
        )
        try await finish(run, payload)
        guard let finished = try await self.run(run.number) else {
            throw RecordError(.unknownRun, "run \(run.number)", "is not in the history")
        }
        return finished
    }

    private func finish(_ run: RunID, _ payload: Payload.RunFinished) async throws(RecordError) {
        let loss = lossText(of: run).map { Payload.Message(text: redactor.row($0)) }
        let end = try entries {
            let finished = try entry(.runFinished, run, payload: payload)
            guard let loss else { return [finished] }
            return [try entry(.message, run, payload: loss), finished]
        }
        @Sendable func append(_ ledger: LedgerTransaction) throws {
            let ended = try Ledger.rows(
                where: "run = ? AND kind = ?",
                arguments: [run.number, LedgerKind.runFinished.rawValue],
                in: ledger.database
            )
            guard ended.isEmpty else {
                throw RecordError(.unknownRun, "run \(run.number)", "has ended already")
            }
            // An outcome that could not be written when it arrived is recorded as unknown.
            let lost = try Ledger.openIntents(of: run.number, in: ledger.database).map { intent in
                try LedgerEntry(
                    .outcome,
                    project: run.project,
                    run: run.number,
                    payload: Payload.Outcome(
                        intent: intent,
                        ending: .unknown,
                        message: "the answer could not be written down when it came"
                    )
                )
            }
            try ledger.append(lost + end)
        }
        do throws(RecordError) {
            try await afterwards(.end) { () async throws(RecordError) in try await writer.transact(append) }
        } catch {
            if error.reason != .unknownRun { unwrittenEnds.withLock { $0[run.number] = end } }
            throw error
        }
        unwrittenEnds.withLock { $0[run.number] = nil }
        lostRows.withLock { $0[run.number] = nil }
    }

    private func entry(
        _ kind: LedgerKind,
        _ run: RunID,
        payload: some Encodable & Sendable
    ) throws -> LedgerEntry {
        try LedgerEntry(kind, project: run.project, run: run.number, payload: payload)
    }
}
