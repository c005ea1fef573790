// SPDX-License-Identifier: Apache-2.0
import GRDB

extension Ledger {
    /// Closes the runs of a process that died: open intents become `unknown`, the runs end as `unknown`.
    ///
    /// Only for the one process that operates on the folder: nobody else's run can be under way.
    ///
    /// - Returns: How many runs were closed.
    static func closeOpenRuns(at: Int64, in database: Database) throws -> Int {
        let open = try rows(
            where: """
                kind = ? AND NOT EXISTS (SELECT 1 FROM audit AS finished WHERE finished.run = audit.run AND finished.kind = ?)
                """,
            arguments: [LedgerKind.runStarted.rawValue, LedgerKind.runFinished.rawValue],
            in: database
        )
        for started in open {
            guard let run = started.run else { continue }
            let project = started.project
            let cause = RedactedText("the process ended before the answer was written down")
            var entries = try openIntents(of: run, in: database).map { intent in
                try LedgerEntry(
                    .outcome,
                    project: project,
                    run: run,
                    payload: Payload.Outcome(intent: intent, ending: .unknown, message: cause)
                )
            }
            let finished = Payload.RunFinished(
                outcome: .unknown,
                counts: RunCounts(),
                message: RedactedText("the process ended during this pass")
            )
            entries.append(try LedgerEntry(.runFinished, project: project, run: run, payload: finished))
            _ = try append(entries, at: at, in: database)
        }
        return open.count
    }

    /// Intents without an outcome row, ascending.
    private static func openIntents(of run: Int64, in database: Database) throws -> [Int64] {
        let concluded = try rows(
            where: "run = ? AND kind = ?",
            arguments: [run, LedgerKind.outcome.rawValue],
            in: database
        ).map { try $0.decode(Payload.Outcome.self).intent }
        let known = Set(concluded)
        return try Int64.fetchAll(
            database,
            sql: "SELECT sequence FROM audit WHERE run = ? AND kind = ? ORDER BY sequence",
            arguments: [run, LedgerKind.intent.rawValue]
        ).filter { !known.contains($0) }
    }
}
