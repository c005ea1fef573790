// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncApply
import SyncRecord
import Testing

/// A run as far as a page shows it.
struct RunExcerptTests {
    private func outcomes(_ numbers: Range<Int>) throws -> [ObjectOutcome] {
        try numbers.map { number in
            let name = "web-\(number)"
            return .sample(.deployment(name), .created, after: try .deployment(name, replicas: 1))
        }
    }

    @Test func `a small run is read whole`() async throws {
        try await withHistory { history in
            let run = try await history.sampleRun(outcomes: try outcomes(0..<3))
            let excerpt = try #require(try await history.excerpt(run.id))
            let detail = try #require(try await history.detail(run.id))
            #expect(excerpt.leftOut == RunExcerpt.LeftOut())
            #expect(excerpt.detail.run == run)
            #expect(excerpt.detail.objects == detail.objects)
            let absent = try await history.excerpt(7)
            #expect(absent == nil)
        }
    }

    @Test func `of many rows the first are read, and the others counted`() async throws {
        try await withHistory { history in
            let run = try await history.begin(project: "posts", trigger: .commit)
            try await history.record(try outcomes(0..<12), of: run)
            for number in 0..<7 { try await history.record(message: "message \(number)", of: run) }
            var limits = ExcerptLimits()
            limits.rows = 5
            let excerpt = try #require(try await history.excerpt(run.number, within: limits))
            #expect(excerpt.detail.objects.map(\.id.name) == (0..<5).map { "web-\($0)" })
            #expect(excerpt.detail.messages == (0..<5).map { "message \($0)" })
            #expect(excerpt.leftOut.objects == 7 && excerpt.leftOut.messages == 2)
        }
    }

    @Test func `no more bytes are read than the limit, and no row that is larger`() async throws {
        try await withHistory { history in
            let run = try await history.begin(project: "posts", trigger: .commit)
            let lengths = [10, 9000, 10, 400, 400, 10]
            for length in lengths {
                try await history.record(message: String(repeating: "word ", count: length), of: run)
            }
            var limits = ExcerptLimits()
            limits.rowBytes = 4000
            limits.bytes = 3000
            let excerpt = try #require(try await history.excerpt(run.number, within: limits))
            #expect(excerpt.detail.messages.map(\.count).allSatisfy { $0 <= 2000 })
            #expect(excerpt.detail.messages.count == 3)
            #expect(excerpt.leftOut.messages == 3)
        }
    }

    @Test func `of an image rollout the first writes are read, each with its own end`() async throws {
        try await withHistory { history in
            let run = try await history.begin(project: "posts", trigger: .image)
            let journal = history.journal(for: run)
            let intents = try await journal.intend(
                (0..<6).map { MutationIntent(id: .deployment("web-\($0)"), verb: .apply, reason: "pushed") }
            )
            // In another order than they began.
            for intent in intents.reversed() { try await journal.conclude([(intent, .done)]) }
            var limits = ExcerptLimits()
            limits.rows = 4
            let excerpt = try #require(try await history.excerpt(run.number, within: limits))
            #expect(excerpt.detail.mutations.map(\.intent) == Array(intents.prefix(4)))
            #expect(excerpt.detail.mutations.allSatisfy { $0.ending == .done })
            #expect(excerpt.leftOut.mutations == 2)
        }
    }

    @Test func `a long difference is cut, and its last line counts all that is left out`() async throws {
        try await withHistory { history in
            var data = JSONObject()
            for line in 0..<3000 { data["line\(line)"] = "x" }
            let after = try KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "large", "namespace": "shop"],
                "data": .object(data),
            ])
            let run = try await history.begin(project: "posts", trigger: .commit)
            try await history.record([.sample(after.id, .created, after: after)], of: run)
            var limits = ExcerptLimits()
            limits.diffLines = 100
            let whole = try #require(try await history.detail(run.number)?.objects.first?.diff)
            let cut = try #require(try await history.excerpt(run.number, within: limits)?.detail.objects.first?.diff)
            let lines = cut.text.split(separator: "\n")
            #expect(whole.isTruncated && cut.isTruncated)
            #expect(lines.count == 101)
            #expect(whole.text.hasPrefix(lines.dropLast().joined(separator: "\n")))
            let leftBefore = try #require(Int(whole.text.split(separator: "\n").last?.split(separator: " ")[1] ?? ""))
            let shownBefore = whole.text.split(separator: "\n").count - 1
            #expect(lines.last.map(String.init) == "… \(leftBefore + shownBefore - 100) more lines")
            limits.diffBytes = 500
            let short = try #require(try await history.excerpt(run.number, within: limits)?.detail.objects.first?.diff)
            #expect(short.text.utf8.count < 530)
        }
    }
}
