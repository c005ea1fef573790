// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit
import Testing

/// What lies on disk: private, complete or not there, and cloned again when it is damaged.
@Suite(.timeLimit(.minutes(2))) struct MirrorTests {
    struct Damage: Sendable, CustomTestStringConvertible {
        let testDescription: String
        /// Given the mirror's folder.
        let act: @Sendable (URL) throws -> Void
    }

    static func files(_ mirror: URL, _ folder: String, _ suffix: String) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(at: mirror.appending(path: folder), includingPropertiesForKeys: nil)
            .filter { $0.lastPathComponent.hasSuffix(suffix) }
    }

    static let damages = [
        Damage(testDescription: "flipped bytes in the packs") { mirror in
            for pack in try files(mirror, "objects/pack", ".pack") {
                var bytes = try Data(contentsOf: pack)
                for index in 12..<(bytes.count - 20) { bytes[index] ^= 0x55 }
                try FileManager.default.removeItem(at: pack)
                try bytes.write(to: pack)
            }
        },
        Damage(testDescription: "packs deleted, their indexes left") { mirror in
            for pack in try files(mirror, "objects/pack", ".pack") { try FileManager.default.removeItem(at: pack) }
        },
        Damage(testDescription: "all objects deleted") { mirror in
            for pack in try files(mirror, "objects/pack", "") { try FileManager.default.removeItem(at: pack) }
        },
        Damage(testDescription: "packs cut to 40 bytes") { mirror in
            for pack in try files(mirror, "objects/pack", ".pack") {
                let bytes = try Data(contentsOf: pack)
                try FileManager.default.removeItem(at: pack)
                try bytes.prefix(40).write(to: pack)
            }
        },
        Damage(testDescription: "indexes cut to 40 bytes") { mirror in
            for index in try files(mirror, "objects/pack", ".idx") {
                let bytes = try Data(contentsOf: index)
                try FileManager.default.removeItem(at: index)
                try bytes.prefix(40).write(to: index)
            }
        },
        Damage(testDescription: "ref cut short") { mirror in
            try Data("abc".utf8).write(to: mirror.appending(path: "refs/heads/main"))
        },
        Damage(testDescription: "HEAD and config emptied") { mirror in
            try Data().write(to: mirror.appending(path: "HEAD"))
            try Data("[core\n".utf8).write(to: mirror.appending(path: "config"))
        },
        Damage(testDescription: "stale lock files") { mirror in
            try Data().write(to: mirror.appending(path: "refs/heads/main.lock"))
            try Data().write(to: mirror.appending(path: "packed-refs.lock"))
        },
    ]

    @Test(arguments: damages)
    func `G5: a damaged mirror is cloned again and the snapshot is whole`(damage: Damage) async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "one", "infra/b.yaml": "two"])
            let reader = try scene.reader()
            let tip = try await reader.poll()
            let whole = try await reader.snapshot(tip)
            try damage.act(try scene.mirror())
            #expect(try await reader.snapshot(tip) == whole)
            try damage.act(try scene.mirror())
            try scene.posts.commit(["infra/c.yaml": "three"])
            #expect(
                try await scene.reader().pass().files.map(\.path) == ["infra/a.yaml", "infra/b.yaml", "infra/c.yaml"]
            )
        }
    }

    @Test func `a repository that lacks a file of its own gives an error, never a part`() async throws {
        try await SourceScene.with { scene in
            let there = try scene.posts.blob("kind: A")
            let gone = try scene.posts.blob("kind: B")
            let infra = try scene.posts.tree([.init("100644", "a.yaml", there), .init("100644", "b.yaml", gone)])
            try scene.posts.commit(tree: scene.posts.tree([.init("40000", "infra", infra)]))
            try FileManager.default.removeItem(
                atPath: "\(scene.posts.path)/objects/\(gone.prefix(2))/\(gone.dropFirst(2))"
            )
            let reader = try scene.reader()
            let error = await failure { () async throws(SourceError) in try await reader.pass() }
            #expect(error != nil)
        }
    }

    @Test func `G4: what a killed clone left behind is swept away`() async throws {
        try await SourceScene.with { scene in
            let reader = try scene.reader()
            try scene.posts.commit(["infra/a.yaml": "1"])
            let half = scene.mirrors.appending(path: "incoming.git")
            try FileManager.default.createDirectory(
                at: half.appending(path: "objects"),
                withIntermediateDirectories: true
            )
            _ = try await reader.pass()
            let halfPack = try scene.mirror().appending(path: "objects/pack/pack_git2_0a1b2c")
            try Data("half".utf8).write(to: halfPack)
            try scene.posts.commit(["infra/a.yaml": "2"])
            #expect(try await reader.pass().files.map(\.bytes) == [Array("2".utf8)])
            #expect(!FileManager.default.fileExists(atPath: half.path(percentEncoded: false)))
            #expect(!FileManager.default.fileExists(atPath: halfPack.path(percentEncoded: false)))
        }
    }

    @Test func `an overgrown mirror is replaced by a new clone with one pack`() async throws {
        try await SourceScene.with { scene in
            var limits = GitLimits()
            limits.mirrorPacks = 2
            let reader = try scene.reader(repositoryLimits: limits)
            var counts: [Int] = []
            for index in 0..<5 {
                try scene.posts.commit(["infra/a.yaml": "\(index)"])
                _ = try await reader.pass()
                counts.append(try MirrorTests.files(try scene.mirror(), "objects/pack", ".pack").count)
            }
            #expect(counts == [1, 2, 3, 1, 2])
        }
    }

    @Test func `another URL never meets the objects of the first`() async throws {
        try await SourceScene.with { scene in
            let commit = try scene.posts.commit(["infra/a.yaml": "1"])
            _ = try await scene.reader().pass()
            let other = try GitFolder(at: scene.repositories.appending(path: "other.git"))
            try other.commit(["infra/b.yaml": "2"])
            let pinned = try scene.reader(url: other.path, ref: .commit(commit))
            #expect(
                await failure { () async throws(SourceError) in try await pinned.pass() }?.reason == .git(.missingRef)
            )
        }
    }

    @Test func `nobody else can read the mirror's folder, and it holds no checkout`() async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "secret-looking text"])
            _ = try await scene.reader().pass()
            let path = scene.mirrors.path(percentEncoded: false)
            let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
            #expect(mode == 0o700)
            let names = try FileManager.default.subpathsOfDirectory(atPath: path)
            #expect(!names.contains { $0.hasSuffix(".yaml") })
        }
    }

    @Test func `several readers of one folder do not disturb each other`() async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "1"])
            let readers = try (0..<6).map { _ in try scene.reader() }
            let files = try await withThrowingTaskGroup(of: Int.self) { group in
                for reader in readers { group.addTask { try await reader.pass().files.count } }
                return try await group.reduce(0, +)
            }
            #expect(files == 6)
        }
    }
}
