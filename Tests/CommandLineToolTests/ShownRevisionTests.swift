// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncRecord
import SyncSource
import Testing

@testable import CommandLineTool

/// The revision in `show`.
@Suite struct ShownRevisionTests {
    private static let commit = CommitInfo(
        id: String(repeating: "a", count: 40),
        ref: "main",
        authorName: "Ada",
        authorEmail: "ada@example.com",
        authoredAt: 1_700_000_000,
        subject: "Deploy"
    )

    @Test(
        arguments: [
            (.commit, true, "main@sha1:\(String(repeating: "a", count: 40))"), (.commit, false, "not read"),
            (.manual, false, "not read"), (.image, false, nil),
        ] as [(RunTrigger, Bool, String?)]
    )
    func `a rollout has no revision that was not read`(trigger: RunTrigger, hasCommit: Bool, shown: String?) {
        let run = SyncRun(
            id: 1,
            project: "posts",
            commit: hasCommit ? Self.commit : nil,
            message: "",
            trigger: trigger,
            startedAt: Date(timeIntervalSince1970: 0),
            finishedAt: nil,
            outcome: .running,
            counts: RunCounts()
        )
        #expect(ShowCommand.revision(of: run) == shown)
    }
}
