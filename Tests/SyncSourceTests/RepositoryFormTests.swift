// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit
import Testing

/// Forms of a repository in a folder that cannot be read are named as what they are, with what to do.
@Suite(.timeLimit(.minutes(2))) struct RepositoryFormTests {
    /// What the reader says of the folder; `read` when it reads it.
    private func failure(of path: String, in scene: SourceScene) async throws -> String {
        let reader = try scene.reader(url: path)
        do throws(SourceError) {
            _ = try await reader.pass()
            return "read"
        } catch {
            return error.message
        }
    }

    private func fill(_ git: GitFolder) throws {
        for number in 0..<3 { try git.commit(["infra/a.yaml": "a: \(number)\n"], message: "\(number)") }
        _ = try git.git(["config", "uploadpack.allowFilter", "true"])
    }

    private static let clones: [(name: String, arguments: [String], words: [String])] = [
        ("shallow", ["--depth", "1"], ["shallow clone", "git fetch --unshallow", "fetch-depth: 0"]),
        ("partial", ["--filter=blob:none", "--no-checkout"], ["partial clone", "--filter"]),
    ]

    @Test(arguments: clones.map(\.name), [true, false])
    func `a clone that lacks objects is named`(name: String, isBare: Bool) async throws {
        let (_, arguments, words) = try #require(Self.clones.first { $0.name == name })
        try await SourceScene.with { scene in
            let (folder, git) = (scene.folder, scene.posts)
            try fill(git)
            let clone = folder.appending(path: "clone").path(percentEncoded: false)
            let bare = isBare ? ["--bare"] : []
            _ = try GitFolder.git(["clone", "--quiet"] + bare + arguments + ["file://\(git.path)", clone])
            let message = try await failure(of: clone, in: scene)
            for word in words { #expect(message.contains(word), "\(message)") }
            #expect(!message.contains("fsck"))
        }
    }

    @Test(arguments: ["", "file://"])
    func `a folder with a colon in its path is a folder`(scheme: String) async throws {
        try await SourceScene.with { scene in
            try fill(scene.posts)
            let clone = scene.folder.appending(path: "co:lon/a%b").path(percentEncoded: false)
            _ = try GitFolder.git(["clone", "--quiet", "--bare", "file://\(scene.posts.path)", clone])
            let path = scheme.isEmpty ? clone : clone.replacing("%", with: "%25")
            let words = try await failure(of: scheme + path, in: scene)
            #expect(words == "read")
        }
    }

    @Test func `a repository with SHA-256 names is named`() async throws {
        try await SourceScene.with { scene in
            let path = scene.folder.appending(path: "new.git").path(percentEncoded: false)
            _ = try GitFolder.git(["init", "--quiet", "--bare", "--object-format=sha256", path])
            let message = try await failure(of: path, in: scene)
            #expect(message.contains("SHA-256 object names"), "\(message)")
        }
    }

    @Test(arguments: [true, false])
    func `a repository of another user is named, and what to do`(isBare: Bool) async throws {
        try #require(geteuid() == 0, "run the tests as root: they give a repository to another user")
        try await SourceScene.with { scene in
            try fill(scene.posts)
            let clone = scene.folder.appending(path: "clone").path(percentEncoded: false)
            let bare = isBare ? ["--bare"] : []
            _ = try GitFolder.git(["clone", "--quiet"] + bare + ["file://\(scene.posts.path)", clone])
            try #require(chown(clone, 65_534, 65_534) == 0)
            let message = try await failure(of: clone, in: scene)
            for word in ["belongs to another user", "safe.directory", "change the folder's owner", "run as that user"] {
                #expect(message.contains(word), "\(message)")
            }
            try #require(chown(clone, 0, 0) == 0)
            #expect(try await failure(of: clone, in: scene) == "read")
        }
    }

    @Test(arguments: ["config", ".git", "commondir"])
    func `a pipe in the place of a file keeps nobody waiting`(name: String) async throws {
        try await SourceScene.with { scene in
            let path = scene.folder.appending(path: "odd").path(percentEncoded: false)
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
            try #require(mkfifo("\(path)/\(name)", 0o600) == 0)
            if name == "commondir" {
                // As in a folder of `git worktree add`, which leads to this file; here to the folder itself.
                try "gitdir: \(path)\n".write(toFile: "\(path)/.git", atomically: true, encoding: .utf8)
            }
            let message = try await failure(of: path, in: scene)
            #expect(message.contains("check the path"), "\(message)")
        }
    }

    @Test func `where no repository is, that is said, and where the repository is that was meant`() async throws {
        try await SourceScene.with { scene in
            let (folder, git) = (scene.folder, scene.posts)
            try fill(git)
            let clone = folder.appending(path: "clone").path(percentEncoded: false)
            _ = try GitFolder.git(["clone", "--quiet", "file://\(git.path)", clone])
            let plain = folder.appending(path: "plain").path(percentEncoded: false)
            try FileManager.default.createDirectory(atPath: plain, withIntermediateDirectories: true)
            for (path, words) in [
                ("\(plain)/absent.git", "there is no such folder; check the path"),
                (plain, "the folder is no git repository; check the path"),
                ("\(clone)/infra/a.yaml", "this is a file, and a repository is a folder; check the path"),
                ("\(clone)/infra", "this is a folder in a repository; give the repository's root: \(clone)"),
                ("\(git.path)/objects", "this is a folder in a repository; give the repository's root: \(git.path)"),
            ] {
                let message = try await failure(of: path, in: scene)
                #expect(message.hasPrefix(path) && message.hasSuffix(": \(words)"), "\(message)")
            }
        }
    }

    @Test func `a whole clone with its files is read`() async throws {
        try await SourceScene.with { scene in
            let (folder, git) = (scene.folder, scene.posts)
            try fill(git)
            let clone = folder.appending(path: "clone").path(percentEncoded: false)
            _ = try GitFolder.git(["clone", "--quiet", "file://\(git.path)", clone])
            #expect(try await failure(of: clone, in: scene) == "read")
        }
    }
}
