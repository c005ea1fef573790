// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import KubeObjects

/// The append-only, hash-chained table `audit`. Everything that the history knows is a row of it, so that no fact can be
/// edited, removed or reordered without breaking the chain; only the marks have a table of their own, and their digest
/// stands in the chain.
enum Ledger {
    /// The previous hash of the first row.
    static let root = Data(count: 32)

    /// Appends rows inside the caller's transaction, whose kind must be immediate: the head is read here.
    ///
    /// - Returns: The rows' sequences, in order.
    static func append(_ entries: [LedgerEntry], at: Int64, in database: Database) throws -> [Int64] {
        guard !entries.isEmpty else { return [] }
        var (sequence, previous) = try head(in: database)
        let insert = try database.cachedStatement(
            sql: "INSERT INTO audit (\(LedgerRow.columns)) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        )
        var sequences: [Int64] = []
        sequences.reserveCapacity(entries.count)
        for entry in entries {
            sequence += 1
            let row = LedgerRow(entry, sequence: sequence, at: at, after: previous)
            try insert.execute(arguments: [
                row.sequence, row.at, row.project, row.run, row.kind, row.object?.group, row.object?.kind,
                row.object?.namespace, row.object?.name, row.payload, row.hash,
            ])
            previous = row.hash
            sequences.append(sequence)
        }
        return sequences
    }

    /// The newest row's sequence and hash; 0 and ``root`` of an empty table.
    static func head(in database: Database) throws -> (sequence: Int64, hash: Data) {
        let row = try Row.fetchOne(database, sql: "SELECT sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1")
        guard let row, let sequence = row.number("sequence"), let hash = row.bytes("hash") else { return (0, root) }
        return (sequence, hash)
    }

    /// The rows that a condition selects, by sequence.
    static func rows(
        where condition: String,
        arguments: StatementArguments = StatementArguments(),
        in database: Database
    ) throws -> [LedgerRow] {
        try Row.fetchAll(
            database,
            sql: "SELECT \(LedgerRow.columns) FROM audit WHERE \(condition) ORDER BY sequence",
            arguments: arguments
        ).map(LedgerRow.init)
    }

    /// The newest row of a project with one of the kinds.
    static func newest(
        of kinds: [LedgerKind],
        project: String,
        in database: Database
    ) throws -> LedgerRow? {
        let places = kinds.map { _ in "?" }.joined(separator: ", ")
        return try Row.fetchOne(
            database,
            sql: """
                SELECT \(LedgerRow.columns) FROM audit WHERE project = ? AND kind IN (\(places)) \
                ORDER BY sequence DESC LIMIT 1
                """,
            arguments: StatementArguments([project] + kinds.map(\.rawValue))
        ).map(LedgerRow.init)
    }

    /// The condition on rows that begin a pass over a project's objects: a run that is no image rollout.
    static let isPass = """
        kind = '\(LedgerKind.runStarted.rawValue)' \
        AND json_extract(payload, '$.trigger') <> '\(RunTrigger.image.rawValue)'
        """

    /// The newest row with which a pass of the project began.
    static func newestPass(of project: String, in database: Database) throws -> LedgerRow? {
        try Row.fetchOne(
            database,
            sql:
                "SELECT \(LedgerRow.columns) FROM audit WHERE \(isPass) AND project = ? ORDER BY sequence DESC LIMIT 1",
            arguments: [project]
        ).map(LedgerRow.init)
    }

    /// The newest row with the commit of a pass that rendered its manifests; the row of a pass that could not has no
    /// tree.
    static func newestAttempt(of project: String, in database: Database) throws -> LedgerRow? {
        try Row.fetchOne(
            database,
            sql: """
                SELECT \(LedgerRow.columns) FROM audit WHERE project = ? AND kind = ? \
                AND json_extract(payload, '$.treeID') <> '' ORDER BY sequence DESC LIMIT 1
                """,
            arguments: [project, LedgerKind.runCommit.rawValue]
        ).map(LedgerRow.init)
    }
}
