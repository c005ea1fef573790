// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import KubeObjects
import PlainText

extension History {
    /// The newest audit row, to be written down outside of this file.
    package func head() async throws(RecordError) -> ChainHead {
        try await read { database in
            let head = try Ledger.head(in: database)
            return ChainHead(sequence: head.sequence, hash: head.hash.hexadecimal)
        }
    }

    /// Recomputes the whole chain and compares every table with it.
    ///
    /// An edited, removed, inserted or reordered row is found, and so are missing triggers. A removed end is found only
    /// with an anchor.
    ///
    /// - Parameter anchor: A head that was written down elsewhere; its row must still be there.
    /// - Returns: The head, or the first place that is not as it was written.
    /// - Throws: ``RecordError`` when the file cannot be read.
    package func verify(anchor: ChainHead? = nil) async throws(RecordError) -> VerifyResult {
        try await read { database in
            if let name = try Self.changedSchema(in: database) {
                return .broken(row: 0, reason: "the table, index or guard \(name) was changed")
            }
            var previous = Ledger.root
            var expected: Int64 = 1
            let cursor = try Row.fetchCursor(
                database,
                sql: "SELECT \(LedgerRow.columns) FROM audit ORDER BY sequence"
            )
            while let stored = try cursor.next() {
                let row = LedgerRow(stored)
                guard row.sequence == expected else {
                    return .broken(row: expected, reason: "the row is missing; the next one is \(row.sequence)")
                }
                guard row.expectedHash(after: previous) == row.hash else {
                    return .broken(row: row.sequence, reason: "the row (\(row.kind)) is not as it was written")
                }
                if let anchor, anchor.sequence == row.sequence, anchor.hash != row.hash.hexadecimal {
                    return .broken(row: row.sequence, reason: "the row has another hash than the anchor")
                }
                previous = row.hash
                expected += 1
            }
            if let anchor, anchor.sequence >= expected {
                return .broken(row: expected, reason: "the end is cut off: the anchor is row \(anchor.sequence)")
            }
            if let damage = try Self.damagedMarks(in: database) { return damage }
            return .intact(ChainHead(sequence: expected - 1, hash: previous.hexadecimal))
        }
    }

    /// The first name in the schema that is missing, added or defined in another way.
    private static func changedSchema(in database: Database) throws -> String? {
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT name, coalesce(sql, '') AS sql FROM sqlite_master WHERE name <> 'grdb_migrations'"
        )
        var found: [String: String] = [:]
        for row in rows {
            guard let name = row.text("name"), !isSQLitesOwn(name) else { continue }
            found[name] = row.text("sql")
        }
        let schema = Ledger.schema(isNewest: try Ledger.migrator.hasCompletedMigrations(database))
        let expected = Dictionary(uniqueKeysWithValues: schema.map { ($0.name, $0.sql) })
        return Set(expected.keys).union(found.keys).sorted().first { expected[$0] != found[$0] }
    }

    /// Whether SQLite made it by itself and nothing of it is read here: the indexes of keys, and the statistics that
    /// `ANALYZE` and `PRAGMA optimize` of any program leave behind. Nobody else can make a table of such a name.
    private static func isSQLitesOwn(_ name: String) -> Bool {
        name.hasPrefix("sqlite_autoindex_") || ["sqlite_stat1", "sqlite_stat3", "sqlite_stat4"].contains(name)
    }

    private static func damagedMarks(in database: Database) throws -> VerifyResult? {
        let projects = try String.fetchAll(
            database,
            sql: """
                SELECT DISTINCT project FROM marks
                UNION SELECT DISTINCT project FROM audit WHERE kind = ? ORDER BY 1
                """,
            arguments: [LedgerKind.marksSaved.rawValue]
        )
        for project in projects {
            let marks = try MarkTable.load(project, in: database)
            if let damage = try MarkTable.damage(of: project, marks: marks, in: database) {
                return .broken(row: damage.row, reason: damage.reason)
            }
        }
        return nil
    }
}
