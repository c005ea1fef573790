// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncApply
import SyncRecord
import TestKit
import Testing

@Suite struct CrashTests {
    @Test func `P1: a process killed between intent and outcome leaves unknown writes and an unknown run`() async throws
    {
        try await withTemporaryFolder { folder in
            let path = folder.path
            await #expect(processExitsWith: .signal(SIGKILL)) { [path = path as String] in
                let history = try await History.open(folder: path, mode: .operate)
                try await history.sampleRun()
                let run = try await history.begin(project: "posts", trigger: .commit)
                let journal = history.journal(for: run)
                let intents = try await journal.intend(
                    (1...3).map { MutationIntent(id: .deployment("web-\($0)"), verb: .apply, reason: "commit") }
                )
                try await journal.conclude([(intents[1], .done)])
                kill(getpid(), SIGKILL)
            }
            let history = try await History.open(folder: path, mode: .operate)
            #expect(history.notices == ["1 run of a process that died: closed with outcome unknown"])
            let detail = try #require(try await history.detail(2))
            #expect(detail.run.outcome == .unknown)
            #expect(detail.run.finishedAt != nil)
            #expect(detail.mutations.map(\.ending) == [.unknown, .done, .unknown])
            #expect(detail.mutations[0].message.contains("the process ended"))
            #expect(try await history.run(1)?.outcome == .succeeded)
            #expect(try await history.runs(object: ObjectQuery(parsing: "Deployment/web-3")).map(\.id) == [2])
            guard case .intact = try await history.verify() else {
                Issue.record("a crash must not break the chain")
                return
            }
            try await history.close()
            let again = try await History.open(folder: path, mode: .operate)
            #expect(again.notices.isEmpty)
            try await again.close()
        }
    }

    @Test func `a command does not close the runs of a living operator`() async throws {
        try await withTemporaryFolder { folder in
            let operating = try await History.open(folder: folder.path, mode: .operate)
            let run = try await operating.begin(project: "posts", trigger: .commit)
            let command = try await History.open(folder: folder.path, mode: .command)
            #expect(try await command.run(run.number)?.outcome == .running)
            try await command.close()
            try await operating.finish(run, outcome: .succeeded, counts: RunCounts())
            try await operating.close()
        }
    }
}
