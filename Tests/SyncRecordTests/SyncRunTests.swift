// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncRecord
import SyncSource
import Testing

/// What a run says of its commit, in full, in short and as JSON.
@Suite struct SyncRunTests {
    /// What is told of one commit, or of none.
    struct Row: Sendable {
        var ref: String?
        var author = ""
        var revision = ""
        var short = ""
        var signature = ""
    }

    private static let id = String(repeating: "a1", count: 20)

    static let rows: [Row] = [
        Row(),
        Row(
            ref: "main",
            author: "Ada",
            revision: "main@sha1:\(id)",
            short: "main@a1a1a1a1",
            signature: "Ada <ada@example.com>"
        ),
        // Names that hold what once was searched for.
        Row(
            ref: "fix@sha1:x",
            author: "Ada <",
            revision: "fix@sha1:x@sha1:\(id)",
            short: "fix@sha1:x@a1a1a1a1",
            signature: "Ada < <ada@example.com>"
        ),
    ]

    private func run(_ row: Row) -> SyncRun {
        let commit = row.ref.map { ref in
            CommitInfo(
                id: Self.id,
                ref: ref,
                authorName: row.author,
                authorEmail: "ada@example.com",
                authoredAt: 0,
                subject: "s"
            )
        }
        return SyncRun(
            id: 1,
            project: "posts",
            commit: commit,
            message: "s",
            trigger: .commit,
            startedAt: Date(timeIntervalSince1970: 0),
            finishedAt: nil,
            outcome: .running,
            counts: RunCounts()
        )
    }

    @Test(arguments: rows)
    func `the texts of a run are made of its commit`(_ row: Row) {
        let run = run(row)
        #expect(run.revision == row.revision)
        #expect(run.shortRevision == row.short)
        #expect(run.author == row.signature)
    }

    @Test(arguments: rows)
    func `the JSON of a run holds texts, and no commit`(_ row: Row) throws {
        let json = try JSONParser.parse(Array(try JSONEncoder().encode(run(row))))
        #expect(json["revision"] == .string(row.revision))
        #expect(json["author"] == .string(row.signature))
        let keys = (json.object ?? JSONObject()).map(\.key).sorted()
        #expect(
            keys == ["author", "counts", "id", "message", "outcome", "project", "revision", "startedAt", "trigger"]
        )
    }
}
