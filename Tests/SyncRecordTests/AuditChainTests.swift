// SPDX-License-Identifier: Apache-2.0
import Foundation
import GRDB
import KubeObjects
import SyncLook
import SyncPlan
import SyncRecord
import TestKit
import Testing

@Suite struct AuditChainTests {
    /// Fills a history with every kind of row, closes it, lets `change` loose on the file, and verifies.
    private func verify(anchored: Bool = false, after change: (String) throws -> Void) async throws -> VerifyResult {
        try await withTemporaryFolder { folder in
            let history = try await History.open(folder: folder.path, mode: .operate)
            try await history.sampleRun()
            let run = try await history.begin(project: "posts", trigger: .drift)
            try await history.record(message: "slow", of: run)
            let hold = PruneHold(hash: "h1", commitID: "c", reasons: ["6 of 10"], objects: [.deployment("old")])
            try await history.setHold(hold, by: run)
            _ = try await history.approve(project: "posts", hash: "h1", person: "ada")
            try await history.setSuspended(true, project: "posts", person: "bob", reason: "holiday")
            try await history.setApplied(.sample(), treeID: "t", by: run)
            let mark = Inventory.AppliedMark(uid: "u", resourceVersion: "1", contentHash: "c")
            try await history.save(marks: [.deployment("web"): mark, .deployment("api"): mark], of: "posts")
            try await history.finish(run, outcome: .held, counts: RunCounts())
            let anchor = anchored ? try await history.head() : nil
            guard case .intact = try await history.verify(anchor: anchor) else {
                Issue.record("the untouched history must be intact")
                return .broken(row: 0, reason: "before the change")
            }
            try await history.close()
            try change(folder.path)
            let again = try await History.open(folder: folder.path, mode: .inspect)
            let result = try await again.verify(anchor: anchor)
            try await again.close()
            return result
        }
    }

    private func expectBroken(_ result: VerifyResult, at rows: ClosedRange<Int64>, _ place: SourceLocation) {
        guard case .broken(let row, let reason) = result else {
            Issue.record("the change was not found", sourceLocation: place)
            return
        }
        #expect(rows.contains(row), "\(reason)", sourceLocation: place)
    }

    @Test func `an untouched history is intact and counts its rows`() async throws {
        let result = try await verify { _ in }
        guard case .intact(let head) = result else {
            Issue.record("\(result)")
            return
        }
        #expect(head.sequence == 15)
        #expect(head.hash.count == 64)
    }

