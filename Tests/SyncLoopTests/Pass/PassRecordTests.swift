// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import KubeObjects
import Logging
import SyncRecord
import SyncSource
import Synchronization
import TestKit
import Testing

@testable import SyncLoop

/// What a pass leaves in the history when that takes only a part of it.
@Suite struct PassRecordTests {
    private static let refusal = RecordError(.diskFull, "history", "the disk took no more, says the test")

    /// The beginning of a run takes a commit of its own, and what it is about another one.
    @Test(arguments: 1...2)
    func `P3: a run whose beginning was written in part is ended, and is under way for ever nowhere`(commits: Int)
        async throws
    {
        try await withTemporaryFolder { folder in
            let left = Mutex(Int.max)
            let history = try await History.open(
                folder: folder.path,
                mode: .operate,
                beforeCommit: { _ in
                    let isFull = left.withLock { left in
                        left -= 1
                        return left < 0
                    }
                    if isFull { throw Self.refusal }
                }
            )
            let record = PassRecord(
                history: history,
                project: Project(
                    name: "posts",
                    namespace: "sternpost",
                    source: RepositorySpec(url: "r", ref: .branch("main"), path: "infra")
                ),
                redactor: Redactor(),
                logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
            )
            let prepared = PassFixture.prepared(PassFixture.plan())
            left.withLock { $0 = commits }
            var isBegun = true
            do throws(RecordError) {
                _ = try await record.begin(prepared, trigger: .commit, after: .zero)
            } catch {
                #expect(error.reason == .diskFull)
                isBegun = false
            }
            left.withLock { $0 = Int.max }
            #expect(isBegun == (commits == 2))
            _ = try await record.begin(prepared, trigger: .commit, after: .zero)
            let first = try #require(try await history.run(1))
            #expect((first.outcome == .failed) == !isBegun, "\(first.outcome)")
            guard case .intact = try await history.verify() else {
                Issue.record("a full disk must not break the chain")
                return
            }
            try await history.close()
        }
    }
}
