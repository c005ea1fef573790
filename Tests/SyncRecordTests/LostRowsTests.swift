// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncApply
import SyncRecord
import TestKit
import Testing

/// What a run says of itself when not all of its rows could be written.
@Suite struct LostRowsTests {
    private static let refusal = RecordError(.diskFull, "history", "the disk took no more, says the test")
    private static var counts: RunCounts {
        var counts = RunCounts()
        counts.created = 400
        return counts
    }

    private func expectIntact(_ history: History) async throws {
        guard case .intact = try await history.verify() else {
            Issue.record("a full disk must not break the chain")
            return
        }
    }

    @Test func `P3: rows that a full disk does not take are told in the run, and its counts are those of the pass`()
        async throws
    {
        try await withSmallDisk(mebibytes: 8) { disk in
            let history = try await History.open(folder: disk.path, mode: .operate)
            let run = try await history.begin(project: "posts", trigger: .commit)
            let rows = (1...6000).map {
                ObjectOutcome.sample(.deployment("web-\($0)"), .created, error: String(repeating: "long ", count: 200))
            }
            try disk.fill()
            await #expect {
                try await history.record(rows, of: run)
            } throws: { ($0 as? RecordError)?.reason == .diskFull }
            try await history.finish(run, outcome: .degraded, counts: Self.counts)
            let detail = try #require(try await history.detail(run.number))
            #expect(detail.run.counts == Self.counts)
            #expect(!detail.objects.isEmpty && detail.objects.count < rows.count)
            let told = "\(rows.count - detail.objects.count) entries could not be recorded: the disk was full"
            #expect(detail.messages == [told])
            try await expectIntact(history)
            try await history.close()
        }
    }

    @Test func `P3: the end of a run that no disk took is written when the next pass begins`() async throws {
        try await withTemporaryFolder { folder in
            let disk = FillableDisk(refusal: Self.refusal)
            let history = try await History.open(
                folder: folder.path,
                mode: .operate,
                beforeCommit: { _ in try disk.check() }
            )
            let run = try await history.begin(project: "posts", trigger: .commit)
            disk.fill(true)
            for part in 1...2 {
                await #expect {
                    try await history.record(message: "part \(part)", of: run)
                } throws: { ($0 as? RecordError)?.reason == .diskFull }
            }
            await #expect {
                try await history.finish(run, outcome: .interrupted, counts: Self.counts)
            } throws: { ($0 as? RecordError)?.reason == .diskFull }
            disk.fill(false)
            _ = try await history.begin(project: "posts", trigger: .commit)
            let detail = try #require(try await history.detail(run.number))
            #expect(detail.run.outcome == .interrupted)
            #expect(detail.run.counts == Self.counts)
            #expect(detail.messages == ["2 entries could not be recorded: the disk was full"])
            try await expectIntact(history)
            try await history.close()
        }
    }

    @Test func `P3: what is recorded again until it is written is not told as lost, and an image run keeps its end`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let disk = FillableDisk(refusal: Self.refusal)
            let history = try await History.open(
                folder: folder.path,
                mode: .operate,
                beforeCommit: { _ in try disk.check() }
            )
            let run = try await history.begin(project: "posts", trigger: .image)
            disk.fill(true)
            await #expect {
                try await history.recordUntilWritten([.sample()], of: run)
            } throws: { ($0 as? RecordError)?.reason == .diskFull }
            disk.fill(false)
            try await history.recordUntilWritten([.sample()], of: run)
            disk.fill(true)
            await #expect {
                try await history.finish(run, outcome: .interrupted, counts: Self.counts)
            } throws: { ($0 as? RecordError)?.reason == .diskFull }
            disk.fill(false)
            _ = try await history.begin(project: "posts", trigger: .commit)
            let detail = try #require(try await history.detail(run.number))
            #expect(detail.run.outcome == .interrupted)
            #expect(detail.objects.count == 1)
            #expect(detail.messages.isEmpty)
            try await expectIntact(history)
            try await history.close()
        }
    }

    @Test func `a run of a process that died counts the objects that have rows`() async throws {
        try await withTemporaryFolder { folder in
            let first = try await History.open(folder: folder.path, mode: .operate)
            let run = try await first.begin(project: "posts", trigger: .commit)
            try await first.record([.sample(.deployment("a"), .created), .sample(.deployment("b"), .failed)], of: run)
            try await first.close()
            let second = try await History.open(folder: folder.path, mode: .operate)
            let closed = try #require(try await second.run(run.number))
            #expect(closed.outcome == .unknown)
            #expect(closed.counts.created == 1 && closed.counts.failed == 1)
            try await expectIntact(second)
            try await second.close()
        }
    }
}
