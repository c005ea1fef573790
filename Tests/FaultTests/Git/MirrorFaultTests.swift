// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import KubeObjects
import SceneKit
import SyncLoop
import SyncRecord
import TestKit
import Testing

/// The mirror on disk, damaged or refused by the disk.
@Suite(.timeLimit(.minutes(5)))
struct MirrorFaultTests {
    static let damages: [(String, @Sendable (String) throws -> Void)] = [
        (
            "flipped bytes",
            { mirror in
                for pack in try MirrorFaultTests.packs(mirror) {
                    var bytes = try Data(contentsOf: pack)
                    for index in stride(from: 12, to: bytes.count - 20, by: 7) { bytes[index] ^= 0x55 }
                    try FileManager.default.removeItem(at: pack)
                    try bytes.write(to: pack)
                }
            }
        ),
        (
            "deleted packs",
            { mirror in
                for pack in try MirrorFaultTests.packs(mirror) { try FileManager.default.removeItem(at: pack) }
            }
        ),
        ("cut ref", { mirror in try Data("ab".utf8).write(to: URL(filePath: mirror + "/refs/heads/main")) }),
        (
            "stale locks",
            { mirror in
                for name in ["refs/heads/main.lock", "packed-refs.lock", "config.lock"] {
                    try Data().write(to: URL(filePath: "\(mirror)/\(name)"))
                }
            }
        ),
    ]

    private static func packs(_ mirror: String) throws -> [URL] {
        try files(URL(filePath: mirror)).filter { $0.pathExtension == "pack" }
    }

    /// The packs of a mirror, and their indexes.
    private static func files(_ mirror: URL) throws -> [URL] {
        try FileManager.default.contentsOfDirectory(
            at: mirror.appending(path: "objects/pack"),
            includingPropertiesForKeys: nil
        )
    }

