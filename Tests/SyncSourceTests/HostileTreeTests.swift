// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit
import Testing

/// Commits that git itself would not make, and those that it would but that cannot be deployed whole.
@Suite(.timeLimit(.minutes(2))) struct HostileTreeTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let mode: String
        let name: [UInt8]
        let path: String
        let problem: String

        init(_ mode: String, _ name: [UInt8], _ path: String, _ problem: String) {
            self.mode = mode
            self.name = name
            self.path = path
            self.problem = problem
        }

        var testDescription: String { path }
    }

    static let cases = [
        Case("160000", Array("vendor".utf8), "infra/vendor", "is a submodule"),
        Case("120000", Array("link.yaml".utf8), "infra/link.yaml", "is a symbolic link"),
        Case("120000", Array("link".utf8), "infra/link", "is a symbolic link"),
        Case("100644", Array("..".utf8), "infra/..", "is named . or .."),
        Case("40000", Array(".".utf8), "infra/.", "is named . or .."),
        Case("40000", Array(".GIT".utf8), "infra/.GIT", "is named .git"),
        Case("100644", Array("../../etc/passwd.yaml".utf8), "infra/../../etc/passwd.yaml", "has a slash"),
        Case("100644", Array("a\u{1b}[2J.yaml".utf8), "infra/a\\x1b[2J.yaml", "has a control character"),
        Case("100644", Array("a\n.md".utf8), "infra/a\\x0a.md", "has a control character"),
        Case("100644", [0x61, 0xff] + Array(".yaml".utf8), "infra/a\\xff.yaml", "is not UTF-8"),
        Case("100644", [0x61, 0xff] + Array(".YAML".utf8), "infra/a\\xff.YAML", "is not UTF-8"),
        Case("40000", [0xc3, 0x28], "infra/\\xc3(", "is not UTF-8"),
        Case("100644", Array("B.YAML".utf8) + Array(".yaml".utf8), "infra/b.yaml.yaml", "differs only in case"),
        Case("140000", Array("odd.yaml".utf8), "infra/odd.yaml", "has the mode 0140000"),
    ]

    @Test(arguments: cases)
    func `G8, G9, G10, G11: an entry that could hide objects is refused with its path`(entry: Case) async throws {
        try await SourceScene.with { scene in
            let file = try scene.posts.blob("kind: A")
            let folder = try scene.posts.tree([.init("100644", "z.yaml", file)])
            let id = entry.mode == "40000" ? folder : file
            let infra = try scene.posts.tree([
                .init("100644", "a.yaml", file), .init(entry.mode, bytes: entry.name, id),
                .init("100644", "b.yaml.yaml", file),
            ])
            try scene.posts.commit(tree: scene.posts.tree([.init("40000", "infra", infra)]))
            let reader = try scene.reader()
            let error = try #require(await failure { () async throws(SourceError) in try await reader.pass() })
            #expect(error.reason == .unsupportedEntry(path: entry.path))
            #expect(error.message.hasPrefix(entry.path))
            #expect(error.message.contains(entry.problem))
            #expect(!error.isRetryable)
        }
    }

    @Test func `G10: the same name twice is refused`() async throws {
        try await SourceScene.with { scene in
            let file = try scene.posts.blob("kind: A")
            let infra = try scene.posts.tree([.init("100644", "a.yaml", file), .init("100644", "a.yaml", file)])
            try scene.posts.commit(tree: scene.posts.tree([.init("40000", "infra", infra)]))
            let reader = try scene.reader()
            let error = await failure { () async throws(SourceError) in try await reader.pass() }
            #expect(error?.reason == .unsupportedEntry(path: "infra/a.yaml"))
        }
    }

    @Test func `G11: names that are no manifests are passed over by name alone`() async throws {
        try await SourceScene.with { scene in
            let file = try scene.posts.blob("kind: A")
            let missing = String(repeating: "0b", count: 20)
            let infra = try scene.posts.tree([
                .init("100755", "a.yaml", file), .init("100644", bytes: [0xff] + Array(".md".utf8), file),
                .init("100644", "notes.txt", file), .init("100644", ".yaml", file),
            ])
            let root = try scene.posts.tree([
                .init("40000", "infra", infra), .init("160000", "vendor", missing), .init("120000", "link", file),
            ])
            try scene.posts.commit(tree: root)
            #expect(try await scene.reader().pass().files.map(\.path) == ["infra/a.yaml"])
        }
    }

    @Test func `what could be taken for a manifest is handed on by its name`() async throws {
        try await SourceScene.with { scene in
            let file = try scene.posts.blob("kind: A")
            let odd = ["Kustomization", "db\u{600}.yaml", "web.YAML", "web.yaml"]
            let infra = try scene.posts.tree(odd.map { .init("100644", bytes: Array($0.utf8), file) })
            try scene.posts.commit(tree: scene.posts.tree([.init("40000", "infra", infra)]))
            let files = try await scene.reader().pass().files
            #expect(files.map(\.path) == odd.map { "infra/\($0)" })
            #expect(files.map(\.bytes.isEmpty) == [true, false, true, false])
        }
    }

    @Test func `a folder whose manifests all got other endings has none`() async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/web.YAML": "kind: A", "infra/Kustomization": "x"])
            let reader = try scene.reader()
            let error = await failure { () async throws(SourceError) in try await reader.pass() }
            #expect(error?.reason == .emptyPath)
        }
    }

    @Test(arguments: ["160000", "120000"])
    func `G8, G9: a path through a link or submodule is refused`(mode: String) async throws {
        try await SourceScene.with { scene in
            let id = try scene.posts.blob("elsewhere")
            try scene.posts.commit(tree: scene.posts.tree([.init(mode, "infra", id)]))
            let reader = try scene.reader()
            let error = await failure { () async throws(SourceError) in try await reader.pass() }
            #expect(error?.reason == .unsupportedEntry(path: "infra"))
        }
    }

    @Test func `G12: an LFS pointer is named as such`() async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit([
                "infra/a.yaml": "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"
            ])
            let reader = try scene.reader()
            let error = await failure { () async throws(SourceError) in try await reader.pass() }
            #expect(error?.reason == .unsupportedEntry(path: "infra/a.yaml"))
            #expect(error?.message.contains("LFS") == true)
        }
    }

    @Test func `escape sequences in a commit message do not reach the record`() async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(
                ["infra/a.yaml": "a"],
                message: "clear\u{1b}[2J the screen",
                author: "Eve\u{7} <eve@example.com>"
            )
            let commit = try await scene.reader().pass().commit
            #expect(commit.subject == "clear [2J the screen")
            #expect(commit.authorName == "Eve")
        }
    }
}
