// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import Logging
import Synchronization
import TestKit
import Testing

@testable import SyncImages

/// The file of the board, and what is logged when it cannot be written.
@Suite(.timeLimit(.minutes(1))) struct ImageBoardTests {
    /// Keeps what is logged.
    private final class Log: Sendable {
        private let kept = Mutex<[String]>([])

        var lines: [String] { kept.withLock { $0 } }
        var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

        func add(_ line: String) { kept.withLock { $0.append(line) } }

        private struct Handler: LogHandler {
            let log: Log
            var metadata: Logger.Metadata = [:]
            var logLevel = Logger.Level.trace

            subscript(metadataKey key: String) -> Logger.Metadata.Value? {
                get { metadata[key] }
                set { metadata[key] = newValue }
            }

            func log(event: LogEvent) { log.add("\(event.level) \(event.message) \(event.metadata ?? [:])") }
        }
    }

    @Test func `what is shown is in the file, and the drafts of a killed operator are not`() async throws {
        try await withTemporaryFolder { folder in
            let draft = folder.appending(path: "images.json.draft.1.2")
            try Data([1]).write(to: draft)
            let log = Log()
            let board = ImageBoard(folder: folder.path, logger: log.logger)
            #expect(!FileManager.default.fileExists(atPath: draft.path))
            board.show([], of: "posts", inventory: "sternpost")
            board.failed("shop", "the API server does not answer")
            let read = try #require(try ImageBoard.read(folder: folder.path))
            #expect(Set(read.keys) == ["posts", "shop"])
            #expect(read["shop"]?.failure == "the API server does not answer")
            #expect(log.lines.isEmpty, "\(log.lines)")
        }
    }

    @Test func `a file that cannot be written is logged, once for each reason`() async throws {
        try await withTemporaryFolder { folder in
            let log = Log()
            let board = ImageBoard(folder: folder.path, logger: log.logger)
            let file = folder.appending(path: "images.json")
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
            for _ in 0..<3 { board.show([], of: "posts", inventory: "sternpost") }
            #expect(log.lines.count == 1, "\(log.lines)")
            #expect(log.lines.first?.contains("Is a directory; until it can, sternpost images shows") == true)
            // Written again, and then not: that is news.
            try FileManager.default.removeItem(at: file)
            board.show([], of: "posts", inventory: "sternpost")
            #expect(log.lines.count == 1)
            try FileManager.default.removeItem(at: file)
            try FileManager.default.createDirectory(at: file, withIntermediateDirectories: true)
            board.show([], of: "posts", inventory: "sternpost")
            #expect(log.lines.count == 2)
        }
    }

    @Test func `drafts that cannot be removed are logged with what to do`() async throws {
        try await withTemporaryFolder { folder in
            // `unlink` removes no folders.
            let draft = folder.appending(path: "images.json.draft.1.2")
            try FileManager.default.createDirectory(at: draft, withIntermediateDirectories: true)
            let log = Log()
            _ = ImageBoard(folder: folder.path, logger: log.logger)
            #expect(log.lines.count == 1)
            #expect(log.lines.first?.contains("images.json.draft.* by hand") == true, "\(log.lines)")
        }
    }
}
