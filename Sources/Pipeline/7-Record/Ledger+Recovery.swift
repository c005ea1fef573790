// SPDX-License-Identifier: Apache-2.0
import GRDB
import KubeObjects
import SyncApply

extension Ledger {
    /// Closes the runs of a process that died: open intents become `unknown`, the runs end as `unknown`.
    ///
    /// Only for the one process that operates on the folder: no other process can have a run under way.
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
        for started in open { try close(started, because: "the process ended during this pass", at: at, in: database) }
        return open.count
    }

    /// Closes the last run of a project if its end could not be written, in the same way. A project has one pass at a
    /// time. Runs of image rollouts go on beside it and are closed by the code that began them.
    static func closeLastPass(of project: String, at: Int64, in database: Database) throws {
        guard let started = try newestPass(of: project, in: database), try !isFinished(started.run, in: database) else {
            return
        }
        let cause: RedactedText = "the history could not be written to the end of this pass"
        try close(started, because: cause, at: at, in: database)
    }

    /// Writes the last rows of runs, by run, as they are, for those that have no end yet.
    static func writeEnds(_ ends: [Int64: [LedgerEntry]], at: Int64, in database: Database) throws {
        for (run, end) in ends.sorted(by: { $0.key < $1.key }) where try !isFinished(run, in: database) {
            let started = try rows(
                where: "run = ? AND kind = ?",
                arguments: [run, LedgerKind.runStarted.rawValue],
                in: database
            )
            let cause: RedactedText = "the history could not be written to the end of this run"
            for row in started { try close(row, end: end, because: cause, at: at, in: database) }
        }
    }

    private static func isFinished(_ run: Int64?, in database: Database) throws -> Bool {
        try !rows(
            where: "run = ? AND kind = ?",
            arguments: [run, LedgerKind.runFinished.rawValue],
            in: database
        ).isEmpty
    }

    private static func close(
        _ started: LedgerRow,
        end: [LedgerEntry]? = nil,
        because cause: RedactedText,
        at: Int64,
        in database: Database
    ) throws {
        guard let run = started.run else { return }
        let project = started.project
        var entries = try openIntents(of: run, in: database).map { intent in
            try LedgerEntry(
                .outcome,
                project: project,
                run: run,
                payload: Payload.Outcome(intent: intent, ending: .unknown, message: cause)
            )
        }
        if let end {
            entries += end
        } else {
            let counts = try counts(of: run, in: database)
            let finished = Payload.RunFinished(outcome: .unknown, counts: counts, message: cause)
            entries.append(try LedgerEntry(.runFinished, project: project, run: run, payload: finished))
        }
        _ = try append(entries, at: at, in: database)
    }

    /// What became of a run's objects, as far as there are rows about them.
    private static func counts(of run: Int64, in database: Database) throws -> RunCounts {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT json_extract(payload, '$.action') AS action FROM audit WHERE run = ? AND kind = ?",
            arguments: [run, LedgerKind.object.rawValue]
        )
        var counts = RunCounts()
        for row in rows {
            if let action = row.text("action").flatMap(ObjectOutcome.Action.init(rawValue:)) { counts.add(action) }
        }
        return counts
    }

    /// Intents without an outcome row, ascending.
    static func openIntents(of run: Int64, in database: Database) throws -> [Int64] {
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
