// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import SyncRecord
import TestKit
import Testing

@testable import SyncImages

/// How the runs of image rollouts end in the history, also when the disk is full at their end.
@Suite struct RolloutRunsTests {
    private static let refusal = RecordError(.diskFull, "history", "the disk took no more, says the test")
    private static let reason = "rollouts under way were left to themselves"

    /// Runs of the project `posts` in a history whose disk can be filled.
    private func withRuns(_ body: (RolloutRuns, History, FillableDisk) async throws -> Void) async throws {
        try await withTemporaryFolder { folder in
            let disk = FillableDisk(refusal: Self.refusal)
            let history = try await History.open(
                folder: folder.path,
                mode: .operate,
                beforeCommit: { _ in try disk.check() }
            )
            try await body(RolloutRuns(history: history, project: "posts", onEnd: { _ in }), history, disk)
            guard case .intact = try await history.verify() else {
                Issue.record("a full disk must not break the chain")
                return
            }
            try await history.close()
        }
    }

    private func workload(_ name: String) throws -> ObjectID {
        try ImageFixture.object { $0[["metadata", "name"]] = .string(name) }.id
    }

    /// Ends a rollout of a workload, which a full disk refuses.
    private func end(_ name: String, error: String? = nil, in runs: RolloutRuns, isRefused: Bool = true) async throws {
        let id = try workload(name)
        do throws(RecordError) {
            try await runs.ended(id, apiVersion: "apps/v1", [], story: "\(name) ended", error: error)
            #expect(!isRefused)
        } catch {
            #expect(isRefused && error.reason == .diskFull)
        }
    }

    @Test func `P3: what finds no room is written by the next settle, and the run has its own end`() async throws {
        try await withRuns { runs, history, disk in
            let run = try await runs.run(for: try workload("web"))
            disk.fill(true)
            try await end("web", error: "the new pods failed", in: runs)
            disk.fill(false)
            try await runs.settle()
            let detail = try #require(try await history.detail(run.number))
            #expect(detail.run.outcome == .degraded && detail.run.counts.failed == 1)
            #expect(detail.objects.count == 1 && detail.messages.isEmpty)
        }
    }

    @Test(arguments: [nil, "the new pods failed"])
    func `P3: a run that is over at the stop keeps its own end, with what found no room counted`(error: String?)
        async throws
    {
        try await withRuns { runs, history, disk in
            let run = try await runs.run(for: try workload("web"))
            disk.fill(true)
            try await end("web", error: error, in: runs)
            await runs.abandon(Self.reason)
            disk.fill(false)
            _ = try await history.begin(project: "posts", trigger: .commit)
            let detail = try #require(try await history.detail(run.number))
            #expect(detail.run.outcome == (error == nil ? .succeeded : .degraded))
            #expect(detail.run.counts.failed == (error == nil ? 0 : 1))
            #expect(detail.run.message == "web ended")
            #expect(detail.messages == ["1 entry could not be recorded: the disk was full"])
        }
    }

    @Test func `P3: a run behind another whose outcome found no room has its own end as well`() async throws {
        try await withRuns { runs, history, disk in
            let first = try await runs.run(for: try workload("web"))
            let second = try await runs.run(for: try workload("api"))
            disk.fill(true)
            try await end("web", error: "the new pods failed", in: runs)
            try await end("api", in: runs)
            await runs.abandon(Self.reason)
            disk.fill(false)
            _ = try await history.begin(project: "posts", trigger: .commit)
            #expect(try await history.run(first.number)?.outcome == .degraded)
            #expect(try await history.run(second.number)?.outcome == .succeeded)
        }
    }

    @Test func `a run with a rollout under way is interrupted, and says what is left to itself`() async throws {
        try await withRuns { runs, history, _ in
            let run = try await runs.run(for: try workload("web"))
            _ = try await runs.run(for: try workload("api"), sharing: run)
            try await end("web", in: runs, isRefused: false)
            await runs.abandon(Self.reason)
            let detail = try #require(try await history.detail(run.number))
            #expect(detail.run.outcome == .interrupted)
            #expect(detail.messages == [Self.reason])
            #expect(detail.objects.count == 1)
        }
    }
}