    @Test(arguments: [
        "at = at + 1", "project = 'x'", "run = 99", "kind = 'message'", "object_group = 'x'", "object_kind = 'x'",
        "object_namespace = 'x'", "object_name = 'x'", "payload = payload || ' '", "hash = zeroblob(32)",
    ])
    func `an edited column is found at its row`(edit: String) async throws {
        let result = try await verify { try tamper($0, "UPDATE audit SET \(edit) WHERE sequence = 4") }
        expectBroken(result, at: 4...4, #_sourceLocation)
    }

    @Test(arguments: 1...15 as ClosedRange<Int64>)
    func `an edited payload is found in a row of any kind`(sequence: Int64) async throws {
        let result = try await verify {
            try tamper($0, "UPDATE audit SET payload = replace(payload, '{', '{\"x\":1,') WHERE sequence = \(sequence)")
        }
        expectBroken(result, at: sequence...sequence, #_sourceLocation)
    }

    @Test(arguments: 1...14 as ClosedRange<Int64>)
    func `a removed row is found`(sequence: Int64) async throws {
        let result = try await verify { try tamper($0, "DELETE FROM audit WHERE sequence = \(sequence)") }
        expectBroken(result, at: sequence...sequence, #_sourceLocation)
    }

    @Test func `a removed row is found when the later ones are renumbered`() async throws {
        let result = try await verify {
            try tamper(
                $0,
                "DELETE FROM audit WHERE sequence = 5",
                "UPDATE audit SET sequence = -sequence WHERE sequence > 5",
                "UPDATE audit SET sequence = -sequence - 1 WHERE sequence < 0"
            )
        }
        expectBroken(result, at: 5...5, #_sourceLocation)
    }

    @Test func `two swapped rows are found`() async throws {
        let result = try await verify {
            try tamper(
                $0,
                "UPDATE audit SET sequence = -1 WHERE sequence = 6",
                "UPDATE audit SET sequence = 6 WHERE sequence = 7",
                "UPDATE audit SET sequence = 7 WHERE sequence = -1"
            )
        }
        expectBroken(result, at: 6...6, #_sourceLocation)
    }

    @Test func `an inserted row is found`() async throws {
        let result = try await verify {
            try tamper(
                $0,
                "INSERT INTO audit (sequence, at, project, kind, payload, hash) "
                    + "VALUES (16, 0, 'posts', 'prune.approved', '{\"hash\":\"h2\",\"person\":\"eve\"}', zeroblob(32))"
            )
        }
        expectBroken(result, at: 16...16, #_sourceLocation)
    }

    @Test func `a cut-off end is found with an anchor`() async throws {
        let result = try await verify(anchored: true) { try tamper($0, "DELETE FROM audit WHERE sequence > 12") }
        expectBroken(result, at: 13...13, #_sourceLocation)
    }

    @Test(arguments: [
        "UPDATE marks SET resource_version = '2' WHERE object_name = 'web'", "UPDATE marks SET uid = 'x'",
        "UPDATE marks SET content_hash = 'x'", "UPDATE marks SET object_name = 'x' WHERE object_name = 'web'",
        "DELETE FROM marks WHERE object_name = 'api'", "DELETE FROM marks",
        "INSERT INTO marks VALUES ('posts', '', 'Pod', 'a', 'b', 'c', 'd', 'e', '')",
        "INSERT INTO marks VALUES ('other', '', 'Pod', 'a', 'b', 'c', 'd', 'e', '')",
    ])
    func `a change to the marks is found`(sql: String) async throws {
        let result = try await verify { try tamper($0, sql) }
        expectBroken(result, at: 0...15, #_sourceLocation)
    }

    @Test(arguments: [
        "DROP TRIGGER audit_no_update", "DROP INDEX audit_run", "ALTER TABLE audit ADD COLUMN note TEXT",
        "CREATE TRIGGER more AFTER INSERT ON audit BEGIN DELETE FROM marks; END", "CREATE VIEW more AS SELECT 1",
        """
        PRAGMA writable_schema = 1;
        UPDATE sqlite_master SET sql = replace(sql, ') STRICT', ')') WHERE name = 'audit';
        """,
    ])
    func `a changed schema is found`(sql: String) async throws {
        let result = try await verify { folder in
            let queue = try DatabaseQueue(path: folder + "/history.sqlite")
            try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
            try queue.close()
        }
        expectBroken(result, at: 0...0, #_sourceLocation)
    }

    @Test(arguments: ["ANALYZE", "PRAGMA optimize = 0x10002"])
    func `statistics that any program leaves behind are no tampering`(sql: String) async throws {
        let result = try await verify { folder in
            let queue = try DatabaseQueue(path: folder + "/history.sqlite")
            try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
            try queue.close()
        }
        if case .broken(let row, let reason) = result { Issue.record("row \(row): \(reason)") }
    }

    @Test func `a file of an older version is intact, and gets what it lacks when it is opened`() async throws {
        let result = try await verify { folder in
            let queue = try DatabaseQueue(path: folder + "/history.sqlite")
            try queue.writeWithoutTransaction {
                try $0.execute(sql: "DROP INDEX audit_newest; DELETE FROM grdb_migrations WHERE identifier = 'v2'")
            }
            try queue.close()
        }
        if case .broken(let row, let reason) = result { Issue.record("row \(row): \(reason)") }
    }

    @Test(arguments: [
        "UPDATE audit SET payload = '{}' WHERE sequence = 2", "DELETE FROM audit WHERE sequence = 2",
        "DELETE FROM audit",
        "UPDATE audit SET sequence = 99 WHERE sequence = 2",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE sequence = 2",
        "REPLACE INTO audit (sequence, at, project, kind, payload, hash) VALUES (2, 0, '', 'x', '{}', zeroblob(32))",
        "INSERT INTO audit (sequence, at, project, kind, payload, hash) VALUES (99, 0, '', 'x', '{}', zeroblob(32))",
    ])
    func `the table refuses everything but the next row`(sql: String) async throws {
        let result = try await verify { folder in
            let queue = try DatabaseQueue(path: folder + "/history.sqlite")
            #expect {
                try queue.write { try $0.execute(sql: sql) }
            } throws: { error in
                (error as? DatabaseError)?.message == "the audit table is append-only"
            }
            try queue.close()
        }
        guard case .intact = result else {
            Issue.record("\(result)")
            return
        }
    }

    @Test func `values of a wrong type are found and stop nothing`() async throws {
        let result = try await verify { folder in
            let queue = try DatabaseQueue(path: folder + "/history.sqlite")
            try queue.writeWithoutTransaction { database in
                try database.execute(
                    sql: """
                        DROP TRIGGER audit_no_update;
                        DROP TRIGGER audit_no_delete;
                        DROP TRIGGER audit_only_append;
                        CREATE TABLE copy AS SELECT * FROM audit;
                        DROP TABLE audit;
                        ALTER TABLE copy RENAME TO audit;
                        UPDATE audit SET at = 'now', kind = 7, payload = x'00', hash = 'text', object_kind = 1.5;
                        """
                )
            }
            try queue.close()
        }
        expectBroken(result, at: 0...0, #_sourceLocation)
    }

    @Test func `doubtful marks are not used`() async throws {
        try await withTemporaryFolder { folder in
            let mark = Inventory.AppliedMark(uid: "u", resourceVersion: "1", contentHash: "c")
            let history = try await History.open(folder: folder.path, mode: .operate)
            try await history.save(marks: [.deployment("web"): mark], of: "posts")
            #expect(try await history.marks(of: "posts") == [.deployment("web"): mark])
            try await history.close()
            try tamper(folder.path, "UPDATE marks SET resource_version = '9'")
            let again = try await History.open(folder: folder.path, mode: .operate)
            #expect(try await again.marks(of: "posts").isEmpty)
            try await again.save(marks: [.deployment("web"): mark], of: "posts")
            #expect(try await again.marks(of: "posts") == [.deployment("web"): mark])
            guard case .intact = try await again.verify() else {
                Issue.record("marks that were saved anew must be intact")
                return
            }
            try await again.close()
        }
    }
}
