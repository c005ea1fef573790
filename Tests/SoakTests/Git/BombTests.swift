// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit
import Testing

/// Repositories made to cost: each ends with an error or a snapshot within the worker's limits, and the process that runs
/// the operator stays small. The figures are printed and stand in docs/limits.md.
@Suite(.timeLimit(.minutes(5)), .serialized)
struct BombTests {
    /// What the worker's `RLIMIT_DATA` allows a list and a fetch, with room for program text and mapped packs.
    private static let listBytes = 320 << 20
    private static let fetchBytes = 1_300 << 20
    /// What this process may hold of a repository above what it had: manifests and git's own buffers.
    private static let ownBytes = 160 << 20

    /// Reads the branch `main` of a repository, and says what it cost.
    private func cost(
        _ name: String,
        url: String,
        in folder: URL,
        workerBytes: Int,
        deadline: Duration = .seconds(60)
    ) async throws -> Result<SourceSnapshot, SourceError> {
        let mirrors = folder.appending(path: "mirrors").path(percentEncoded: false)
        let reader = SourceReader(
            spec: RepositorySpec(url: url, ref: .branch("main"), path: "infra"),
            credentials: nil,
            folder: mirrors,
            workerExecutable: try TestProducts.path(of: "sternpost"),
            deadline: deadline
        )
        let (watch, result, took) = await WorkerWatch.watching(mirrors) { () -> Result<SourceSnapshot, SourceError> in
            do throws(SourceError) {
                return .success(try await reader.snapshot(try await reader.poll()))
            } catch {
                return .failure(error)
            }
        }
        let ending =
            switch result {
            case .success(let snapshot): "\(snapshot.files.count) files"
            case .failure(let error): error.message
            }
        print("BOMB \(name): \(took), worker \(watch.workerPeak >> 20) MiB, own \(watch.ownPeak >> 20) MiB: \(ending)")
        #expect(watch.workerPeak > 0, "the worker was not seen")
        #expect(watch.workerPeak < workerBytes, "worker: \(watch.workerPeak >> 20) MiB")
        #expect(watch.ownPeak < Self.ownBytes, "own: \(watch.ownPeak >> 20) MiB")
        return result
    }

    private func reason(_ result: Result<SourceSnapshot, SourceError>) -> SourceError.Reason? {
        if case .failure(let error) = result { error.reason } else { nil }
    }

    /// A bare repository whose file `path` holds so many bytes of zero.
    private func zeros(_ count: Int, at path: String, in folder: URL) throws {
        let git = try GitFolder(at: folder.appending(path: "posts.git"))
        let script = "head -c \(count) /dev/zero | git --git-dir \"$0\" hash-object -w --stdin"
        let made = try runProgram("bash", ["-c", script, git.path], package: "git")
        #expect(made.status == 0, "\(made.errors)")
        let blob = made.output.trimmingCharacters(in: .newlines)
        try git.commit(["infra/a.yaml": "kind: A"])
        let parts = path.split(separator: "/").map(String.init)
        let list = try git.git(["ls-tree", "main:infra"])
        let small = String(list.split(whereSeparator: \.isWhitespace)[2])
        let infra = try git.tree(
            [.init("100644", "a.yaml", small)] + (parts.count > 1 ? [.init("100644", parts[1], blob)] : [])
        )
        let root =
            parts.count > 1
            ? [GitFolder.Entry("40000", "infra", infra)]
            : [.init("40000", "infra", infra), .init("100644", parts[0], blob)]
        try git.commit(tree: git.tree(root))
    }

    @Test func `G7: a file of 1 GiB among the manifests is refused by its size, and one beside them costs no memory`()
        async throws
    {
        for (path, isManifest) in [("infra/big.yaml", true), ("zeros.bin", false)] {
            try await withTemporaryFolder { folder in
                try zeros(1 << 30, at: path, in: folder)
                let result = try await GitHTTPServer.serving(folder, in: folder) { server in
                    try await cost(
                        "1 GiB of zeros in \(path)",
                        url: "\(server.url)/git/posts.git",
                        in: folder,
                        workerBytes: Self.fetchBytes,
                        deadline: .seconds(240)
                    )
                }
                if isManifest {
                    #expect(reason(result) == .tooLarge)
                } else {
                    #expect(try result.get().files.count == 1)
                }
            }
        }
    }

    @Test(arguments: [(16, false), (48, true), (300, true)])
    func `G7: a small manifest that git keeps as a difference to a huge file is read in bounded memory or refused`(
        mebibytes: Int,
        isRefused: Bool
    ) async throws {
        try await withTemporaryFolder { folder in
            var pack = PackBuilder()
            let base = [UInt8](repeating: 0x20, count: mebibytes << 20)
            pack.add(.blob, base)
            _ = pack.addBeginning(of: 0, size: base.count, count: 1_000)
            let file = PackBuilder.id(.blob, Array(base.prefix(1_000)))
            let infra = pack.tree([.init("100644", "a.yaml", file)])
            let commit = pack.commit(tree: pack.tree([.init("40000", "infra", infra)]))
            let script = HostileGitServer.Script(refs: [("refs/heads/main", commit)], pack: pack.bytes)
            try await HostileGitServer.serving(script) { server in
                let result = try await cost(
                    "difference to \(mebibytes) MiB",
                    url: server.url,
                    in: folder,
                    workerBytes: Self.fetchBytes
                )
                if isRefused {
                    #expect(reason(result) == .tooLarge)
                } else {
                    #expect(try result.get().files.map(\.bytes.count) == [1_000])
                }
            }
        }
    }

