// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit
import Testing

@testable import GitStore

@Suite(.timeLimit(.minutes(1))) struct MirrorFolderTests {
    /// No process has such an id.
    private static let killed = Int32.max
    private static let files = [".ssh/known_hosts", "ca.crt"]

    /// Runs `body` with a folder in whose home a killed worker and one that runs have left drafts.
    private func withDrafts(_ body: (MirrorFolder) throws -> Void) async throws {
        try await withTemporaryFolder { place in
            let folder = MirrorFolder(
                path: place.appending(path: "mirror").path(percentEncoded: false),
                address: try GitAddress("https://git.example.com/shop.git")
            )
            try folder.prepare()
            for file in Self.files {
                for name in [file, "\(file).draft.\(Self.killed).1", "\(file).draft.\(getpid()).2"] {
                    try Data("x".utf8).write(to: URL(filePath: "\(folder.home)/\(name)"))
                }
            }
            try body(folder)
        }
    }

    private func left(in folder: MirrorFolder) throws -> Set<String> {
        Set(try FileManager.default.subpathsOfDirectory(atPath: folder.home)).subtracting([".ssh"])
    }

    private static let kept = Set(files + files.map { "\($0).draft.\(getpid()).2" })

    @Test func `at the start what a killed worker has left of its files goes, and no other one's drafts`()
        async throws
    {
        try await withDrafts { folder in
            try folder.check()
            let left = try left(in: folder)
            #expect(left == Self.kept)
        }
    }

    @Test func `before a fetch it goes, too`() async throws {
        try await withDrafts { folder in
            try folder.sweep()
            let left = try left(in: folder)
            #expect(left == Self.kept)
        }
    }

    @Test func `a home that cannot be read is told with its place and what to do`() async throws {
        try await withDrafts { folder in
            try FileManager.default.removeItem(atPath: folder.home)
            try Data().write(to: URL(filePath: folder.home))
            let error = #expect(throws: GitError.self) { try folder.sweep() }
            let message = error?.message ?? ""
            #expect(error?.reason == .storage && message.contains(folder.knownHosts), "\(message)")
            #expect(message.contains("Not a directory; check the data folder's owner"), "\(message)")
        }
    }

    @Test func `work for which there is no thread is a failure that may pass`() async {
        let result = await BlockingThread.result("git", stackBytes: 1 << 50) { () throws(GitError) -> Int in 7 }
        #expect(throws: GitError.self) { try result.get() }
        guard case .failure(let error) = result else { return }
        #expect(error.reason == .worker && error.isRetryable)
        #expect(error.message.hasPrefix("no thread can be started: "))
    }
}
