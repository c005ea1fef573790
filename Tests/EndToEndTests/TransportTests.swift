// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import KubeObjects
import SceneKit
import SyncApply
import SyncLoop
import SyncRecord
import SyncSource
import TestKit
import Testing

/// Real git servers in the way of a pass: a refused login changes nothing, and the right one recovers.
@Suite(.timeLimit(.minutes(5)))
struct TransportTests {
    /// Writes credentials as files, as a mounted Secret has them.
    private func credentials(_ values: [String: String], in folder: String) throws -> String {
        let path = "\(folder)/credentials-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        for (key, value) in values {
            try value.write(toFile: "\(path)/\(key)", atomically: true, encoding: .utf8)
        }
        return path
    }

    @Test func `a wrong password is one error that names the remedy, and the right one recovers`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            let folder = URL(filePath: scene.folder)
            try await GitHTTPServer.serving(folder, in: folder) { server in
                let url = "\(server.url)/private/repository.git"
                let right = ["username": GitHTTPServer.username, "password": GitHTTPServer.password]
                func sync(_ values: [String: String]) async throws -> PassOutcome {
                    let path = try credentials(values, in: scene.folder)
                    return try await scene.sync { project in
                        project.source = RepositorySpec(url: url, ref: .branch("main"), path: "infra")
                        project.credentials = .folder(path)
                    }
                }
                let first = try await sync(right)
                #expect(first.outcome == .succeeded, "\(first.failure?.message ?? "")")
                let before = try #require(try await scene.liveConfigMap("a")?.resourceVersion)
                try scene.commit(["a.yaml": scene.configMap("a", "2")])
                let refused = try await sync(right.merging(["password": "not-the-password"]) { $1 })
                #expect(refused.outcome == .failed)
                let message = try #require(refused.failure?.message)
                #expect(refused.failure?.stage == .source)
                #expect(message.contains("password"), "\(message)")
                #expect(!message.contains("not-the-password"))
                let untouched = try await scene.liveConfigMap("a")?.resourceVersion
                #expect(untouched == before)
                let again = try await sync(right)
                #expect(again.outcome == .succeeded)
                let healed = try await scene.liveConfigMap("a")
                #expect(healed?.json["data"] == ["value": "2"])
            }
        }
    }

    @Test func `an unknown host key is refused by name, and a known one is let in`() async throws {
        try await withScene { scene in
            try scene.commit(["ns.yaml": scene.namespaceManifest, "a.yaml": scene.configMap("a")])
            let folder = URL(filePath: scene.folder)
            let key = try SSHKey(type: "ed25519", in: folder)
            let stranger = try SSHKey(type: "ed25519", in: folder)
            try await GitSSHServer.serving(in: folder, authorized: key) { server in
                func sync(_ knownHosts: String) async throws -> PassOutcome {
                    let path = try credentials(
                        ["identity": try key.privateKey, "known_hosts": knownHosts],
                        in: scene.folder
                    )
                    return try await scene.sync { project in
                        project.source = RepositorySpec(
                            url: server.url(of: scene.git),
                            ref: .branch("main"),
                            path: "infra"
                        )
                        project.credentials = .folder(path)
                    }
                }
                let unknown = try await sync("elsewhere.example.com \(stranger.publicKey)\n")
                #expect(unknown.outcome == .failed)
                #expect(unknown.failure?.message.contains("known_hosts") == true, "\(unknown.failure?.message ?? "")")
                let changed = try await sync("[127.0.0.1]:\(server.port) \(stranger.publicKey)\n")
                #expect(changed.outcome == .failed)
                let absent = try await scene.liveConfigMap("a")
                #expect(absent == nil)
                let known = try await sync(server.knownHostsLine)
                #expect(known.outcome == .succeeded, "\(known.failure?.message ?? "")")
                let live = try await scene.liveConfigMap("a")
                #expect(live != nil)
            }
        }
    }
}
