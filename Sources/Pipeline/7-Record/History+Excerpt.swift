// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB

extension History {
    /// The beginning of one run. What it costs does not grow with the run, but for counting its rows.
    ///
    /// - Parameters:
    ///   - number: The run's.
    ///   - limits: How much of it is read.
    /// - Returns: The beginning; nil when there is no run with that number.
    /// - Throws: ``RecordError`` when the file cannot be read.
    package func excerpt(
        _ number: Int64,
        within limits: ExcerptLimits = ExcerptLimits()
    ) async throws(RecordError) -> RunExcerpt? {
        try await read { database in
            var reading = ExcerptReading(number: number, limits: limits, database: database)
            guard let run = try reading.readHead() else { return nil }
            return try reading.excerpt(of: run)
        }
    }
}

/// Reads the rows of one run, kind by kind, within limits.
private struct ExcerptReading {
    private static let headKinds: [LedgerKind] = [.runStarted, .runCommit, .runFinished]

    let number: Int64
    let limits: ExcerptLimits
    let database: Database
    private var rows: [LedgerRow] = []

    init(number: Int64, limits: ExcerptLimits, database: Database) {
        self.number = number
        self.limits = limits
        self.database = database
    }

    /// The run in short; nil when there is none.
    mutating func readHead() throws -> SyncRun? {
        rows = try Ledger.rows(
            where: """
                run = ? AND kind IN (\(ExcerptReading.headKinds.map { "'\($0.rawValue)'" }.joined(separator: ", ")))
                """,
            arguments: [number],
            in: database
        )
        return try SyncRun(rows: rows)
    }

    mutating func excerpt(of run: SyncRun) throws -> RunExcerpt {
        var leftOut = RunExcerpt.LeftOut()
        leftOut.messages = try take(.message)
        leftOut.problems = try take(.problem)
        leftOut.holds = try take(.pruneHeld)
        leftOut.healths = try take(.health)
        if run.trigger == .image { leftOut.mutations = try takeMutations() }
        leftOut.objects = try take(.object)
        let detail = try RunDetail(run: run, rows: rows).shortened(to: limits)
        return RunExcerpt(detail: detail, leftOut: leftOut)
    }

    /// Reads the first rows of a kind.
    ///
    /// - Returns: How many more there are.
    private mutating func take(_ kind: LedgerKind) throws -> Int {
        let total = try Int.fetchOne(
            database,
            sql: "SELECT count(*) FROM audit WHERE run = ? AND kind = ?",
            arguments: [number, kind.rawValue]
        )
        let found = try first(of: kind)
        rows += found
        return max(0, (total ?? 0) - found.count)
    }

    /// Reads the first intents, and the outcomes of these.
    private mutating func takeMutations() throws -> Int {
        let leftOut = try take(.intent)
        guard let last = rows.last, last.kind == LedgerKind.intent.rawValue else { return leftOut }
        rows += try first(
            of: .outcome,
            where: "AND json_extract(payload, '$.intent') <= ?",
            arguments: [last.sequence]
        )
        return leftOut
    }

    private func first(
        of kind: LedgerKind,
        where condition: String = "",
        arguments: StatementArguments = StatementArguments()
    ) throws -> [LedgerRow] {
        let place: StatementArguments = [number, kind.rawValue]
        let bounds: StatementArguments = [limits.rowBytes, limits.rows]
        let cursor = try Row.fetchCursor(
            database,
            sql: """
                SELECT \(LedgerRow.columns) FROM audit WHERE run = ? AND kind = ? \(condition) \
                AND length(CAST(payload AS BLOB)) <= ? ORDER BY sequence LIMIT ?
                """,
            arguments: place + arguments + bounds
        )
        var found: [LedgerRow] = []
        var bytes = 0
        while let row = try cursor.next() {
            let next = LedgerRow(row)
            bytes += next.payload.utf8.count
            guard bytes <= limits.bytes else { break }
            found.append(next)
        }
        return found
    }
}
