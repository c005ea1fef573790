// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import KubeObjects
import SceneKit
import SyncLoop
import SyncRecord
import SyncSource
import TestKit
import Testing

/// A server or a disk that stands between the repository and the pass.
@Suite(.timeLimit(.minutes(5)))
struct UnreachableSourceTests {
    /// Points a project at a URL below a server.
    private static func at(_ url: String, credentials: String? = nil) -> @Sendable (inout Project) -> Void {
        { project in
            project.source = RepositorySpec(url: url, ref: .branch("main"), path: "infra")
            project.credentials = credentials.map { .folder($0) }
        }
    }

    @Test func `G3: each way in which a server refuses has words of its own, and the last revision stays`() async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 8))
            let folder = URL(filePath: scene.folder)
            let secret = "hunter2-\(UUID().uuidString)"
            let login = try scene.credentials(["username": "deploy", "password": secret])
            try await GitHTTPServer.serving(folder, in: folder) { server in
                #expect(try await scene.sync(edit: Self.at("\(server.url)/git/repository.git")).outcome == .succeeded)
                try scene.commit(["c0.yaml": nil, "c1.yaml": scene.configMap("c1", "2")])
                let closed = try Loopback.freePort()
                let faults: [(String, String?, [String])] = [
                    ("\(server.url)/private/repository.git", nil, ["wants credentials", "username and password"]),
                    ("\(server.url)/private/repository.git", login, ["refused the username or password"]),
                    ("\(server.url)/forbidden/repository.git", nil, ["403", "may not read"]),
                    ("\(server.url)/absent/repository.git", nil, ["404", "no such repository"]),
                    ("\(server.url)/broken/repository.git", nil, ["502", "tried again"]),
                    ("\(server.url)/page/repository.git", nil, ["web page"]),
                    ("\(server.url)/moved/repository.git", login, ["redirect", "final URL"]),
                    ("http://127.0.0.1:\(closed)/repository.git", nil, ["check the address, the port"]),
                    ("https://host.invalid/repository.git", nil, ["check the host name"]),
                    ("https://127.0.0.1:\(server.port)/repository.git", nil, ["speaks no TLS"]),
                ]
                var said: [String] = []
                for (url, credentials, words) in faults {
                    let message = try await scene.halted(saying: words, edit: Self.at(url, credentials: credentials))
                    #expect(message.hasPrefix(url), "\(message)")
                    #expect(!message.contains(secret))
                    said.append(String(message.dropFirst(url.count)))
                }
                #expect(Set(said).count == faults.count, "two causes have the same words: \(said)")
                #expect(!scene.log.text.contains(secret))
                #expect(try await scene.sync(edit: Self.at("\(server.url)/git/repository.git")).outcome == .succeeded)
                let gone = try await scene.liveConfigMap("c0")
                #expect(gone == nil)
                try await scene.checkPromises(
                    bystanders: bystanders,
                    edit: Self.at("\(server.url)/git/repository.git")
                )
            }
        }
    }

    @Test func `G3: a bad TLS certificate and an unknown or revoked host key halt the pass, each in its own words`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(scene.baseFiles(configMaps: 1))
            #expect(try await scene.sync().outcome == .succeeded)
            let folder = URL(filePath: scene.folder)
            let authority = try TestAuthority(folder: scene.folder)
            let identity = try authority.certificate("localhost", subject: "DNS:localhost", days: -1)
            let known = try scene.credentials([
                "ca.crt": try String(contentsOfFile: authority.certificatePath, encoding: .utf8)
            ])
            try await GitHTTPServer.serving(folder, in: folder, identity: identity) { server in
                let url = "\(server.url)/git/repository.git"
                try await scene.halted(saying: ["has expired"], edit: Self.at(url, credentials: known))
            }
            let key = try SSHKey(type: "ed25519", in: folder)
            try await GitSSHServer.serving(in: folder, authorized: key) { server in
                let lines = [
                    ("elsewhere.example.com \(server.hostKey)\n", "ssh-keyscan"),
                    ("@revoked * \(server.hostKey)\n" + server.knownHostsLine, "@revoked"),
                    ("[127.0.0.1]:\(server.port) \(key.publicKey)\n", "somebody may be in between"),
                ]
                for (hosts, words) in lines {
                    let credentials = try scene.credentials(["identity": try key.privateKey, "known_hosts": hosts])
                    let edit = Self.at(server.url(of: scene.git), credentials: credentials)
                    try await scene.halted(saying: [words], edit: edit)
                }
                #expect(!server.log.contains("Accepted publickey"))
            }
            try await scene.checkPromises()
        }
    }

    @Test func `G4: a connection that is cut anywhere in a fetch leaves a mirror that the next pass can use`()
        async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 8))
            let folder = URL(filePath: scene.folder)
            try await GitHTTPServer.serving(folder, in: folder) { server in
                try await LossyProxy.to(server.port) { proxy in
                    let edit = Self.at("http://127.0.0.1:\(proxy.port)/git/repository.git")
                    #expect(try await scene.sync(edit: edit).outcome == .succeeded)
                    var met = 0
                    // A list has some 500 bytes, a pack with one change some hundred more: each is cut at its head and within.
                    for limit in [1, 200, 400, 600, 800] {
                        try scene.commit(["c0.yaml": scene.configMap("c0", "cut at \(limit)")])
                        proxy.set(.cut(afterBytes: limit))
                        let before = proxy.faultsMet
                        let outcome = try await scene.sync(edit: edit)
                        met += proxy.faultsMet - before
                        #expect(outcome.outcome == (proxy.faultsMet > before ? .failed : .succeeded))
                        let half = try scene.mirrorFiles().filter {
                            $0.contains("objects/pack/") && !$0.contains("/pack-")
                        }
                        #expect(half.isEmpty || outcome.outcome == .failed, "\(half)")
                        proxy.set(.none)
                        #expect(try await scene.sync(edit: edit).outcome == .succeeded)
                        let live = try await scene.liveConfigMap("c0")
                        #expect(live?.json["data"] == ["value": "cut at \(limit)"])
                    }
                    #expect(met >= 3, "the cuts were not met")
                    try await scene.checkPromises(bystanders: bystanders, edit: edit)
                }
            }
        }
    }

    @Test func `G4: kill -9 in the middle of a first clone and of a fetch leaves nothing that is in the way`()
        async throws
    {
        try await withScene { scene in
            try scene.commit(scene.baseFiles(configMaps: 2))
            let folder = URL(filePath: scene.folder)
            try await GitHTTPServer.serving(folder, in: folder) { server in
                try await LossyProxy.to(server.port) { proxy in
                    let edit = Self.at("http://127.0.0.1:\(proxy.port)/git/repository.git")
                    for _ in 0..<2 {
                        try scene.git.commit([
                            "noise.txt": (0..<40_000).map { _ in "\(UInt64.random(in: 0...(.max)))" }.joined()
                        ])
                        proxy.set(.stall(afterBytes: 60_000))
                        let met = proxy.faultsMet
                        let outcome = try await withThrowingTaskGroup(of: PassOutcome?.self) { group in
                            group.addTask { try await scene.sync(edit: edit) }
                            group.addTask {
                                try await eventually("the transfer stalls") { proxy.faultsMet > met }
                                for pid in scene.workers() { kill(pid_t(pid), SIGKILL) }
                                return nil
                            }
                            var outcome: PassOutcome?
                            for try await result in group { outcome = result ?? outcome }
                            return try #require(outcome)
                        }
                        #expect(outcome.outcome == .failed)
                        #expect(outcome.failure?.message.contains("signal 9") == true)
                        #expect(outcome.failure?.isRetryable == true)
                        #expect(try scene.mirrorFiles().contains { $0.contains("pack_") || $0.contains("incoming") })
                        proxy.set(.none)
                        #expect(try await scene.sync(edit: edit).outcome == .succeeded)
                        let half = try scene.mirrorFiles().filter {
                            $0.contains("incoming") || $0.contains("objects/pack/") && !$0.contains("/pack-")
                        }
                        #expect(half == [])
                    }
                    try await scene.checkPromises(edit: edit)
                }
            }
        }
    }
}

extension Scene {
    /// Writes credentials as files, as a mounted Secret has them; returns their folder.
    func credentials(_ values: [String: String]) throws -> String {
        let path = "\(folder)/credentials-\(UUID().uuidString)/repository.git"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (key, value) in values { try value.write(toFile: "\(path)/\(key)", atomically: true, encoding: .utf8) }
        return path
    }

    /// Every file below the project's mirror folder.
    func mirrorFiles() throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/mirrors/\(project.name)")
    }

    /// The git processes that work for this scene now.
    func workers() -> [Int] {
        let processes = (try? FileManager.default.contentsOfDirectory(atPath: "/proc"))?.compactMap { Int($0) } ?? []
        return processes.filter { pid in
            guard let bytes = try? Data(contentsOf: URL(filePath: "/proc/\(pid)/environ")) else { return false }
            return String(decoding: bytes, as: UTF8.self).contains("HOME=\(folder)/mirrors/")
        }
    }
}
