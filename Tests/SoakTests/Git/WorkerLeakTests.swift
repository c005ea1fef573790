// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit
import Testing

/// Hundreds of failed polls leave nothing behind.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct WorkerLeakTests {
    private static func count(_ folder: String) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: folder).count
    }

    @Test func `G3: hundreds of polls that time out or are refused leave no descriptor, thread or process behind`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let closed = try Loopback.freePort()
            try await Loopback.withSilentServer { silent in
                func poll(_ number: Int) async throws -> SourceError.Reason? {
                    let reader = SourceReader(
                        spec: RepositorySpec(
                            url: "http://127.0.0.1:\(number.isMultiple(of: 2) ? silent : closed)/posts.git",
                            ref: .branch("main"),
                            path: "infra"
                        ),
                        credentials: nil,
                        folder: folder.appending(path: "mirrors").path(percentEncoded: false),
                        workerExecutable: try TestProducts.path(of: "sternpost"),
                        deadline: .milliseconds(number.isMultiple(of: 2) ? 200 : 60_000)
                    )
                    do throws(SourceError) {
                        _ = try await reader.poll()
                        return nil
                    } catch {
                        return error.reason
                    }
                }
                _ = try await poll(1)
                let before = (try Self.count("/proc/self/fd"), try Self.count("/proc/self/task"))
                for number in 0..<300 {
                    let reason = try await poll(number)
                    #expect(reason == .git(number.isMultiple(of: 2) ? .timeout : .unreachable))
                }
                // Other tests of this process open some, too; each of ours would have left one at least.
                #expect(try Self.count("/proc/self/fd") < before.0 + 100)
                #expect(try Self.count("/proc/self/task") < before.1 + 100)
                let children = try FileManager.default.contentsOfDirectory(atPath: "/proc").filter { name in
                    guard Int(name) != nil, let bytes = FileManager.default.contents(atPath: "/proc/\(name)/stat")
                    else {
                        return false
                    }
                    let words = String(decoding: bytes, as: UTF8.self).split(separator: ")").last?.split(separator: " ")
                    return words?.prefix(2).map(String.init) == ["Z", "\(getpid())"]
                }
                #expect(children.count < 20, "\(children.count) zombies")
            }
        }
    }
}
