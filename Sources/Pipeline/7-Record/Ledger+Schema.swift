// SPDX-License-Identifier: Apache-2.0
import GRDB

extension Ledger {
    /// The schema's versions, oldest first. A published version is never edited; a new one is added below it.
    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("v1") { database in
            for (_, sql) in tables + guards + indexes { try database.execute(sql: sql) }
        }
        migrator.registerMigration("v2") { database in
            for (_, sql) in laterIndexes { try database.execute(sql: sql) }
        }
        return migrator
    }

    /// Everything that the file holds besides rows; `verify` checks that it is exactly this.
    ///
    /// - Parameter isNewest: Whether all versions were applied: a file that only an older Sternpost operated lacks the last.
    /// - Returns: The names with the statements that made them.
    static func schema(isNewest: Bool) -> [(name: String, sql: String)] {
        tables + guards + indexes + (isNewest ? laterIndexes : [])
    }

    private static let tables = [
        (
            "audit",
            """
            CREATE TABLE audit (
                sequence INTEGER PRIMARY KEY,
                at INTEGER NOT NULL,
                project TEXT NOT NULL,
                run INTEGER,
                kind TEXT NOT NULL,
                object_group TEXT,
                object_kind TEXT,
                object_namespace TEXT,
                object_name TEXT,
                payload TEXT NOT NULL,
                hash BLOB NOT NULL
            ) STRICT
            """
        ),
        (
            "marks",
            """
            CREATE TABLE marks (
                project TEXT NOT NULL,
                object_group TEXT NOT NULL,
                object_kind TEXT NOT NULL,
                object_namespace TEXT NOT NULL,
                object_name TEXT NOT NULL,
                uid TEXT NOT NULL,
                resource_version TEXT NOT NULL,
                content_hash TEXT NOT NULL,
                residual TEXT NOT NULL,
                PRIMARY KEY (project, object_group, object_kind, object_namespace, object_name)
            ) STRICT, WITHOUT ROWID
            """
        ),
    ]

    /// The triggers that make the table append-only. The third one stops `INSERT OR REPLACE`, which deletes without
    /// firing the second.
    private static let guards = [
        (
            "audit_no_update",
            """
            CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit table is append-only'); END
            """
        ),
        (
            "audit_no_delete",
            """
            CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
            BEGIN SELECT RAISE(ABORT, 'the audit table is append-only'); END
            """
        ),
        (
            "audit_only_append",
            """
            CREATE TRIGGER audit_only_append BEFORE INSERT ON audit
            WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM audit)
            BEGIN SELECT RAISE(ABORT, 'the audit table is append-only'); END
            """
        ),
    ]

    private static let indexes = [
        ("audit_run", "CREATE INDEX audit_run ON audit (run, kind) WHERE run IS NOT NULL"),
        ("audit_kind", "CREATE INDEX audit_kind ON audit (kind, project)"),
        (
            "audit_object",
            """
            CREATE INDEX audit_object ON audit (object_kind COLLATE NOCASE, object_name, run)
            WHERE object_kind IS NOT NULL
            """
        ),
    ]

    /// The newest runs of all projects, without sorting all of them.
    private static let laterIndexes = [
        ("audit_newest", "CREATE INDEX audit_newest ON audit (kind, sequence)")
    ]
}
