// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncLook
import SyncPlan
import SyncRecord
import TestKit
import Testing

/// The file of the residuals' key, seen from the history that opens it.
@Suite(.timeLimit(.minutes(1))) struct ResidualKeyFileTests {
    /// Opens the history as an operator and closes it again: what it said, and its key.
    private func open(_ folder: URL) async throws -> (notices: [String], key: [UInt8]) {
        let history = try await History.open(folder: folder.path, mode: .operate)
        let result = (history.notices, history.residualKey.bytes)
        try await history.close()
        return result
    }

    @Test func `the key stays the same, and drafts of it go`() async throws {
        try await withTemporaryFolder { folder in
            let draft = folder.appending(path: "residual.key.draft.1.2")
            try Data([1]).write(to: draft)
            let first = try await open(folder)
            let second = try await open(folder)
            #expect(first.notices.isEmpty && second.notices.isEmpty, "\(first.notices) \(second.notices)")
            #expect(first.key == second.key)
            #expect(!FileManager.default.fileExists(atPath: draft.path))
        }
    }

    @Test func `a draft that cannot be removed is told, and the key is kept`() async throws {
        try await withTemporaryFolder { folder in
            // `unlink` removes no folders.
            let draft = folder.appending(path: "residual.key.draft.1.2")
            try FileManager.default.createDirectory(at: draft, withIntermediateDirectories: true)
            let first = try await open(folder)
            #expect(first.notices.count == 1)
            #expect(first.notices.first?.hasSuffix("residual.key.draft.* by hand") == true, "\(first.notices)")
            let second = try await open(folder)
            #expect(second.key == first.key && second.notices.isEmpty)
        }
    }

    @Test func `a key that cannot be kept is told with what follows`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "residual.key")
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
            let notices = try await open(folder).notices
            #expect(notices.count == 1)
            #expect(notices.first?.contains("cannot be written: Is a directory") == true, "\(notices)")
            #expect(notices.first?.contains("applied once more after each start") == true, "\(notices)")
        }
    }
}
