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
            PrivateFile.removeDrafts(of: path)
            PrivateFile.removeDrafts(of: folder.appending(path: "no folder/file").path(percentEncoded: false))
            let files = try FileManager.default.contentsOfDirectory(atPath: folder.path)
            #expect(Set(files) == ["file", "file.other", "other.draft.1.2"])
        }
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
