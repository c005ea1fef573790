// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncApply
import SyncRecord
import TestKit
import Testing

/// A history that is deleted or replaced while a process writes to it.
struct ReplacedFileTests {
    private func reason(_ body: () async throws(RecordError) -> Void) async -> RecordError.Reason? {
        do throws(RecordError) {
            try await body()
            return nil
        } catch {
            return error.reason
        }
    }

    /// Why a read failed, and why a write.
    private func reasons(_ history: History) async -> [RecordError.Reason?] {
        let reading = await reason { () async throws(RecordError) in _ = try await history.state(of: "posts") }
        let writing = await reason { () async throws(RecordError) in
            try await history.setSuspended(true, project: "posts", person: "ada")
        }
        return [reading, writing]
    }

    enum Loss: String, CaseIterable, Sendable {
        case folder, file, log, lock, replacement, fileInsteadOfFolder
    }

    private func lose(_ loss: Loss, in folder: URL) throws {
        let files = FileManager.default
        switch loss {
        case .folder: try files.removeItem(at: folder)
        case .file: try files.removeItem(at: folder.appending(path: "history.sqlite"))
        case .log: try files.removeItem(at: folder.appending(path: "history.sqlite-wal"))
        case .lock: try files.removeItem(at: folder.appending(path: "history.lock"))
        case .replacement:
            let file = folder.appending(path: "history.sqlite"), copy = folder.appending(path: "copy")
            try files.copyItem(at: file, to: copy)
            try files.removeItem(at: file)
            try files.moveItem(at: copy, to: file)
        case .fileInsteadOfFolder:
            try files.removeItem(at: folder)
            try Data().write(to: folder)
        }
    }

    @Test(arguments: Loss.allCases)
    func `after the loss no intent is taken, and no read says that all is well`(_ loss: Loss) async throws {
        try await withTemporaryFolder { folder in
            let data = folder.appending(path: "data")
            let history = try await History.open(folder: data.path, mode: .operate)
            let run = try await history.begin(project: "posts", trigger: .commit)
            let journal = history.journal(for: run)
            let intent = MutationIntent(id: .deployment("web"), verb: .apply, reason: "test")
            _ = try await journal.intend([intent])
            try lose(loss, in: data)
            await #expect(throws: RecordError.self) { _ = try await journal.intend([intent]) }
            let beginning = await reason { () async throws(RecordError) in
                _ = try await history.begin(project: "posts", trigger: .commit)
            }
            #expect(beginning == .replaced)
            let reading = await reason { () async throws(RecordError) in _ = try await history.state(of: "posts") }
            #expect(reading == .replaced)
            let ordering = await reason { () async throws(RecordError) in
                try await history.setSuspended(true, project: "posts", person: "ada")
            }
            #expect(ordering == .replaced)
        }
    }

    @Test func `a file that comes back is not believed before a restart`() async throws {
        try await withTemporaryFolder { folder in
            let history = try await History.open(folder: folder.path, mode: .operate)
            _ = try await history.begin(project: "posts", trigger: .commit)
            let file = folder.appending(path: "history.sqlite"), aside = folder.appending(path: "aside")
            try FileManager.default.moveItem(at: file, to: aside)
            let whileAway = await reason { () async throws(RecordError) in _ = try await history.state(of: "posts") }
            #expect(whileAway == .replaced)
            try FileManager.default.moveItem(at: aside, to: file)
            let afterReturn = await reason { () async throws(RecordError) in _ = try await history.state(of: "posts") }
            #expect(afterReturn == .replaced)
        }
    }

    @Test func `a look that fails for another cause fails one call and nothing after it`() async throws {
        try await withTemporaryFolder { folder in
            let data = folder.appending(path: "data"), aside = folder.appending(path: "aside")
            let history = try await History.open(folder: data.path, mode: .operate)
            try FileManager.default.moveItem(at: data, to: aside)
            // A link to itself: ELOOP, as EIO of a disk or ESTALE of a server.
            try #require(symlink(data.path, data.path) == 0)
            #expect(await reasons(history) == [.failed, .failed])
            try #require(unlink(data.path) == 0)
            try FileManager.default.moveItem(at: aside, to: data)
            #expect(await reasons(history) == [nil, nil])
            #expect(try await history.state(of: "posts").suspension != nil)
        }
    }
}
