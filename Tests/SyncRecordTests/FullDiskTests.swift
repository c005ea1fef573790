// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncApply
import SyncRecord
import TestKit
import Testing

/// The kernel refuses to let a file of the process grow, which SQLite meets as it meets a full disk.
private func limitFileSize(to bytes: Int) {
    signal(SIGXFSZ, SIG_IGN)
    var limit = rlimit(rlim_cur: rlim_t(bytes), rlim_max: rlim_t.max)
    guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(90) }
}

/// How many bytes the reserve of a data folder has; 0 without one.
private func reserved(_ folder: String) -> Int {
    var status = stat()
    return stat(folder + "/history.reserve", &status) == 0 ? Int(status.st_size) : 0
}

@Suite struct FullDiskTests {
    @Test func `P3: an intent that cannot be written throws, and nothing of it is there`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path
            await #expect(processExitsWith: .exitCode(42)) { [path = path as String] in
                let history = try await History.open(folder: path, mode: .operate)
                let run = try await history.begin(project: "posts", trigger: .commit)
                let journal = history.journal(for: run)
                limitFileSize(to: 600 << 10)
                var written = 0
                do {
                    for round in 1...100 {
                        let intents = (1...100).map {
                            MutationIntent(id: .deployment("web-\(round)-\($0)"), verb: .apply, reason: "commit")
                        }
                        written += try await journal.intend(intents).count
                    }
                } catch let error as RecordError where error.reason == .diskFull && error.isRetryable {
                    let mutations = try await history.detail(run.number)?.mutations.count
                    exit(mutations == written && written > 0 ? 42 : 1)
                }
                exit(2)
            }
            let history = try await History.open(folder: path, mode: .operate)
            let detail = try #require(try await history.detail(1))
            #expect(detail.mutations.count.isMultiple(of: 100))
            #expect(detail.run.outcome == .unknown)
            guard case .intact = try await history.verify() else {
                Issue.record("a full disk must not break the chain")
                return
            }
            try await history.sampleRun()
            try await history.close()
        }
    }

    @Test func `P3: on a full disk no intent is written, but the outcome of what has happened is`() async throws {
        try await withSmallDisk(mebibytes: 4) { folder in
            let history = try await History.open(folder: folder.path, mode: .operate)
            #expect(history.notices.isEmpty)
            let run = try await history.begin(project: "posts", trigger: .commit)
            let journal = history.journal(for: run)
            let first = try await journal.intend([
                MutationIntent(id: .deployment("web"), verb: .apply, reason: "commit")
            ])
            try folder.fill()
            await #expect {
                for _ in 1...1000 {
                    _ = try await journal.intend(
                        (1...100).map { MutationIntent(id: .deployment("\($0)"), verb: .apply, reason: "commit") }
                    )
                }
            } throws: { ($0 as? RecordError)?.reason == .diskFull }
            #expect(reserved(folder.path) == 2 << 20)
            try await journal.conclude([(first[0], .done)])
            for _ in 1...200 where reserved(folder.path) == 2 << 20 {
                try await history.record([.sample()], of: run)
            }
            #expect(reserved(folder.path) == 512 << 10)
            // What is left of the room for rows is used up, so that only the last part has room for the end.
            try folder.fill()
            await #expect {
                _ = try await journal.intend([MutationIntent(id: .deployment("late"), verb: .apply, reason: "commit")])
            } throws: { ($0 as? RecordError)?.reason == .diskFull }
            try await history.finish(run, outcome: .interrupted, counts: RunCounts())
            #expect(reserved(folder.path) == 0)
            #expect(try await history.detail(run.number)?.mutations.first?.ending == .done)
            try folder.fill()
            await #expect {
                _ = try await history.begin(project: "posts", trigger: .commit)
            } throws: { ($0 as? RecordError)?.reason == .diskFull }
            try folder.free()
            _ = try await history.sampleRun()
            #expect(reserved(folder.path) == 2 << 20)
            guard case .intact = try await history.verify() else {
                Issue.record("a full disk must not break the chain")
                return
            }
            try await history.close()
        }
    }

    @Test func `P3: the reserve is given up for the outcome of what has happened`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.path
            await #expect(processExitsWith: .exitCode(42)) { [path = path as String] in
                let history = try await History.open(folder: path, mode: .operate)
                let run = try await history.begin(project: "posts", trigger: .commit)
                let journal = history.journal(for: run)
                let intents = try await journal.intend([
                    MutationIntent(id: .deployment("web"), verb: .apply, reason: "commit")
                ])
                limitFileSize(to: 0)
                do {
                    try await journal.conclude([(intents[0], .done)])
                } catch let error as RecordError where error.reason == .diskFull {
                    exit(reserved(path) == 512 << 10 ? 42 : 1)
                }
                exit(2)
            }
            let history = try await History.open(folder: path, mode: .operate)
            #expect(reserved(path) == 2 << 20)
            try await history.close()
        }
    }
}
