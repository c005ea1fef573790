// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit
import Testing

/// A real `sshd`.
@Suite(.timeLimit(.minutes(2))) struct SSHSourceTests {
    /// Key type, passphrase, options of ssh-keygen, host key type, whether known_hosts is hashed.
    static let combinations: [(String, String, [String], String, Bool)] = [
        ("ed25519", "", [], "ed25519", false), ("ed25519", "open sesame", [], "ecdsa", true),
        ("ecdsa", "", ["-b", "256"], "ed25519", true), ("ecdsa", "", ["-b", "521", "-m", "PEM"], "ecdsa", false),
    ]

    @Test(arguments: combinations)
    func `a repository is read with a key and a known host`(
        type: String,
        passphrase: String,
        options: [String],
        hostType: String,
        isHashed: Bool
    ) async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "1"])
            let key = try SSHKey(type: type, passphrase: passphrase, in: scene.folder, options: options)
            try await GitSSHServer.serving(in: scene.folder, hostKeyType: hostType, authorized: key) { server in
                let hosts = server.knownHostsLine
                var credentials = ["identity": try key.privateKey]
                credentials["known_hosts"] = isHashed ? try SSHKey.hashed(hosts, in: scene.folder) : hosts
                if !passphrase.isEmpty { credentials["password"] = passphrase }
                let reader = try scene.reader(url: server.url(of: scene.posts), credentials: credentials)
                #expect(try await reader.pass().files.map(\.path) == ["infra/a.yaml"])
                try scene.posts.commit(["infra/b.yaml": "2"])
                #expect(try await reader.pass().files.count == 2)
            }
        }
    }

    @Test func `the kind of host key is chosen among those that are known`() async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "1"])
            let key = try SSHKey(type: "ed25519", in: scene.folder)
            let stale = try SSHKey(type: "ed25519", in: scene.folder)
            try await GitSSHServer.serving(in: scene.folder, hostKeyType: "ecdsa", authorized: key) { server in
                let hosts = "[127.0.0.1]:\(server.port) \(stale.publicKey)\n" + server.knownHostsLine
                let credentials = ["identity": try key.privateKey, "known_hosts": hosts]
                #expect(
                    try await scene.reader(url: server.url(of: scene.posts), credentials: credentials).pass().files
                        .count == 1
                )
            }
        }
    }

    @Test func `a host key that is unknown, changed or revoked is refused, and the first use is no exception`()
        async throws
    {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "1"])
            let key = try SSHKey(type: "ed25519", in: scene.folder)
            let other = try SSHKey(type: "ed25519", in: scene.folder)
            try await GitSSHServer.serving(in: scene.folder, authorized: key) { server in
                let line = server.knownHostsLine
                let cases: [(String, GitError.Reason, String)] = [
                    ("# nothing\n", .unknownHostKey, "ssh-keyscan -p \(server.port) 127.0.0.1"),
                    ("127.0.0.1 \(server.hostKey)\n", .unknownHostKey, "SHA256:"),
                    ("[127.0.0.1]:\(server.port) \(other.publicKey)\n", .hostKeyChanged, "somebody may be in between"),
                    (line + "@revoked * \(server.hostKey)\n", .hostKeyRevoked, "@revoked"),
                ]
                for (hosts, reason, text) in cases {
                    let credentials = ["identity": try key.privateKey, "known_hosts": hosts]
                    let reader = try scene.reader(url: server.url(of: scene.posts), credentials: credentials)
                    for _ in 0..<2 {
                        let error = try #require(
                            await failure { () async throws(SourceError) in try await reader.poll() }
                        )
                        #expect(error.reason == .git(reason))
                        #expect(error.message.contains(text))
                    }
                }
                #expect(!server.log.contains("Accepted publickey"))
            }
        }
    }

    @Test func `a key that the server does not know is refused once`() async throws {
        try await SourceScene.with { scene in
            let key = try SSHKey(type: "ed25519", in: scene.folder)
            let stranger = try SSHKey(type: "ed25519", in: scene.folder)
            try await GitSSHServer.serving(in: scene.folder, authorized: key) { server in
                let credentials = ["identity": try stranger.privateKey, "known_hosts": server.knownHostsLine]
                let reader = try scene.reader(url: server.url(of: scene.posts), credentials: credentials)
                let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
                #expect(error.reason == .git(.authentication))
                #expect(error.message.contains("deploy key"))
            }
        }
    }

    @Test func `a repository that is not there is named`() async throws {
        try await SourceScene.with { scene in
            let key = try SSHKey(type: "ed25519", in: scene.folder)
            try await GitSSHServer.serving(in: scene.folder, authorized: key) { server in
                let credentials = ["identity": try key.privateKey, "known_hosts": server.knownHostsLine]
                let reader = try scene.reader(url: server.url(of: scene.posts) + ".gone", credentials: credentials)
                let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
                #expect(error.reason == .git(.missingRepository))
            }
        }
    }

    @Test func `a key that cannot work is refused before any connection`() async throws {
        try await SourceScene.with { scene in
            let rsa = try SSHKey(type: "rsa", in: scene.folder, options: ["-b", "2048"])
            let locked = try SSHKey(type: "ed25519", passphrase: "open sesame", in: scene.folder)
            for (identity, text) in [
                (try rsa.privateKey, "no rsa-sha2"), (try locked.privateKey, "encrypted"), ("hello", "no private key"),
            ] {
                let credentials = ["identity": identity, "known_hosts": "# none"]
                let reader = try scene.reader(url: "ssh://git@127.0.0.1:1/x.git", credentials: credentials)
                let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
                #expect(error.reason == .git(.authentication))
                #expect(error.message.contains(text))
                #expect(error.message.contains("ssh-keygen -t ed25519"))
            }
        }
    }

    @Test func `a wrong passphrase is an authentication error`() async throws {
        try await SourceScene.with { scene in
            let key = try SSHKey(type: "ed25519", passphrase: "open sesame", in: scene.folder)
            try await GitSSHServer.serving(in: scene.folder, authorized: key) { server in
                let credentials = [
                    "identity": try key.privateKey, "known_hosts": server.knownHostsLine, "password": "guess",
                ]
                let reader = try scene.reader(url: server.url(of: scene.posts), credentials: credentials)
                #expect(
                    await failure { () async throws(SourceError) in try await reader.poll() }?.reason
                        == .git(.authentication)
                )
            }
        }
    }
}
