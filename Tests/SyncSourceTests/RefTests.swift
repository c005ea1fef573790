// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit
import Testing

@Suite(.timeLimit(.minutes(2))) struct RefTests {
    @Test func `a branch is read with its author, subject and files in order`() async throws {
        try await SourceScene.with { scene in
            let id = try scene.posts.commit(
                [
                    "infra/web/service.yml": "kind: Service", "infra/app.yaml": "kind: Deployment",
                    "infra/data.json": "{}",
                    "infra/README.md": "# not a manifest", "infra/.hidden/x.txt": "", "other/x.yaml": "kind: Other",
                ],
                message: "Add the web service\n\nwith a body",
                author: "Grace Example <grace@example.com>"
            )
            let snapshot = try await scene.reader().pass()
            #expect(snapshot.files.map(\.path) == ["infra/app.yaml", "infra/data.json", "infra/web/service.yml"])
            #expect(snapshot.files.map { String(decoding: $0.bytes, as: UTF8.self) }.first == "kind: Deployment")
            #expect(snapshot.commit.id == id)
            #expect(snapshot.commit.revision == "main@sha1:\(id)")
            #expect(snapshot.commit.author == "Grace Example <grace@example.com>")
            #expect(snapshot.commit.authoredAt == 1_700_000_000)
            #expect(snapshot.commit.subject == "Add the web service")
            #expect(snapshot.path == "infra")
        }
    }

    @Test(arguments: ["infra", "./infra/", "infra//", "deploy/prod", ""])
    func `the path may be written in every usual way`(path: String) async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "a", "deploy/prod/b.yaml": "b"])
            let files = try await scene.reader(path: path).pass().files.map(\.path)
            switch path {
            case "": #expect(files == ["deploy/prod/b.yaml", "infra/a.yaml"])
            case "deploy/prod": #expect(files == ["deploy/prod/b.yaml"])
            default: #expect(files == ["infra/a.yaml"])
            }
        }
    }

    @Test func `a file URL reads like its path`() async throws {
        try await SourceScene.with { scene in
            let id = try scene.posts.commit(["infra/a.yaml": "a"])
            #expect(try await scene.reader(url: "file://\(scene.posts.path)").poll().commitID == id)
        }
    }

    @Test(arguments: [true, false])
    func `a tag is read at its commit`(isAnnotated: Bool) async throws {
        try await SourceScene.with { scene in
            let id = try scene.posts.commit(["infra/a.yaml": "1"])
            try scene.posts.commit(["infra/a.yaml": "2"])
            try scene.posts.tag("v1.0.0", at: id, isAnnotated: isAnnotated)
            let snapshot = try await scene.reader(ref: .tag("v1.0.0")).pass()
            #expect(snapshot.commit.id == id)
            #expect(snapshot.commit.ref == "v1.0.0")
            #expect(snapshot.files.map(\.bytes) == [Array("1".utf8)])
        }
    }

    @Test(arguments: [(">=1.2 <2", "v1.10.0"), ("~1.2", "v1.2.7"), ("^1.3.0-0", "v1.10.0"), ("2.x", "2.0.1")])
    func `a version range takes the highest tag inside it`(range: String, tag: String) async throws {
        try await SourceScene.with { scene in
            for (index, name) in ["v1.2.0", "v1.2.7", "v1.10.0", "2.0.1", "v3.0.0-rc.1", "nightly", "v1"].enumerated() {
                try scene.posts.tag(
                    name,
                    at: scene.posts.commit(["infra/a.yaml": "\(index)"]),
                    isAnnotated: index % 2 == 0
                )
            }
            let snapshot = try await scene.reader(ref: .semver(range)).pass()
            #expect(snapshot.commit.ref == tag)
            #expect(snapshot.commit.id == (try scene.posts.git(["rev-parse", "\(tag)^{commit}"])))
        }
    }

    @Test func `a pinned commit is read also when no branch points to it any more`() async throws {
        try await SourceScene.with { scene in
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            try scene.posts.commit(["infra/a.yaml": "2"])
            let snapshot = try await scene.reader(ref: .commit(first.uppercased())).pass()
            #expect(snapshot.commit.id == first)
            #expect(snapshot.commit.ref == first)
            #expect(snapshot.files.map(\.bytes) == [Array("1".utf8)])
        }
    }

    @Test func `a missing branch is reported with the branches that exist`() async throws {
        try await SourceScene.with { scene in
            let commit = try scene.posts.commit(["infra/a.yaml": "1"])
            try scene.posts.move(branch: "release", to: commit)
            let reader = try scene.reader(ref: .branch("mian"))
            let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
            #expect(error.reason == .git(.missingRef))
            #expect(error.message.contains("no branch mian; it has the branches main, release"))
            #expect(!error.isRetryable)
        }
    }

    @Test func `an empty repository, a range without a match and an unknown commit are missing refs`() async throws {
        try await SourceScene.with { scene in
            let empty = try scene.reader()
            let emptyError = await failure { () async throws(SourceError) in try await empty.poll() }
            #expect(emptyError?.message.contains("it has no branches at all") == true)
            try scene.posts.tag("v1.0.0", at: scene.posts.commit(["infra/a.yaml": "1"]))
            let range = try scene.reader(ref: .semver("^2"))
            let rangeError = await failure { () async throws(SourceError) in try await range.poll() }
            #expect(rangeError?.reason == .git(.missingRef))
            #expect(rangeError?.message.contains("it has the tags v1.0.0") == true)
            let pinned = try scene.reader(ref: .commit(String(repeating: "ab", count: 20)))
            let pinnedError = await failure { () async throws(SourceError) in try await pinned.pass() }
            #expect(pinnedError?.reason == .git(.missingRef))
        }
    }

    @Test func `a poll downloads nothing, and a known commit is read without the server`() async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "1"])
            let reader = try scene.reader()
            let tip = try await reader.poll()
            let folder = scene.mirrors.path(percentEncoded: false)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy { !$0.hasSuffix(".git") })
            let first = try await reader.snapshot(tip)
            try FileManager.default.removeItem(atPath: scene.posts.path)
            #expect(try await reader.snapshot(tip) == first)
            let error = await failure { () async throws(SourceError) in try await reader.poll() }
            #expect(error?.reason == .git(.missingRepository))
        }
    }

    @Test func `the tree id changes only when the folder changes`() async throws {
        try await SourceScene.with { scene in
            let reader = try scene.reader()
            try scene.posts.commit(["infra/a.yaml": "1"])
            let first = try await reader.snapshot(try await reader.poll()).treeID
            try scene.posts.commit(["elsewhere/b.yaml": "1"])
            let second = try await reader.snapshot(try await reader.poll()).treeID
            try scene.posts.commit(["infra/a.yaml": "2"])
            let third = try await reader.snapshot(try await reader.poll()).treeID
            #expect(first == second)
            #expect(second != third)
        }
    }
}
