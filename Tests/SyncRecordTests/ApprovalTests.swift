// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncLook
import SyncPlan
import SyncRecord
import TestKit
import Testing

@Suite struct ApprovalTests {
    private let hold = PruneHold(hash: "h1", commitID: "c1", reasons: ["6 of 10"], objects: [.deployment("old")])

    private func isNothingHeld(_ error: any Error) -> Bool { (error as? RecordError)?.reason == .nothingHeld }

    @Test func `a held prune waits, is approved once and used once`() async throws {
        try await withHistory { history in
            let run = try await history.begin(project: "posts", trigger: .commit)
            await #expect { try await history.approve(project: "posts", hash: nil, person: "ada") } throws: {
                isNothingHeld($0)
            }
            try await history.setHold(hold, by: run)
            #expect(try await history.state(of: "posts").hold == hold)
            #expect(try await history.state(of: "posts").approval == nil)
            await #expect { try await history.approve(project: "posts", hash: "h0", person: "ada") } throws: {
                ($0 as? RecordError)?.reason == .holdChanged
            }
            #expect(try await history.approve(project: "posts", hash: "h1", person: "ada") == hold)
            #expect(try await history.state(of: "posts").approval?.person == "ada")
            await #expect { try await history.consumeApproval(hash: "h2", by: run) } throws: { isNothingHeld($0) }
            try await history.consumeApproval(hash: "h1", by: run)
            #expect(try await history.state(of: "posts").hold == nil)
            await #expect { try await history.consumeApproval(hash: "h1", by: run) } throws: { isNothingHeld($0) }
            #expect(try await history.detail(run.number)?.hold == hold)
        }
    }

    @Test(arguments: [
        ("0123456789abcdef0000000000000000", nil), ("0123456789abcdef000000000000000000", nil),
        ("0123456789ab", "has 12 digits; a yes needs 32"), ("0123456789abcdef000000000000000", "has 31 digits"),
        ("0123456789ab00000000000000000000", "another prune waits"), ("0123456789AB", "is no hash"),
        ("", "has 0 digits"),
    ])
    func `the first 32 digits stand for the hash; fewer, which could be another list's too, and other ones do not`(
        _ given: String,
        _ problem: String?
    ) {
        let hash = "0123456789abcdef" + String(repeating: "0", count: 48)
        let hold = PruneHold(hash: hash, commitID: "c1", reasons: [], objects: [])
        #expect(hold.mismatch(hash) == nil)
        #expect(hold.shortHash == "0123456789ab")
        #expect(hold.approvalHash == "0123456789abcdef0000000000000000")
        if let problem {
            #expect(hold.mismatch(given)?.contains(problem) == true, "\(hold.mismatch(given) ?? "-")")
        } else {
            #expect(hold.mismatch(given) == nil)
        }
    }

    @Test func `the same hold keeps its approval, another one ends it`() async throws {
        try await withHistory { history in
            let run = try await history.begin(project: "posts", trigger: .commit)
            try await history.setHold(hold, by: run)
            _ = try await history.approve(project: "posts", hash: nil, person: "ada")
            try await history.setHold(hold, by: run)
            #expect(try await history.state(of: "posts").approval?.hash == "h1")
            let other = PruneHold(hash: "h2", commitID: "c2", reasons: [], objects: [])
            try await history.setHold(other, by: run)
            #expect(try await history.state(of: "posts").hold == other)
            #expect(try await history.state(of: "posts").approval == nil)
            try await history.setHold(nil, by: run)
            #expect(try await history.state(of: "posts").hold == nil)
        }
    }

    @Test func `an approval by another process is seen`() async throws {
        try await withTemporaryFolder { folder in
            let operating = try await History.open(folder: folder.path, mode: .operate)
            let run = try await operating.begin(project: "posts", trigger: .commit)
            try await operating.setHold(hold, by: run)
            let command = try await History.open(folder: folder.path, mode: .command)
            _ = try await command.approve(project: "posts", hash: nil, person: "ada")
            #expect(try await operating.state(of: "posts").approval?.hash == "h1")
            try await operating.finish(run, outcome: .held, counts: RunCounts())
            guard case .intact = try await command.verify() else {
                Issue.record("two writers must share one chain")
                return
            }
            try await command.close()
            try await operating.close()
        }
    }

    @Test func `a project is suspended and resumed by a person`() async throws {
        try await withHistory { (history) async throws -> Void in
            #expect(try await history.setSuspended(true, project: "posts", person: "ada", reason: "holiday"))
            #expect(try await history.setSuspended(true, project: "posts", person: "bob") == false)
            #expect(try await history.state(of: "posts").suspension?.person == "ada")
            #expect(try await history.state(of: "posts").suspension?.reason == "holiday")
            #expect(try await history.state(of: "shop").suspension == nil)
            #expect(try await history.setSuspended(false, project: "posts", person: "bob"))
            #expect(try await history.state(of: "posts").suspension == nil)
        }
    }

    @Test func `the applied commit is remembered and not written twice`() async throws {
        try await withHistory { history in
            let run = try await history.begin(project: "posts", trigger: .commit)
            #expect(try await history.state(of: "posts").applied == nil)
            try await history.setApplied(.sample("a"), treeID: "t1", by: run)
            let head = try await history.head()
            try await history.setApplied(.sample("a"), treeID: "t1", by: run)
            #expect(try await history.head() == head)
            try await history.setApplied(.sample("b"), treeID: "t2", by: run)
            let state = try await history.state(of: "posts")
            #expect(state.applied == .sample("b"))
            #expect(state.appliedTreeID == "t2")
        }
    }

    @Test func `marks are replaced as a whole and not written when nothing changed`() async throws {
        try await withHistory { history in
            func mark(_ version: String) -> Inventory.AppliedMark {
                Inventory.AppliedMark(uid: "u", resourceVersion: version, contentHash: "c")
            }
            try await history.save(marks: [.deployment("a"): mark("1"), .deployment("b"): mark("1")], of: "posts")
            try await history.save(marks: [.deployment("a"): mark("1")], of: "shop")
            let next: [ObjectID: Inventory.AppliedMark] = [.deployment("b"): mark("2"), .deployment("c"): mark("1")]
            try await history.save(marks: next, of: "posts")
            #expect(try await history.marks(of: "posts") == next)
            #expect(try await history.marks(of: "shop") == [.deployment("a"): mark("1")])
            let head = try await history.head()
            try await history.save(marks: next, of: "posts")
            #expect(try await history.head() == head)
            try await history.save(marks: [:], of: "posts")
            #expect(try await history.marks(of: "posts").isEmpty)
        }
    }
}