    @Test func `G7: a thousand objects that unfold to 100 MiB each end at the deadline or the limit`() async throws {
        try await withTemporaryFolder { folder in
            var pack = PackBuilder()
            let seed = [UInt8](repeating: 0x20, count: 1 << 20)
            let file = pack.add(.blob, seed)
            for times in 1...1_000 { _ = pack.addRepetition(of: 0, size: seed.count, times: 100 + times % 20) }
            let infra = pack.tree([.init("100644", "a.yaml", file)])
            let commit = pack.commit(tree: pack.tree([.init("40000", "infra", infra)]))
            let script = HostileGitServer.Script(refs: [("refs/heads/main", commit)], pack: pack.bytes)
            try await HostileGitServer.serving(script) { server in
                let result = try await cost(
                    "1,000 objects of 100 MiB",
                    url: server.url,
                    in: folder,
                    workerBytes: Self.fetchBytes,
                    deadline: .seconds(10)
                )
                // A fast machine gets to the limit of the whole before the deadline.
                let reason = reason(result)
                #expect(reason == .git(.timeout) || reason == .git(.tooLarge))
            }
        }
    }

    @Test func `G7: a list of 100 MB and a list without end are refused in the worker's small memory`() async throws {
        let id = String(repeating: "0b", count: 20)
        let thousand = (0..<1_000).flatMap { HostileGitServer.line(Array("\(id) refs/heads/branch-\($0)\n".utf8)) }
        var whole = HostileGitServer.Script(refs: [("refs/heads/main", id)], pack: [])
        whole.list = HostileGitServer.answer(
            "advertisement",
            HostileGitServer.list([("refs/heads/main", id)]).dropLast(4)
                + repeatElement(thousand, count: 1_500).joined() + Array("0000".utf8)
        )
        var endless = whole
        endless.list = HostileGitServer.answer(
            "advertisement",
            HostileGitServer.line(Array("# service=git-upload-pack\n".utf8)) + Array("0000".utf8)
                + HostileGitServer.line(Array("\(id) refs/heads/main\0ofs-delta\n".utf8)),
            then: [.endless(HostileGitServer.chunk(HostileGitServer.line(Array("\(id) refs/heads/x\n".utf8))))]
        )
        for (name, script) in [("100 MB of refs", whole), ("refs without end", endless)] {
            try await withTemporaryFolder { folder in
                try await HostileGitServer.serving(script) { server in
                    let result = try await cost(name, url: server.url, in: folder, workerBytes: Self.listBytes)
                    #expect(reason(result) == .git(.tooLarge))
                }
            }
        }
    }

    @Test func `G7: the largest list that is allowed fits the worker's memory`() async throws {
        var pack = PackBuilder()
        let file = pack.add(.blob, Array("kind: A".utf8))
        let infra = pack.tree([.init("100644", "a.yaml", file)])
        let commit = pack.commit(tree: pack.tree([.init("40000", "infra", infra)]))
        let refs = [("refs/heads/main", commit)] + (1..<200_000).map { ("refs/heads/feature/branch-\($0)", commit) }
        try await withTemporaryFolder { folder in
            try await HostileGitServer.serving(.init(refs: refs, pack: pack.bytes)) { server in
                let result = try await cost(
                    "200,000 refs",
                    url: server.url,
                    in: folder,
                    workerBytes: Self.fetchBytes
                )
                #expect(try result.get().files.count == 1)
            }
        }
    }

    @Test(arguments: [(100_000, "txt"), (100_001, "txt"), (100_000, "yaml")])
    func `G7: a hundred thousand files in one folder are passed over or refused`(count: Int, ending: String)
        async throws
    {
        try await withTemporaryFolder { folder in
            var pack = PackBuilder()
            let file = pack.add(.blob, Array("kind: A".utf8))
            let names = (0..<(count - 1)).map { "f\(String($0 + 1_000_000)).\(ending)" }
            let infra = pack.tree([.init("100644", "a.yaml", file)] + names.map { .init("100644", $0, file) })
            let commit = pack.commit(tree: pack.tree([.init("40000", "infra", infra)]))
            try await HostileGitServer.serving(.init(refs: [("refs/heads/main", commit)], pack: pack.bytes)) { server in
                let result = try await cost(
                    "\(count) files .\(ending)",
                    url: server.url,
                    in: folder,
                    workerBytes: Self.fetchBytes
                )
                if count == 100_000, ending == "txt" {
                    #expect(try result.get().files.count == 1)
                } else {
                    #expect(reason(result) == .tooLarge)
                }
            }
        }
    }

    @Test func `G7: a message of 64 MiB is refused without being read here`() async throws {
        try await withTemporaryFolder { folder in
            var pack = PackBuilder()
            let file = pack.add(.blob, Array("kind: A".utf8))
            let infra = pack.tree([.init("100644", "a.yaml", file)])
            let commit = pack.commit(
                tree: pack.tree([.init("40000", "infra", infra)]),
                message: String(repeating: "word", count: 16 << 20)
            )
            try await HostileGitServer.serving(.init(refs: [("refs/heads/main", commit)], pack: pack.bytes)) { server in
                let result = try await cost(
                    "message of 64 MiB",
                    url: server.url,
                    in: folder,
                    workerBytes: Self.fetchBytes
                )
                #expect(reason(result) == .git(.tooLarge))
            }
        }
    }
}
