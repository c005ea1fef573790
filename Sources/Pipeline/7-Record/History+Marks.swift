// SPDX-License-Identifier: Apache-2.0
import Crypto
import Foundation
import GRDB
import KubeObjects
import PlainText
import SyncLook
import SyncPlan

extension History {
    /// The marks of a project: what was last seen of each object after it was applied. Empty when the table is not as
    /// it was written: marks only save work, so damaged ones are not used.
    package func marks(of project: String) async throws(RecordError) -> [ObjectID: Inventory.AppliedMark] {
        try await read { database in
            let marks = try MarkTable.load(project, in: database)
            return try MarkTable.damage(of: project, marks: marks, in: database) == nil ? marks : [:]
        }
    }

    /// Replaces a project's marks. Only what differs is written, and nothing when nothing differs. Never from the reserve: marks
    /// only save work.
    package func save(
        marks: [ObjectID: Inventory.AppliedMark],
        of project: String
    ) async throws(RecordError) {
        _ = try await writer.transact { ledger in
            let database = ledger.database
            let known = try MarkTable.load(project, in: database)
            if known == marks, try MarkTable.damage(of: project, marks: known, in: database) == nil { return }
            for id in known.keys where marks[id] == nil { try MarkTable.remove(id, of: project, in: database) }
            for (id, mark) in marks where known[id] != mark {
                try MarkTable.put(mark, for: id, of: project, in: database)
            }
            let payload = Payload.MarksSaved(count: marks.count, sha256: MarkTable.digest(marks))
            try ledger.append([LedgerEntry(.marksSaved, project: project, payload: payload)])
        }
    }
}

/// The table `marks`, whose digest stands in the audit chain.
enum MarkTable {
    private static let key = "project, object_group, object_kind, object_namespace, object_name"

    static func load(_ project: String, in database: Database) throws -> [ObjectID: Inventory.AppliedMark] {
        var marks: [ObjectID: Inventory.AppliedMark] = [:]
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT \(key), uid, resource_version, content_hash, residual FROM marks WHERE project = ?",
            arguments: [project]
        )
        while let row = try rows.next() {
            let id = ObjectID(
                group: row.text("object_group") ?? "",
                kind: row.text("object_kind") ?? "",
                namespace: row.text("object_namespace") ?? "",
                name: row.text("object_name") ?? ""
            )
            marks[id] = Inventory.AppliedMark(
                uid: row.text("uid") ?? "",
                resourceVersion: row.text("resource_version") ?? "",
                contentHash: row.text("content_hash") ?? "",
                memory: row.text("residual") ?? ""
            )
        }
        return marks
    }

    static func put(
        _ mark: Inventory.AppliedMark,
        for id: ObjectID,
        of project: String,
        in database: Database
    ) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO marks (\(key), uid, resource_version, content_hash, residual)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        try statement.execute(arguments: [
            project, id.group, id.kind, id.namespace, id.name, mark.uid, mark.resourceVersion, mark.contentHash,
            mark.memory,
        ])
    }

    static func remove(_ id: ObjectID, of project: String, in database: Database) throws {
        try database.execute(
            sql: "DELETE FROM marks WHERE (\(key)) = (?, ?, ?, ?, ?)",
            arguments: [project, id.group, id.kind, id.namespace, id.name]
        )
    }

    /// SHA-256 over all marks, ascending by object.
    static func digest(_ marks: [ObjectID: Inventory.AppliedMark]) -> String {
        var hasher = SHA256()
        for (id, mark) in marks.sorted(by: { $0.key < $1.key }) {
            let row: JSON = .array(
                [
                    id.group, id.kind, id.namespace, id.name, mark.uid, mark.resourceVersion, mark.contentHash,
                    mark.memory,
                ].map(JSON.string)
            )
            hasher.update(data: row.serialized())
        }
        return Data(hasher.finalize()).hexadecimal
    }

    /// How the table differs from what the chain says was saved, and the row that says so; nil when it does not.
    static func damage(
        of project: String,
        marks: [ObjectID: Inventory.AppliedMark],
        in database: Database
    ) throws -> (row: Int64, reason: String)? {
        guard let row = try Ledger.newest(of: [.marksSaved], project: project, in: database) else {
            return marks.isEmpty ? nil : (0, "project \(project) has marks that no audit row covers")
        }
        let saved = try row.decode(Payload.MarksSaved.self)
        guard saved.count != marks.count || saved.sha256 != digest(marks) else { return nil }
        return (row.sequence, "the marks of project \(project) are not the ones that were saved")
    }
}

extension Inventory.AppliedMark {
    /// What the column `residual` holds: `STATE|RESIDUAL`. Rows of older versions have no state, and hashes that cover
    /// nothing; both cost one comparison, or one apply.
    fileprivate var memory: String { state.isEmpty ? residual.text : "\(state)|\(residual.text)" }

    fileprivate init(uid: String, resourceVersion: String, contentHash: String, memory: String) {
        let parts = memory.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
        self.init(
            uid: uid,
            resourceVersion: resourceVersion,
            contentHash: contentHash,
            residual: Residual(text: String(parts[parts.count - 1])),
            state: parts.count == 2 ? String(parts[0]) : ""
        )
    }
}
