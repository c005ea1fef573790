// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncRecord
import SyncSource
import TestKit
import Testing

@testable import Dashboard
@testable import SyncImages
@testable import SyncLoop

/// What the pages say of what is known, and that outside text stays text in them.
struct PagesTests {
    private static let script = "<script>alert(1)</script>"

    private func run(
        _ id: Int64,
        _ outcome: RunOutcome,
        message: String = "Deploy",
        edit: (inout RunCounts) -> Void = { _ in }
    ) -> SyncRun {
        var counts = RunCounts()
        edit(&counts)
        return SyncRun(
            id: id,
            project: "posts",
            commit: CommitInfo(
                id: String(repeating: "a", count: 40),
                ref: "main",
                authorName: "Ada",
                authorEmail: "ada@example.com",
                authoredAt: 0,
                subject: "Deploy"
            ),
            message: message,
            trigger: .commit,
            startedAt: Date(timeIntervalSince1970: 0),
            finishedAt: nil,
            outcome: outcome,
            counts: counts
        )
    }

    @Test func `each project stands there with its state, its time and what is wrong`() async {
        let board = StatusBoard(projects: ["a", "b", "c", "d"])
        await board.resting("b", because: .suspended)
        await board.led("c", by: "another-process", isOther: true)
        let failure = PassFailure(stage: .source, message: "no such host \(Self.script)", isRetryable: true)
        let outcome = PassOutcome(.unplanned(failure, run: nil), commit: nil, duration: .milliseconds(9))
        await board.passed("d", outcome)
        let text = Pages.overview(await board.all, runs: [], images: [:]).text
        for words in ["starting", "suspended", "standing by", "another-process", " · 9 ms", "No syncs yet."] {
            #expect(text.contains(words), "\(words)")
        }
        #expect(text.contains("no such host &lt;script&gt;alert(1)&lt;/script&gt;"))
        #expect(!text.contains(Self.script))
        #expect(text.contains("<span class=\"bad\">failed</span>"))
    }

    @Test func `each sync stands there with its counts, its short revision and its author`() {
        let runs = [
            run(2, .degraded, message: Self.script) {
                $0.configured = 2
                $0.failed = 1
            },
            run(1, .succeeded) { $0.unchanged = 7 },
        ]
        let text = Pages.overview([], runs: runs, images: [:]).text
        for words in ["2 configured, 1 failed", "no change", "main@aaaaaaaa<", "Ada &lt;ada@example.com&gt;"] {
            #expect(text.contains(words), "\(words)")
        }
        #expect(text.contains("<a href=\"/syncs/2\">2</a>"))
        #expect(!text.contains(Self.script))
    }

    @Test func `images are left out where none is followed, and a failure to look is told`() {
        #expect(Pages.images([:]).text.isEmpty)
        let page = ImageBoard.Page(rows: [], failure: "no right to list pods & more", at: Date())
        let text = Pages.images(["posts": page]).text
        #expect(text.contains("posts: images cannot be looked at: no right to list pods &amp; more"))
    }

    @Test func `a sync that waits says what for, and how to say yes`() async throws {
        try await withTemporaryFolder { folder in
            let history = try await History.open(folder: folder.path, mode: .operate)
            let run = try await history.begin(project: "posts", trigger: .manual)
            try await history.record(message: "5 < 6 \(Self.script)", of: run)
            let old = ObjectID(group: "apps", kind: "Deployment", namespace: "shop", name: "old")
            let hold = PruneHold(
                hash: String(repeating: "1", count: 64),
                commitID: "c",
                reasons: ["more than <5> objects"],
                objects: [old]
            )
            try await history.setHold(hold, by: run)
            try await history.finish(run, outcome: .held, counts: RunCounts())
            let found = try await history.excerpt(run.number)
            let excerpt = try #require(found)
            let text = Pages.sync(excerpt).text
            for words in [
                "<h1>Sync \(run.number) of posts</h1>", "5 &lt; 6", "more than &lt;5&gt; objects",
                "sternpost approve posts --hash 1", "<li>\(old.description)</li>",
                "<span class=\"warn\">held</span>",
            ] {
                #expect(text.contains(words), "\(words)")
            }
            #expect(!text.contains(Self.script))
            #expect(!text.contains("<dt>Revision</dt>"), "it is about no commit")
            try await history.close()
        }
    }
}
