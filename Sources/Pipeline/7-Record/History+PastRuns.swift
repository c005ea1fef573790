// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB

/// Reading past runs, in short and in full.
extension History {
    /// The runs, newest first.
    ///
    /// - Parameters:
    ///   - project: Nil for all projects.
    ///   - object: Only runs that wrote, or meant to write, this object.
    ///   - limit: The most runs to return; 1 or more.
    /// - Returns: The runs, those under way included.
    /// - Throws: ``RecordError`` when the file cannot be read.
    package func runs(
        project: String? = nil,
        object: ObjectQuery? = nil,
        limit: Int = 50
    ) async throws(RecordError) -> [SyncRun] {
        try await read { database in
            var sql = "SELECT run FROM audit WHERE kind = ?"
            var arguments: [any DatabaseValueConvertible] = [LedgerKind.runStarted.rawValue]
            if let project {
                sql += " AND project = ?"
                arguments.append(project)
            }
            if let object {
                let condition = object.condition
                sql += " AND run IN (SELECT run FROM audit WHERE \(condition.sql))"
                arguments += condition.arguments
            }
            sql += " ORDER BY sequence DESC LIMIT ?"
            arguments.append(max(1, limit))
            let numbers = try Int64.fetchAll(database, sql: sql, arguments: StatementArguments(arguments))
            return try Self.runs(numbers, in: database).sorted { $0.id > $1.id }
        }
    }

    /// The run of the project's newest pass, so not of an image rollout; nil before the first.
    package func lastPass(of project: String) async throws(RecordError) -> SyncRun? {
        try await read { database in
            guard let number = try Ledger.newestPass(of: project, in: database)?.run else { return nil }
            return try Self.runs([number], in: database).first
        }
    }

    /// One run in short; nil when there is none with that number.
    package func run(_ number: Int64) async throws(RecordError) -> SyncRun? {
        try await read { try Self.runs([number], in: $0).first }
    }

    /// One run in full; nil when there is none with that number.
    package func detail(_ number: Int64) async throws(RecordError) -> RunDetail? {
        try await read { database in
            let rows = try Ledger.rows(where: "run = ?", arguments: [number], in: database)
            guard let run = try SyncRun(rows: rows) else { return nil }
            return try RunDetail(run: run, rows: rows)
        }
    }

    private static func runs(_ numbers: [Int64], in database: Database) throws -> [SyncRun] {
        guard !numbers.isEmpty else { return [] }
        let kinds: [LedgerKind] = [.runStarted, .runCommit, .runFinished]
        let rows = try Ledger.rows(
            where: """
                run IN (\(numbers.map(String.init).joined(separator: ", "))) \
                AND kind IN (\(kinds.map { "'\($0.rawValue)'" }.joined(separator: ", ")))
                """,
            in: database
        )
        return try Dictionary(grouping: rows) { $0.run ?? 0 }.values.compactMap { try SyncRun(rows: $0) }
    }
}

extension ObjectQuery {
    /// The condition on `audit` rows that are about the object.
    fileprivate var condition: (sql: String, arguments: [any DatabaseValueConvertible]) {
        let places = kindSpellings.map { _ in "object_kind = ? COLLATE NOCASE" }.joined(separator: " OR ")
        var sql = "object_kind IS NOT NULL AND (\(places)) AND object_name = ?"
        var arguments: [any DatabaseValueConvertible] = kindSpellings + [name]
        if let group {
            sql += " AND object_group = ?"
            arguments.append(group)
        }
        if let namespace {
            sql += " AND object_namespace = ?"
            arguments.append(namespace)
        }
        return (sql, arguments)
    }
}
