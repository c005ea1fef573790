// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import SyncRecord
import Synchronization
import TestKit
import Testing

@Suite struct QueryPlanTests {
    /// The statements that a history sends, with their values.
    private final class Statements: Sendable {
        private let heard = Mutex<[String]>([])

        func add(_ sql: String) { heard.withLock { $0.append(sql) } }

        /// Those that read our tables, each once, without those of triggers.
        var reads: [String] {
            let tables = ["FROM audit", "FROM marks"]
            return Set(heard.withLock { $0 })
                .filter { sql in sql.hasPrefix("SELECT") && tables.contains { sql.contains($0) } }
                .sorted()
        }

        func forget() { heard.withLock { $0 = [] } }
    }

    /// Runs `body` with a history whose statements are heard, and gives SQLite's plan of each that reads.
    private func plans(
        of body: (History, Statements) async throws -> Void
    ) async throws -> [(sql: String, lines: [String])] {
        try await withTemporaryFolder { folder in
            let statements = Statements()
            let history = try await History.open(
                folder: folder.path,
                mode: .operate,
                hearing: { statements.add($0) }
            )
            try await body(history, statements)
            try await history.close()
            let queue = try DatabaseQueue(path: folder.path + "/history.sqlite")
            let reads = statements.reads
            let plans = try await queue.read { database in
                try reads.map { sql in
                    let rows = try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN " + sql)
                    return (sql: sql, lines: rows.map { $0["detail"] as String? ?? "" })
                }
            }
            try queue.close()
            return plans
        }
    }

    /// Asks a history everything that the product asks, but to verify itself.
    private func askEverything(_ history: History) async throws {
        let run = try await history.begin(project: "posts", trigger: .drift)
        let hold = PruneHold(hash: "h1", commitID: "c", reasons: ["6 of 10"], objects: [.deployment("old")])
        try await history.setHold(hold, by: run)
        _ = try await history.approve(project: "posts", hash: "h1", person: "ada")
        try await history.consumeApproval(hash: "h1", by: run)
        try await history.setApplied(.sample(), treeID: "t", by: run)
        let mark = Inventory.AppliedMark(uid: "u", resourceVersion: "1", contentHash: "c")
        try await history.save(marks: [.deployment("web"): mark], of: "posts")
        try await history.finish(run, outcome: .succeeded, counts: RunCounts())
        try await history.setSuspended(true, project: "posts", person: "bob")
        try await history.order(.hold, of: .deployment("web"), project: "posts", person: "ada")
        _ = try await history.imageOrders(of: "posts")
        _ = try await history.marks(of: "posts")
        _ = try await history.state(of: "posts")
        _ = try await history.projects()
        _ = try await history.runs()
        _ = try await history.runs(project: "posts")
        _ = try await history.runs(object: try ObjectQuery(parsing: "deployment/web"))
        _ = try await history.run(run.number)
        _ = try await history.detail(run.number)
        let rollout = try await history.begin(project: "posts", trigger: .image)
        let intent = MutationIntent(id: .deployment("web"), verb: .apply, reason: "pushed")
        _ = try await history.journal(for: rollout).intend([intent])
        _ = try await history.excerpt(rollout.number)
        _ = try await history.head()
    }

    @Test func `no question but verify reads the whole table`() async throws {
        let plans = try await plans { history, _ in
            try await history.sampleRun()
            try await askEverything(history)
        }
        // Of those that the product is known to send: a hearing that hears nothing proves nothing.
        for words in [
            "NOT EXISTS", "object_kind IS NOT NULL", "json_extract(payload, '$.intent') <=", "max(run)", "min(project)",
            "run IN (", "FROM marks",
        ] {
            #expect(plans.contains { $0.sql.contains(words) }, "nothing with \(words) was heard")
        }
        for plan in plans {
            // The newest row of the table is found without a condition, and is one row.
            let isOneRow = plan.sql.hasSuffix("ORDER BY sequence DESC LIMIT 1") && !plan.sql.contains("WHERE")
            #expect(!plan.lines.isEmpty, "\(plan.sql)")
            for line in plan.lines where line.hasPrefix("SCAN") && !isOneRow { Issue.record("\(line): \(plan.sql)") }
        }
    }

    @Test func `the newest runs are found without sorting all of them`() async throws {
        let plans = try await plans { history, statements in
            try await history.sampleRun()
            statements.forget()
            _ = try await history.runs()
        }
        let newest = plans.filter { $0.sql.hasPrefix("SELECT run FROM audit") }
        #expect(newest.count == 1)
        for plan in newest {
            let isSorting = plan.lines.contains { $0.contains("TEMP B-TREE") }
            #expect(!isSorting, "\(plan.lines)")
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
