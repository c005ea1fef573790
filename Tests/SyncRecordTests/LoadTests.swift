// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import SyncApply
import SyncLook
import SyncPlan
import SyncRecord
import TestKit
import Testing

@Suite struct LoadTests {
    @Test(.timeLimit(.minutes(2))) func `a pass of 1,000 objects is one transaction of intents`() async throws {
        try await withHistory { history in
            let ids = (1...1000).map { ObjectID.deployment("web-\($0)") }
            let run = try await history.begin(project: "posts", trigger: .commit)
            let journal = history.journal(for: run)
            let intents = try await journal.intend(
                ids.map { MutationIntent(id: $0, verb: .apply, reason: "created by commit aaaaaaaa") }
            )
            #expect(intents == Array(intents[0]..<intents[0] + 1000))
            try await withThrowingTaskGroup(of: Void.self) { group in
                for lane in 0..<8 {
                    group.addTask {
                        for index in stride(from: lane, to: 1000, by: 8) {
                            try await journal.conclude([(intents[index], .done)])
                        }
                    }
                }
                try await group.waitForAll()
            }
            let outcomes = try ids.map { id in
                ObjectOutcome.sample(id, .created, after: try .deployment(id.name, replicas: 2))
            }
            try await history.record(outcomes, of: run)
            let marks = ids.map { ($0, Inventory.AppliedMark(uid: "u", resourceVersion: "1", contentHash: "c")) }
            try await history.save(marks: Dictionary(uniqueKeysWithValues: marks), of: "posts")
            try await history.finish(run, outcome: .succeeded, counts: RunCounts())

            let detail = try #require(try await history.detail(run.number))
            #expect(detail.objects.count == 1000)
            #expect(detail.mutations.allSatisfy { $0.ending == .done })
            guard case .intact(let head) = try await history.verify() else {
                Issue.record("the chain must be intact")
                return
            }
            #expect(head.sequence == 1 + 1 + 3000 + 1 + 1)
        }
    }

    @Test func `readers see whole runs while a writer works`() async throws {
        try await withHistory { history in
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    for number in 1...30 {
                        try await history.sampleRun(
                            outcomes: (1...20).map { .sample(.deployment("web-\(number)-\($0)")) }
                        )
                    }
                }
                for _ in 1...4 {
                    group.addTask {
                        var seen: Int64 = 0
                        while seen < 30 {
                            let runs = try await history.runs(limit: 5)
                            #expect((runs.first?.id ?? 0) >= seen)
                            seen = runs.first { $0.finishedAt != nil }?.id ?? 0
                            for run in runs where run.finishedAt != nil {
                                #expect(try await history.detail(run.id)?.objects.count == 20)
                            }
                            guard case .intact = try await history.verify() else {
                                Issue.record("a reader met a broken chain")
                                return
                            }
                        }
                    }
                }
                try await group.waitForAll()
            }
        }
    }

    @Test func `writers at the same time share one chain`() async throws {
        try await withHistory { history in
            let runs = try await withThrowingTaskGroup(of: Int64.self) { group in
                for index in 1...20 {
                    group.addTask { try await history.sampleRun(project: "project-\(index)").id }
                }
                return try await group.reduce(into: [Int64]()) { $0.append($1) }
            }
            #expect(runs.sorted() == Array(1...20))
            guard case .intact = try await history.verify() else {
                Issue.record("the chain must be intact")
                return
            }
        }
    }
}
