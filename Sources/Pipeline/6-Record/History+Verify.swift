// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB

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
    /// An edited, removed, inserted or reordered row is found, and so are missing guards. A cut-off end is found only
    /// with an anchor.
    ///
    /// - Parameter anchor: A head that was written down elsewhere; its row must still be there.
    /// - Returns: The head, or the first place that is not as it was written.
    /// - Throws: ``RecordError`` when the file cannot be read.
    package func verify(anchor: ChainHead? = nil) async throws(RecordError) -> VerifyResult {
        try await read { database in
            let missing = try Self.missingGuard(in: database)
            if let missing { return .broken(row: 0, reason: "the guard \(missing) is missing or was changed") }
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

    private static func missingGuard(in database: Database) throws -> String? {
        for guardian in Ledger.guards {
            let sql = try String.fetchOne(
                database,
                sql: "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND name = ?",
                arguments: [guardian.name]
            )
            if sql != guardian.sql { return guardian.name }
        }
        return nil
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
