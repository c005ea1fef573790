// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit
import Testing

/// A server that sends what no git would: each is an error with a cause, and never a snapshot.
@Suite(.timeLimit(.minutes(5))) struct HostileGitServerTests {
    /// Reads the branch of a hostile server; returns the error.
    private func refused(
        _ script: HostileGitServer.Script,
        ref: GitRef = .branch("main"),
        limits: GitLimits = GitLimits(),
        deadline: Duration = .seconds(60)
    ) async throws -> SourceError {
        try await SourceScene.with { scene in
            try await HostileGitServer.serving(script) { server in
                let reader = try scene.reader(
                    url: server.url,
                    ref: ref,
                    deadline: deadline,
                    repositoryLimits: limits
                )
                let error = try #require(await failure { () async throws(SourceError) in try await reader.pass() })
                #expect(["http:", "commit ", "infra"].contains { error.message.hasPrefix($0) }, "\(error.message)")
                #expect(!error.message.contains("\n"))
                #expect(!server.requests.isEmpty)
                return error
            }
        }
    }

    /// A sound pack with one manifest, and its commit.
    private static func sound() -> (pack: PackBuilder, commit: String) {
        var pack = PackBuilder()
        let file = pack.add(.blob, Array("kind: A".utf8))
        let infra = pack.tree([.init("100644", "a.yaml", file)])
        let commit = pack.commit(tree: pack.tree([.init("40000", "infra", infra)]))
        return (pack, commit)
    }

    @Test func `a sound pack of the hand-made server is read, so the others fail for their own reasons`() async throws {
        let (pack, commit) = Self.sound()
        try await SourceScene.with { scene in
            let script = HostileGitServer.Script(refs: [("refs/heads/main", commit)], pack: pack.bytes)
            try await HostileGitServer.serving(script) { server in
                let snapshot = try await scene.reader(url: server.url).pass()
                #expect(snapshot.commit.id == commit)
                #expect(snapshot.files.map(\.path) == ["infra/a.yaml"])
            }
        }
    }

    @Test func `G4: a pack with a wrong checksum, a wrong count or nothing behind its head is refused`() async throws {
        let (pack, commit) = Self.sound()
        var flipped = pack.bytes
        flipped[flipped.count - 1] ^= 1
        var lying = pack
        lying.claimedCount = 9
        for bytes in [flipped, lying.bytes, Array(pack.bytes.prefix(12)), [], Array("hello".utf8)] {
            let error = try await refused(.init(refs: [("refs/heads/main", commit)], pack: bytes))
            #expect(error.isRetryable, "\(error.message)")
        }
    }

    @Test func `G7: a pack that promises more objects than allowed is refused before they come`() async throws {
        var (pack, commit) = Self.sound()
        pack.claimedCount = 4_000_000_000
        var script = HostileGitServer.Script(refs: [("refs/heads/main", commit)], pack: [])
        script.pack = HostileGitServer.answer(
            "result",
            HostileGitServer.line(Array("NAK\n".utf8)) + pack.bytes,
            then: [.hang]
        )
        let error = try await refused(script)
        #expect(error.reason == .git(.tooLarge), "\(error.message)")
    }

    @Test func `G7: differences that unfold to gigabytes are refused at the limit of one object`() async throws {
        var pack = PackBuilder()
        let seed = [UInt8](repeating: 0x20, count: 1 << 16)
        let file = pack.add(.blob, seed)
        var (last, size) = (0, seed.count)
        // 64 KiB, 1 MiB, 16 MiB, 256 MiB, 4 GiB, 64 GiB.
        for _ in 0..<5 {
            last = pack.addRepetition(of: last, size: size, times: 16)
            size *= 16
        }
        let infra = pack.tree([.init("100644", "a.yaml", file)])
        let commit = pack.commit(tree: pack.tree([.init("40000", "infra", infra)]))
        let error = try await refused(.init(refs: [("refs/heads/main", commit)], pack: pack.bytes))
        #expect(error.reason == .git(.tooLarge), "\(error.message)")
        #expect(error.message.contains("larger object than allowed"))
    }

    @Test func `G7: more than the allowed bytes of pack are not taken`() async throws {
        var (pack, commit) = Self.sound()
        pack.add(.blob, [UInt8](repeating: 0x41, count: 4 << 20))
        var limits = GitLimits()
        limits.packBytes = 1 << 20
        let error = try await refused(.init(refs: [("refs/heads/main", commit)], pack: pack.bytes), limits: limits)
        #expect(error.reason == .git(.tooLarge), "\(error.message)")
        #expect(error.message.contains("1 MiB"))
    }

    @Test func `G7: endless progress and an endless answer end at the deadline or the limit`() async throws {
        let (_, commit) = Self.sound()
        var chatty = HostileGitServer.Script(refs: [("refs/heads/main", commit)], pack: [])
        let first = HostileGitServer.line(Array("\(commit) refs/heads/main\0side-band-64k ofs-delta\n".utf8))
        chatty.list = HostileGitServer.answer(
            "advertisement",
            HostileGitServer.line(Array("# service=git-upload-pack\n".utf8)) + Array("0000".utf8) + first
                + Array("0000".utf8)
        )
        chatty.pack = HostileGitServer.answer(
            "result",
            HostileGitServer.line(Array("NAK\n".utf8)),
            then: [.endless(HostileGitServer.chunk(HostileGitServer.line([2] + Array("counting objects\n".utf8))))]
        )
        let late = try await refused(chatty, deadline: .seconds(1))
        #expect(late.reason == .git(.timeout), "\(late.message)")
        var page = HostileGitServer.Script(refs: [("refs/heads/main", commit)], pack: [])
        page.list = HostileGitServer.answer(
            "advertisement",
            Array("hello ".utf8),
            then: [.endless(HostileGitServer.chunk(Array("hello ".utf8)))]
        )
        let odd = try await refused(page, deadline: .seconds(5))
        #expect(odd.reason == .git(.server), "\(odd.message)")
    }

    @Test func `G10: folders inside each other without end, and a folder inside itself, are refused`() async throws {
        var pack = PackBuilder()
        let file = pack.add(.blob, Array("kind: A".utf8))
        var tree = pack.tree([.init("100644", "a.yaml", file)])
        for _ in 0..<10_000 { tree = pack.tree([.init("40000", "d", tree)]) }
        let deep = pack.commit(tree: pack.tree([.init("40000", "infra", tree)]))
        let error = try await refused(.init(refs: [("refs/heads/main", deep)], pack: pack.bytes))
        #expect(error.reason == .tooLarge)
        #expect(error.message.contains("32 folders"))
    }

    @Test func `G10: a tree whose entries are cut or that is no tree is refused`() async throws {
        for bytes in [Array("100644 a.yaml\0short".utf8), Array("100644 a.yaml".utf8), Array("garbage".utf8)] {
            var pack = PackBuilder()
            let infra = pack.add(.tree, bytes)
            let commit = pack.commit(tree: pack.tree([.init("40000", "infra", infra)]))
            let error = try await refused(.init(refs: [("refs/heads/main", commit)], pack: pack.bytes))
            #expect(error.message.contains("git fsck"), "\(error.message)")
            #expect(error.reason == .git(.server))
        }
    }

    @Test func `G7: a message or an author without end is refused, and a long one is cut`() async throws {
        var (pack, _) = Self.sound()
        let file = PackBuilder.id(.blob, Array("kind: A".utf8))
        let infra = PackBuilder.id(.tree, Array("100644 a.yaml\0".utf8) + Self.raw(file))
        let root = PackBuilder.id(.tree, Array("40000 infra\0".utf8) + Self.raw(infra))
        let wordy = pack.commit(tree: root, message: String(repeating: "word ", count: 1 << 20))
        let named = pack.commit(tree: root, author: String(repeating: "A", count: 2 << 20) + " <a@example.com>")
        let long = pack.commit(
            tree: root,
            author: String(repeating: "A", count: 1_000) + " <a@example.com>",
            message: String(repeating: "word ", count: 1_000)
        )
        for commit in [wordy, named] {
            let error = try await refused(.init(refs: [("refs/heads/main", commit)], pack: pack.bytes))
            #expect(error.reason == .git(.tooLarge))
            #expect(error.message.contains("MiB of message"), "\(error.message)")
        }
        try await SourceScene.with { scene in
            try await HostileGitServer.serving(.init(refs: [("refs/heads/main", long)], pack: pack.bytes)) { server in
                let commit = try await scene.reader(url: server.url).pass().commit
                #expect(commit.subject.count == 201)
                #expect(commit.authorName.count == 101)
            }
        }
    }

    private static func raw(_ id: String) -> [UInt8] {
        stride(from: 0, to: 40, by: 2).compactMap { UInt8(id.dropFirst($0).prefix(2), radix: 16) }
    }

    @Test func `G5: a commit without its tree, and a pack that lacks the commit, are refused`() async throws {
        let nowhere = String(repeating: "0b", count: 20)
        var pack = PackBuilder()
        let commit = pack.commit(tree: nowhere)
        let headless = try await refused(.init(refs: [("refs/heads/main", commit)], pack: pack.bytes))
        #expect(headless.message.contains("git fsck"), "\(headless.message)")
        let empty = try await refused(.init(refs: [("refs/heads/main", nowhere)], pack: pack.bytes))
        #expect(empty.isRetryable, "\(empty.message)")
    }

    @Test func `G2: a chain of tags is followed to its commit, and a tag of something else is named`() async throws {
        var (pack, commit) = Self.sound()
        var (tag, type) = (commit, "commit")
        for index in 0..<1_000 {
            tag = pack.tag("t\(index)", of: tag, type: type)
            type = "tag"
        }
        let file = PackBuilder.id(.blob, Array("kind: A".utf8))
        let odd = pack.tag("odd", of: file, type: "blob")
        let refs = [
            ("refs/tags/v1", tag), ("refs/tags/v1^{}", commit), ("refs/tags/odd", odd), ("refs/tags/odd^{}", file),
            ("refs/heads/main", file),
        ]
        try await SourceScene.with { scene in
            try await HostileGitServer.serving(.init(refs: refs, pack: pack.bytes)) { server in
                let snapshot = try await scene.reader(url: server.url, ref: .tag("v1")).pass()
                #expect(snapshot.commit.id == commit)
            }
        }
        for ref in [GitRef.tag("odd"), .branch("main")] {
            let error = try await refused(.init(refs: refs, pack: pack.bytes), ref: ref)
            #expect(error.message.contains("names no commit"), "\(error.message)")
            #expect(!error.isRetryable)
        }
    }

    /// Names that would leave `refs/`, or the mirror's folder, if anybody believed them.
    @Test(arguments: ["refs/heads/../../../../evil", "refs/heads/main.lock", "refs/heads/\u{1b}[2J", "HEAD/../x", ""])
    func `G10: a ref with a hostile name is not written anywhere`(name: String) async throws {
        let (pack, commit) = Self.sound()
        try await SourceScene.with { scene in
            let refs = [("refs/heads/main", commit), (name, commit)]
            try await HostileGitServer.serving(.init(refs: refs, pack: pack.bytes)) { server in
                let reader = try scene.reader(url: server.url)
                do throws(SourceError) {
                    let snapshot = try await reader.pass()
                    #expect(snapshot.commit.id == commit)
                } catch {
                    #expect(error.reason == .git(.server), "\(error.message)")
                }
                let files = try FileManager.default.subpathsOfDirectory(
                    atPath: scene.folder.path(percentEncoded: false)
                )
                #expect(!files.contains { $0.hasSuffix("evil") })
                let missing = try scene.reader(url: server.url, ref: .branch("absent"))
                let error = try #require(await failure { () async throws(SourceError) in try await missing.poll() })
                #expect(!error.message.contains("\u{1b}"))
            }
        }
    }
}
