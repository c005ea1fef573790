// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct PathAndLimitTests {
    @Test func `a missing folder is reported with the folders that exist`() async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["app/a.yaml": "a", "deploy/prod/b.yaml": "b"])
            for (path, shown) in [
                ("infra", "the repository has the folders app, deploy"), ("deploy/test", "deploy has the folders prod"),
            ] {
                let reader = try scene.reader(path: path)
                let error = try #require(await failure { () async throws(SourceError) in try await reader.pass() })
                #expect(error.reason == .missingPath)
                #expect(error.message.contains(shown))
            }
        }
    }

    @Test func `a path that became a file, or that has no manifests left, gives no snapshot`() async throws {
        try await SourceScene.with { scene in
            let reader = try scene.reader()
            try scene.posts.commit(["infra/a.yaml": "a"])
            _ = try await reader.pass()
            try scene.posts.commit(["infra/a.yaml": nil, "infra/README.md": "soon"])
            let empty = try #require(await failure { () async throws(SourceError) in try await reader.pass() })
            #expect(empty.reason == .emptyPath)
            #expect(empty.message.contains("nothing is deleted because of it"))
            try scene.posts.commit(["infra/README.md": nil, "infra": "now a file"])
            let file = await failure { () async throws(SourceError) in try await reader.pass() }
            #expect(file?.reason == .missingPath)
            try scene.posts.commit(["infra": nil, "infra/a.yaml": "back"])
            #expect(try await reader.pass().files.map(\.path) == ["infra/a.yaml"])
        }
    }

    @Test(arguments: ["/infra", "../infra", "infra/../..", "infra\u{0}", "a/.git/b"])
    func `an invalid path is refused before anything is asked`(path: String) async throws {
        try await SourceScene.with { scene in
            let reader = try scene.reader(url: "/nonexistent", path: path)
            let error = await failure { () async throws(SourceError) in try await reader.poll() }
            #expect(error?.reason == .git(.configuration))
        }
    }

    struct Limit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let change: @Sendable (inout SnapshotLimits) -> Void
    }

    static let tooSmall = [
        Limit(testDescription: "file", change: { $0.fileBytes = 9 }),
        Limit(testDescription: "total", change: { $0.totalBytes = 19 }),
        Limit(testDescription: "files", change: { $0.files = 1 }),
        Limit(testDescription: "entries", change: { $0.entries = 4 }),
        Limit(testDescription: "folder", change: { $0.folderBytes = 30 }),
        Limit(testDescription: "depth", change: { $0.depth = 2 }),
    ]
    static let largeEnough: @Sendable (inout SnapshotLimits) -> Void = {
        ($0.fileBytes, $0.totalBytes, $0.files, $0.entries, $0.depth) = (10, 20, 2, 5, 3)
    }

    @Test(arguments: tooSmall)
    func `G7: more than a limit is an error, exactly the limit is not`(limit: Limit) async throws {
        try await SourceScene.with { scene in
            // Entries: one, sub, README.md; two; deep.yaml.
            try scene.posts.commit([
                "infra/one.yaml": "0123456789", "infra/README.md": "x", "infra/sub/two/deep.yaml": "0123456789",
            ])
            var limits = SnapshotLimits()
            PathAndLimitTests.largeEnough(&limits)
            #expect(try await scene.reader(limits: limits).pass().files.count == 2)
            limit.change(&limits)
            let reader = try scene.reader(limits: limits)
            let error = await failure { () async throws(SourceError) in try await reader.pass() }
            #expect(error?.reason == .tooLarge)
        }
    }

    @Test func `G7: a repository above its limits is not fetched`() async throws {
        try await SourceScene.with { scene in
            for index in 0..<20 { try scene.posts.commit(["infra/a.yaml": "\(index)"]) }
            var limits = GitLimits()
            limits.packObjects = 10
            let reader = try scene.reader(repositoryLimits: limits)
            let error = try #require(await failure { () async throws(SourceError) in try await reader.pass() })
            #expect(error.reason == .git(.tooLarge))
            limits = GitLimits()
            limits.objectBytes = 100_000
            let large = (0..<30_000).map { "\($0 &* 2_654_435_761 % 1_000_003)\n" }.joined()
            try scene.posts.commit(["infra/large.txt": large])
            try scene.posts.commit(["infra/large.txt": large + "and a line"])
            let delta = try scene.reader(repositoryLimits: limits)
            #expect(await failure { () async throws(SourceError) in try await delta.pass() }?.reason == .git(.tooLarge))
            #expect(throws: MissingProgram.self) { try scene.mirror() }
            limits = GitLimits()
            limits.refs = 0
            let listing = try scene.reader(repositoryLimits: limits)
            #expect(
                await failure { () async throws(SourceError) in try await listing.poll() }?.reason == .git(.tooLarge)
            )
        }
    }
}
