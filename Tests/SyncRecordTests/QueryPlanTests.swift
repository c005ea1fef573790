// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import SyncRecord
import TestKit
import Testing

@Suite struct QueryPlanTests {
    /// The history's own statements, as they are sent to SQLite.
    @Test(arguments: [
        "SELECT run FROM audit WHERE kind = 'run.started' ORDER BY sequence DESC LIMIT 50",
        "SELECT run FROM audit WHERE kind = 'run.started' AND project = 'posts' ORDER BY sequence DESC LIMIT 50",
        """
        SELECT run FROM audit WHERE kind = 'run.started' AND run IN (SELECT run FROM audit WHERE object_kind IS NOT NULL \
        AND (object_kind = 'Deployment' COLLATE NOCASE OR object_kind = 'x' COLLATE NOCASE) AND object_name = 'web') \
        ORDER BY sequence DESC LIMIT 50
        """,
        "SELECT * FROM audit WHERE run = 7 ORDER BY sequence",
        "SELECT * FROM audit WHERE run IN (7, 8) AND kind IN ('run.started', 'run.finished') ORDER BY sequence",
        "SELECT * FROM audit WHERE project = 'posts' AND kind IN ('prune.held') ORDER BY sequence DESC LIMIT 1",
        "SELECT max(run) FROM audit WHERE run IS NOT NULL",
        """
        SELECT * FROM audit WHERE kind = 'run.started' AND NOT EXISTS \
        (SELECT 1 FROM audit AS finished WHERE finished.run = audit.run AND finished.kind = 'run.finished')
        """,
    ])
    func `no question but verify reads the whole table`(sql: String) async throws {
        try await withTemporaryFolder { folder in
            try await History.open(folder: folder.path, mode: .operate).close()
            let queue = try DatabaseQueue(path: folder.path + "/history.sqlite")
            let plan = try await queue.read { database in
                try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + sql).map { $0["detail"] as String? ?? "" }
            }
            #expect(!plan.isEmpty)
            for line in plan where line.hasPrefix("SCAN") { Issue.record("\(line)") }
            try queue.close()
        }
    }

    @Test func `the newest runs are found without sorting all of them`() async throws {
        try await withTemporaryFolder { folder in
            try await History.open(folder: folder.path, mode: .operate).close()
            let queue = try DatabaseQueue(path: folder.path + "/history.sqlite")
            let plan = try await queue.read { database in
                try Row.fetchAll(
                    database,
                    sql: "EXPLAIN QUERY PLAN SELECT run FROM audit WHERE kind = 'run.started' "
                        + "ORDER BY sequence DESC LIMIT 50"
                ).map { $0["detail"] as String? ?? "" }
            }
            #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
            try queue.close()
        }
    }

    @Test func `projects are listed once, ascending, those that were only suspended too`() async throws {
        try await withHistory { history in
            for name in ["posts", "ätsch", "alpha", "posts"] { try await history.sampleRun(project: name) }
            try await history.setSuspended(true, project: "never", person: "ada")
            #expect(try await history.projects() == ["alpha", "never", "posts", "ätsch"])
        }
    }
}
