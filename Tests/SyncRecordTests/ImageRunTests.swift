// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncRecord
import TestKit
import Testing

/// Image rollouts are runs beside the passes: neither closes the other.
@Suite struct ImageRunTests {
    private func isIntact(_ history: History) async throws -> Bool {
        if case .intact = try await history.verify() { return true }
        return false
    }

    @Test func `a rollout that begins beside a pass leaves the pass open, and ends by itself`() async throws {
        try await withHistory { history in
            let pass = try await history.begin(project: "posts", trigger: .commit)
            let rollout = try await history.begin(project: "posts", trigger: .image)
            #expect(try await history.run(pass.number)?.outcome == .running)
            try await history.finish(rollout, outcome: .succeeded, counts: RunCounts())
            #expect(try await history.run(pass.number)?.outcome == .running)
            try await history.finish(pass, outcome: .succeeded, counts: RunCounts())
            #expect(try await history.run(pass.number)?.outcome == .succeeded)
            #expect(try await isIntact(history))
        }
    }

    @Test(arguments: [RunTrigger.commit, .drift, .manual, .approval, .retry, .start])
    func `a pass that begins closes the pass before it, and no rollout`(trigger: RunTrigger) async throws {
        try await withHistory { history in
            let rollouts = [
                try await history.begin(project: "posts", trigger: .image),
                try await history.begin(project: "posts", trigger: .image),
            ]
            let lost = try await history.begin(project: "posts", trigger: .commit)
            let last = try await history.begin(project: "posts", trigger: .image)
            _ = try await history.begin(project: "posts", trigger: trigger)
            #expect(try await history.run(lost.number)?.outcome == .unknown)
            for rollout in rollouts + [last] {
                #expect(try await history.run(rollout.number)?.outcome == .running)
                try await history.finish(rollout, outcome: .succeeded, counts: RunCounts())
            }
            #expect(try await isIntact(history))
        }
    }

    @Test func `the last pass is no rollout, and is the project's own`() async throws {
        try await withHistory { history in
            #expect(try await history.lastPass(of: "posts") == nil)
            _ = try await history.begin(project: "posts", trigger: .image)
            #expect(try await history.lastPass(of: "posts") == nil)
            let pass = try await history.sampleRun()
            for _ in 0..<3 { try await history.sampleRun(trigger: .image) }
            try await history.sampleRun(project: "other")
            #expect(try await history.lastPass(of: "posts") == pass)
            #expect(try await history.runs(project: "posts").count == 5, "the history shows them all")
        }
    }

    @Test func `a process that dies leaves its rollouts closed as unknown, their writes too`() async throws {
        try await withTemporaryFolder { folder in
            let first = try await History.open(folder: folder.path, mode: .operate)
            let rollout = try await first.begin(project: "posts", trigger: .image)
            let done = try await first.begin(project: "posts", trigger: .image)
            _ = try await first.journal(for: rollout).intend([
                MutationIntent(
                    id: .deployment("web"),
                    verb: .init(rawValue: "restart"),
                    reason: "web: nginx:latest 1 → 2"
                )
            ])
            try await first.finish(done, outcome: .degraded, counts: RunCounts(), message: "undone")
            try await first.close()
            let next = try await History.open(folder: folder.path, mode: .operate)
            let detail = try #require(try await next.detail(rollout.number))
            #expect(detail.run.outcome == .unknown && detail.mutations.map(\.ending) == [.unknown])
            #expect(detail.mutations.first?.reason == "web: nginx:latest 1 → 2")
            #expect(try await next.run(done.number)?.outcome == .degraded)
            #expect(try await isIntact(next))
            try await next.close()
        }
    }

    @Test func `rollouts that end in any order count for themselves`() async throws {
        try await withHistory { history in
            let one = try await history.begin(project: "posts", trigger: .image)
            let two = try await history.begin(project: "posts", trigger: .image)
            let intents = try await history.journal(for: one).intend([
                MutationIntent(id: .deployment("web"), verb: .init(rawValue: "restart"), reason: "x")
            ])
            var counts = RunCounts()
            counts.restarted = 2
            try await history.finish(two, outcome: .succeeded, counts: counts)
            try await history.journal(for: one).conclude(intents.map { ($0, .done) })
            counts.failed = 1
            try await history.finish(one, outcome: .degraded, counts: counts)
            #expect(try await history.run(two.number)?.counts.failed == 0)
            let detail = try #require(try await history.detail(one.number))
            #expect(detail.run.counts == counts && detail.run.trigger == .image)
            #expect(detail.mutations.map(\.ending) == [.done])
            await #expect(throws: RecordError.self) {
                try await history.finish(two, outcome: .failed, counts: RunCounts())
            }
        }
    }
}
