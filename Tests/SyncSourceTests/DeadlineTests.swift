// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit
import Testing

/// libgit2 waits for ever; we do not.
@Suite(.timeLimit(.minutes(2))) struct DeadlineTests {
    static let urls: [@Sendable (Int) -> String] = [
        { "http://127.0.0.1:\($0)/posts.git" }, { "https://127.0.0.1:\($0)/posts.git" },
        { "ssh://git@127.0.0.1:\($0)/posts.git" },
    ]

    @Test(arguments: 0..<3)
    func `a server that never answers is given up at the deadline`(scheme: Int) async throws {
        try await SourceScene.with { scene in
            try await Loopback.withSilentServer { port in
                let reader = try scene.reader(url: DeadlineTests.urls[scheme](port), deadline: .milliseconds(400))
                let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
                #expect(error.reason == .git(.timeout))
                #expect(error.isRetryable)
                #expect(scene.workers.isEmpty)
            }
        }
    }

    @Test func `cancelling the task kills the worker at once`() async throws {
        try await SourceScene.with { scene in
            try await Loopback.withSilentServer { port in
                let reader = try scene.reader(url: "http://127.0.0.1:\(port)/posts.git", deadline: .seconds(100))
                let error = try await withThrowingTaskGroup(of: SourceError?.self) { group in
                    group.addTask { await failure { () async throws(SourceError) in try await reader.poll() } }
                    try await eventually("the worker runs") { !scene.workers.isEmpty }
                    group.cancelAll()
                    return try await group.next() ?? nil
                }
                #expect(error?.reason == .git(.cancelled))
                #expect(scene.workers.isEmpty)
            }
        }
    }

    @Test func `a worker that is no worker is an error with its name`() async throws {
        try await SourceScene.with { scene in
            for (program, words) in [
                ("/usr/bin/false", "status 1"), ("/nonexistent", "cannot start"),
                ("/usr/bin/yes", "answers without end"),
            ] {
                let reader = SourceReader(
                    spec: RepositorySpec(url: scene.posts.path, ref: .branch("main"), path: "infra"),
                    credentials: nil,
                    folder: scene.mirrors.path(percentEncoded: false),
                    workerExecutable: program
                )
                let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
                #expect(error.reason == .git(.worker))
                #expect(error.message.contains(words))
            }
        }
    }

    @Test func `no secret is in the worker's arguments, environment or files`() async throws {
        try await SourceScene.with { scene in
            try await Loopback.withSilentServer { port in
                let secret = "s3cret-canary-\(UUID().uuidString)"
                let reader = try scene.reader(
                    url: "http://127.0.0.1:\(port)/posts.git",
                    credentials: ["username": "deploy", "password": secret],
                    deadline: .seconds(100)
                )
                try await withThrowingTaskGroup(of: Void.self) { group in
                    group.addTask { _ = await failure { () async throws(SourceError) in try await reader.poll() } }
                    try await eventually("the worker runs") { !scene.workers.isEmpty }
                    let pid = try #require(scene.workers.first)
                    for file in ["cmdline", "environ"] {
                        let bytes = try Data(contentsOf: URL(filePath: "/proc/\(pid)/\(file)"))
                        #expect(!bytes.isEmpty)
                        #expect(!String(decoding: bytes, as: UTF8.self).contains(secret))
                    }
                    group.cancelAll()
                }
                let found = try runProgram(
                    "grep",
                    ["-r", secret, scene.mirrors.path(percentEncoded: false)],
                    package: "grep"
                )
                #expect(found.status == 1)
            }
        }
    }
}
