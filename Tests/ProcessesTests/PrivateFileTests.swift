// SPDX-License-Identifier: Apache-2.0
import Foundation
import Processes
import TestKit
import Testing

@Suite(.timeLimit(.minutes(1))) struct PrivateFileTests {
    /// Its permissions, or nil when there is no such file or it is a link.
    private func mode(of path: String) -> mode_t? {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return status.st_mode & 0o777
    }

    @Test(arguments: [0, 1, 4096, 1 << 20], [false, true])
    func `a file is new or another, and for us alone`(size: Int, isDurable: Bool) async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "file").path(percentEncoded: false)
            for byte in [UInt8(7), 8] {
                let bytes = [UInt8](repeating: byte, count: size)
                try PrivateFile.write(bytes, to: path, isDurable: isDurable)
                let written = Array(try Data(contentsOf: URL(filePath: path)))
                #expect(written == bytes)
                #expect(mode(of: path) == 0o600)
            }
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files == ["file"])
        }
    }

    @Test func `what a killed writer has left is removed, and nothing else`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "file").path(percentEncoded: false)
            try PrivateFile.write([1], to: path)
            for name in ["file.draft.7.8", "file.draft.9.10", "file.other", "other.draft.1.2"] {
                try Data([2]).write(to: folder.appending(path: name))
            }
            try PrivateFile.removeDrafts(of: path)
            try PrivateFile.removeDrafts(of: folder.appending(path: "no folder/file").path(percentEncoded: false))
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(Set(files) == ["file", "file.other", "other.draft.1.2"])
        }
    }

    @Test func `the draft of a process that is still at work can be spared`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "file").path(percentEncoded: false)
            for name in ["file.draft.7.8", "file.draft.9.10", "file.draft.odd"] {
                try Data([2]).write(to: folder.appending(path: name))
            }
            try PrivateFile.removeDrafts(of: path) { $0 == 9 }
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files == ["file.draft.9.10"])
        }
    }

    /// The tests run as root, too, which may read every folder.
    @Test func `a folder that cannot be read, and a draft that cannot be removed, are errors`() async throws {
        try await withTemporaryFolder { folder in
            let file = folder.appending(path: "file")
            try Data([1]).write(to: file)
            let inside = file.appending(path: "other").path(percentEncoded: false)
            #expect(throws: SystemFailure(code: ENOTDIR)) { try PrivateFile.removeDrafts(of: inside) }
            // `unlink` removes no folders; the draft beside it goes.
            let stuck = folder.appending(path: "kept.draft.1.2")
            try FileManager.default.createDirectory(at: stuck, withIntermediateDirectories: true)
            try Data([2]).write(to: folder.appending(path: "kept.draft.3.4"))
            let kept = folder.appending(path: "kept").path(percentEncoded: false)
            #expect(throws: SystemFailure(code: EISDIR)) { try PrivateFile.removeDrafts(of: kept) }
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(Set(files) == ["file", "kept.draft.1.2"])
        }
    }

    @Test func `only a process that exists is running`() {
        #expect(PrivateFile.isRunning(getpid()))
        #expect(PrivateFile.isRunning(getppid()))
        // No process id is that high, and those that are not positive mean groups of processes.
        for process: pid_t in [.max, 0, -1] { #expect(!PrivateFile.isRunning(process)) }
    }

    @Test func `a file that others could read is one for us alone then, and a link leads nowhere`() async throws {
        try await withTemporaryFolder { folder in
            let (path, other) = (folder.appending(path: "file").path, folder.appending(path: "other").path)
            try Data("old".utf8).write(to: URL(filePath: other))
            try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: other)
            try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: other)
            try PrivateFile.write(Array("new".utf8), to: path)
            #expect(mode(of: path) == 0o600)
            let old = try String(contentsOfFile: other, encoding: .utf8)
            #expect(old == "old")
        }
    }

    @Test func `what cannot be written says why, and leaves nothing behind`() async throws {
        try await withTemporaryFolder { folder in
            let missing = folder.appending(path: "none/file").path
            #expect(throws: SystemFailure(code: ENOENT)) { try PrivateFile.write([1], to: missing) }
            let taken = folder.appending(path: "taken").path
            try FileManager.default.createDirectory(atPath: taken, withIntermediateDirectories: true)
            #expect(throws: SystemFailure(code: EISDIR)) { try PrivateFile.write([1], to: taken) }
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files == ["taken"])
        }
    }

    @Test func `several threads may write the same file`() async throws {
        try await withTemporaryFolder { folder in
            let path = folder.appending(path: "file").path
            try await withThrowingTaskGroup(of: Void.self) { group in
                for byte in UInt8(1)...20 {
                    group.addTask { try PrivateFile.write([UInt8](repeating: byte, count: 100_000), to: path) }
                }
                try await group.waitForAll()
            }
            let bytes = Array(try Data(contentsOf: URL(filePath: path)))
            #expect(bytes.count == 100_000)
            #expect(Set(bytes).count == 1, "one of them, whole")
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(files == ["file"])
        }
    }
}
