// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncRecord
import TestKit
import Testing

@testable import Dashboard

/// How large a page gets, whatever it is about.
struct PageBoundTests {
    /// Every letter of it takes six bytes of a page.
    private static let quotes = String(repeating: "\"", count: 20_000)

    private func config(_ number: Int, lines: Int, _ value: String) throws -> ObjectOutcome {
        var data = JSONObject()
        for line in 0..<lines { data["line\(line)"] = .string(value) }
        let object = try KubeObject([
            "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string("c\(number)"), "namespace": "shop"],
            "data": .object(data),
        ])
        return ObjectOutcome(id: object.id, apiVersion: "v1", action: .created, origin: nil, after: object)
    }

    /// The page of a run with these objects.
    private func page(_ outcomes: [ObjectOutcome], _ edit: (History, RunID) async throws -> Void = { _, _ in })
        async throws -> String
    {
        try await withTemporaryFolder { folder in
            let history = try await History.open(folder: folder.path, mode: .operate)
            let run = try await history.begin(project: "posts", trigger: .manual)
            try await history.record(outcomes, of: run)
            try await edit(history, run)
            try await history.finish(run, outcome: .succeeded, counts: RunCounts())
            let excerpt = try await history.excerpt(run.number)
            try await history.close()
            let found = try #require(excerpt)
            return Pages.sync(found).text
        }
    }

    @Test func `of very many objects a page shows the first, and says how many more there are and what shows them`()
        async throws
    {
        let text = try await page(try (0..<450).map { try config($0, lines: 1, "x") })
        #expect(text.components(separatedBy: "<h2>created ").count - 1 == 200)
        #expect(text.contains("… and 250 more: sternpost show 1<"))
        #expect(text.utf8.count <= Pages.maxBytes)
    }

    @Test func `of long differences a page shows the beginnings, and as many as have room`() async throws {
        let text = try await page(try (0..<40).map { try config($0, lines: 300, "<\"&\"> \($0)") })
        let shown = text.components(separatedBy: "<h2>created ").count - 1
        #expect(shown > 3 && shown < 40)
        #expect(text.contains("… and \(40 - shown) more: sternpost show 1<"))
        #expect(text.utf8.count <= Pages.maxBytes)
    }

    @Test func `a difference that is cut says how many lines more there are`() async throws {
        let text = try await page([try config(0, lines: 1500, "x")])
        #expect(text.contains("more lines\n"))
        #expect(text.contains("line0: x") && !text.contains("line999: x"))
    }

    @Test func `long lists of all kinds leave room for the objects`() async throws {
        let ids = (0..<5000).map { ObjectID(group: "apps", kind: "Deployment", namespace: "shop", name: "old-\($0)") }
        let hold = PruneHold(hash: String(repeating: "1", count: 64), commitID: "c", reasons: ["many"], objects: ids)
        let text = try await page([try config(0, lines: 1, "x")]) { history, run in
            for _ in 0..<30 { try await history.record(message: Self.quotes, of: run) }
            try await history.setHold(hold, by: run)
        }
        #expect(text.contains("sternpost approve posts --hash 1"))
        #expect(text.components(separatedBy: " more: sternpost show 1<").count == 3)
        #expect(text.contains("<h2>created ConfigMap"))
        #expect(text.utf8.count <= Pages.maxBytes)
    }

    @Test func `the overview is bounded too, and says what shows the others`() async throws {
        let runs = (Int64(1)...50).map { id in
            SyncRun(
                id: 1050 - id,
                project: "posts",
                commit: nil,
                message: Self.quotes,
                trigger: .commit,
                startedAt: Date(timeIntervalSince1970: 0),
                finishedAt: nil,
                outcome: .succeeded,
                counts: RunCounts()
            )
        }
        let text = Pages.overview([], runs: runs, images: [:]).text
        let shown = text.components(separatedBy: "<a href=\"/syncs/").count - 1
        #expect(shown > 2 && shown < 50)
        #expect(text.contains("… and \(1049 - shown) more: sternpost history --limit 1049<"))
        #expect(text.utf8.count <= Pages.maxBytes)
    }

    @Test func `pieces that do not fit are counted and not made`() {
        var made = 0
        let pieces = FittingPieces(0..<100, maxBytes: 25, further: 7) { number in
            made += 1
            return "<b>\(number)</b>"
        }
        #expect(pieces.shown.text == "<b>0</b><b>1</b><b>2</b>")
        #expect(pieces.leftOut == 104)
        #expect(made == 4)
        let many = FittingPieces(0..<5000, maxBytes: .max) { _ in "x" }
        #expect(many.leftOut == 5000 - FittingPieces.maxPieces)
        #expect(many.more("sternpost status").text.contains("… and 4000 more: sternpost status"))
        let whole = FittingPieces([1], maxBytes: 1) { _ in "x" }
        #expect(whole.more("sternpost status").text.isEmpty)
    }
}