    @Test(arguments: damages.indices)
    func `G5: a damaged mirror is cloned again, and the pass is whole`(index: Int) async throws {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 8))
            #expect(try await scene.sync().outcome == .succeeded)
            let mirrors = "\(scene.folder)/mirrors/\(scene.project.name)"
            let names = try FileManager.default.contentsOfDirectory(atPath: mirrors).filter { $0.hasSuffix(".git") }
            let mirror = "\(mirrors)/\(try #require(names.first))"
            // The same commit, and one more.
            for change in [nil, scene.configMap("c0", "2")] {
                try Self.damages[index].1(mirror)
                if let change { try scene.commit(["c0.yaml": change, "c1.yaml": nil]) }
                let outcome = try await scene.sync()
                #expect(outcome.outcome == .succeeded, "\(outcome.failure?.message ?? "")")
                let counts = PassOutcome.counts(of: outcome.objects)
                #expect(counts.pruned == (change == nil ? 0 : 1))
            }
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `G5: a mirror that lost the commit before halts nobody, and only a new clone without it does`()
        async throws
    {
        try await withScene { scene in
            let strict: @Sendable (inout Project) -> Void = { $0.requiresFastForward = true }
            let first = try scene.commit(scene.baseFiles(configMaps: 2))
            #expect(try await scene.sync(edit: strict).outcome == .succeeded)
            let mirrors = "\(scene.folder)/mirrors/\(scene.project.name)"
            let names = try FileManager.default.contentsOfDirectory(atPath: mirrors).filter { $0.hasSuffix(".git") }
            let mirror = URL(filePath: "\(mirrors)/\(try #require(names.first))")
            try scene.commit(["c0.yaml": scene.configMap("c0", "2")])
            let old = try Self.files(mirror)
            #expect(try await scene.sync(edit: strict).outcome == .succeeded)
            let lost = try Self.files(mirror).filter { !old.contains($0) }
            // The next commit is fetched, and then what was fetched for the one before is gone.
            try scene.commit(["c0.yaml": scene.configMap("c0", "3")])
            _ = try await scene.reconciler(edit: strict).preparer.prepare(marks: [:])
            #expect(!lost.isEmpty)
            for file in lost { try FileManager.default.removeItem(at: file) }
            let outcome = try await scene.sync(edit: strict)
            #expect(outcome.outcome == .succeeded, "\(outcome.failure?.message ?? "")")
            #expect(outcome.carriedOut?.rewriting == nil)
            // Now the repository itself lacks the commit.
            let third = try #require(try scene.git.tip(of: "main"))
            try scene.git.commit(["infra/c0.yaml": scene.configMap("c0", "4")], parent: first)
            try FileManager.default.removeItem(at: mirror)
            let text = "a new clone of it no longer has \(third.prefix(8))"
            try await scene.halted(saying: ["main was rewritten: \(text)", "requireFastForward"], edit: strict)
            let followed = try await scene.sync()
            #expect(followed.outcome == .succeeded)
            #expect(followed.carriedOut?.rewriting?.contains(text) == true)
            try await scene.checkPromises()
        }
    }

    @Test func `G5: a repository that has lost a file of its own changes nothing, and the way out is named`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(scene.baseFiles(configMaps: 8))
            #expect(try await scene.sync().outcome == .succeeded)
            let there = try scene.git.blob(scene.configMap("c0", "2"))
            let gone = try scene.git.blob(scene.configMap("c1", "2"))
            let infra = try scene.git.tree([.init("100644", "c0.yaml", there), .init("100644", "c1.yaml", gone)])
            let whole = try #require(try scene.git.tip(of: "main"))
            try scene.git.commit(tree: scene.git.tree([.init("40000", "infra", infra)]))
            try FileManager.default.removeItem(
                atPath: "\(scene.git.path)/objects/\(gone.prefix(2))/\(gone.dropFirst(2))"
            )
            try await scene.halted(saying: ["git fsck"])
            try scene.git.move(branch: "main", to: whole)
            try await scene.checkPromises()
        }
    }

    /// How the disk refuses, as a shell command with the mirror's folder in `$1`, run before the worker.
    static let disks = [
        ("full", "mount -t tmpfs -o size=64k,mode=700 tmpfs \"$1\"", "No space left"),
        ("read-only", "mount --bind \"$1\" \"$1\" && mount -o remount,bind,ro \"$1\"", "Read-only file system"),
    ]

    @Test(arguments: disks)
    func `G6: a full or read-only disk is an error with its remedy, and the pass after it works`(
        name: String,
        mount: String,
        words: String
    ) async throws {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 8))
            #expect(try await scene.sync().outcome == .succeeded)
            let noise = (0..<40_000).map { "\($0 &* 2_654_435_761 % 1_000_003)" }.joined(separator: " ")
            try scene.git.commit(["noise.txt": noise, "infra/c0.yaml": nil])
            let worker = try scene.workerBehind(mount)
            let factory = PreparerFactory(
                client: scene.operatorClient,
                dataFolder: scene.folder,
                workerExecutable: worker
            )
            let reconciler = ProjectReconciler(
                preparer: try await factory.preparer(for: scene.project),
                history: scene.history,
                settings: .init(recordsQuietPasses: true, waitsForHealth: false),
                logger: scene.log.logger
            )
            try await scene.halted(saying: [words, "data folder"], by: reconciler)
            // The state of before is still served.
            let state = try await scene.history.state(of: scene.project.name)
            #expect(state.applied != nil)
            #expect(try await scene.sync().outcome == .succeeded)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }
}

extension Scene {
    /// A program that takes the worker's place: it makes a mount namespace of its own with a bad disk in it, and becomes the
    /// worker there. Needs the right to mount, as root or in a user namespace.
    fileprivate func workerBehind(_ mount: String) throws -> String {
        let path = "\(folder)/worker.sh"
        let namespace = geteuid() == 0 ? "-m" : "-rm"
        let script = """
            #!/bin/bash
            exec unshare \(namespace) bash -c '\(mount) && exec "$0" "$2"' \
            "\(try TestProducts.path(of: "sternpost"))" "\(folder)/mirrors/\(project.name)" "$1"
            """
        try script.write(toFile: path, atomically: true, encoding: .utf8)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: path)
        return path
    }
}
