// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit
import Testing

/// Real servers that break, stall or lead elsewhere.
@Suite(.timeLimit(.minutes(5))) struct GitTransportTests {
    /// Serves `posts.git` over one of the three transports behind a proxy; the URL leads through the proxy.
    private func behindProxy(
        _ scene: SourceScene,
        _ transport: String,
        _ body: (LossyProxy, _ url: String, _ credentials: [String: String]) async throws -> Void
    ) async throws {
        switch transport {
        case "ssh":
            let key = try SSHKey(type: "ecdsa", in: scene.folder)
            try await GitSSHServer.serving(in: scene.folder, authorized: key) { server in
                try await LossyProxy.to(server.port) { proxy in
                    let hosts = "[127.0.0.1]:\(proxy.port) \(server.hostKey)\n"
                    let url = "ssh://\(server.user)@127.0.0.1:\(proxy.port)\(scene.posts.path)"
                    try await body(proxy, url, ["identity": try key.privateKey, "known_hosts": hosts])
                }
            }
        default:
            let authority = try TestAuthority(folder: scene.folder.path(percentEncoded: false))
            let identity = try authority.certificate("localhost", subject: "DNS:localhost")
            try await GitHTTPServer.serving(
                scene.repositories,
                in: scene.folder,
                identity: transport == "https" ? identity : nil
            ) { server in
                try await LossyProxy.to(server.port) { proxy in
                    let url = "\(transport)://localhost:\(proxy.port)/git/posts.git"
                    let known = try String(contentsOfFile: authority.certificatePath, encoding: .utf8)
                    try await body(proxy, url, transport == "https" ? ["ca.crt": known] : [:])
                }
            }
        }
    }

    @Test(arguments: ["http", "https", "ssh"])
    func `G4: a server that closes in the middle of a pack is an error, and the next try is whole`(transport: String)
        async throws
    {
        try await SourceScene.with { scene in
            let noise = (0..<20_000).map { _ in "\(UInt64.random(in: 0...(.max)))" }.joined()
            try scene.posts.commit(["infra/a.yaml": "1", "noise.txt": noise])
            try await behindProxy(scene, transport) { proxy, url, credentials in
                let reader = try scene.reader(url: url, credentials: credentials.isEmpty ? nil : credentials)
                let tip = try await reader.poll()
                proxy.set(.cut(afterBytes: 100_000))
                let error = try #require(
                    await failure { () async throws(SourceError) in try await reader.snapshot(tip) }
                )
                #expect(error.isRetryable, "\(error.message)")
                #expect(proxy.faultsMet > 0)
                #expect(throws: MissingProgram.self) { try scene.mirror() }
                proxy.set(.none)
                #expect(try await reader.snapshot(tip).files.map(\.path) == ["infra/a.yaml"])
            }
        }
    }

    static let slow: [(String, LossyProxy.Fault)] = [
        ("http", .stall(afterBytes: 0)), ("https", .stall(afterBytes: 0)), ("ssh", .stall(afterBytes: 0)),
        ("http", .stall(afterBytes: 300)), ("https", .stall(afterBytes: 2_000)), ("ssh", .stall(afterBytes: 1_500)),
        ("http", .drip(50_000)), ("https", .drip(50_000)), ("ssh", .drip(50_000)),
    ]

    @Test(arguments: slow)
    func `G3: a server that stalls or drips ends at the deadline, and its process is gone`(
        transport: String,
        fault: LossyProxy.Fault
    ) async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "1"])
            try await behindProxy(scene, transport) { proxy, url, credentials in
                proxy.set(fault)
                let reader = try scene.reader(
                    url: url,
                    credentials: credentials.isEmpty ? nil : credentials,
                    deadline: .seconds(5)
                )
                let error = await failure { () async throws(SourceError) in try await reader.pass() }
                #expect(error?.reason == .git(.timeout), "\(error?.message ?? "")")
                #expect(error?.message.contains("5 s") == true)
                #expect(proxy.faultsMet > 0)
                #expect(scene.workers.isEmpty)
                try await eventually("the connection is closed") { proxy.openSockets == 0 }
                proxy.set(.none)
                let patient = try scene.reader(url: url, credentials: credentials.isEmpty ? nil : credentials)
                #expect(try await patient.pass().files.count == 1)
            }
        }
    }

    @Test(arguments: [
        ("failing", GitError.Reason.server, "500"), ("empty", .unreachable, "early EOF"),
        ("moved", .redirected, "final URL"),
    ])
    func `G3: an error, an empty answer and a redirect over https get no second request`(
        place: String,
        reason: GitError.Reason,
        words: String
    ) async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "1"])
            let authority = try TestAuthority(folder: scene.folder.path(percentEncoded: false))
            let identity = try authority.certificate("localhost", subject: "DNS:localhost")
            try await GitHTTPServer.serving(scene.repositories, in: scene.folder, identity: identity) { server in
                let credentials = [
                    "ca.crt": try String(contentsOfFile: authority.certificatePath, encoding: .utf8),
                    "bearerToken": "s3cret-canary-token",
                ]
                let reader = try scene.reader(url: "\(server.url)/\(place)/posts.git", credentials: credentials)
                let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
                #expect(error.reason == .git(reason), "\(error.message)")
                #expect(error.message.contains(words), "\(error.message)")
                #expect(!error.message.contains("s3cret-canary-token"))
                #expect(server.requests.count == 1, "\(server.requests)")
            }
        }
    }

    @Test(arguments: [
        ["bearerToken": "s3cret-canary-token"], ["username": "deploy", "password": "s3cret-canary-token"],
    ])
    func `credentials do not follow a redirect to another port of the same host`(login: [String: String]) async throws {
        try await SourceScene.with { scene in
            try await withStubServer { _ in
                [.reply(200, "", type: "application/x-git-upload-pack-advertisement")]
            } _: { thief in
                try await withStubServer { request in
                    guard request.headers["authorization"] != nil else {
                        return [.reply(401, "", headers: ["WWW-Authenticate": "Basic realm=\"git\""])]
                    }
                    return [.reply(301, "", headers: ["Location": "\(thief.url)\(request.target)"])]
                } _: { server in
                    let reader = try scene.reader(url: "\(server.url)/posts.git", credentials: login)
                    let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
                    #expect(error.reason == .git(.redirected), "\(error.message)")
                    #expect(error.message.contains("final URL"))
                    #expect(server.requests.contains { $0.headers["authorization"] != nil })
                    #expect(thief.connections == 0)
                }
            }
        }
    }

    @Test func `a redirect within the same server is followed`() async throws {
        try await SourceScene.with { scene in
            let commit = try scene.posts.commit(["infra/a.yaml": "1"])
            try await GitHTTPServer.serving(scene.repositories, in: scene.folder) { server in
                let reader = try scene.reader(url: "\(server.url)/renamed/posts.git")
                let tip = try await reader.poll()
                #expect(tip.commitID == commit)
            }
        }
    }

    @Test func `a self-signed certificate is refused until it is given as the authority`() async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "1"])
            let folder = scene.folder.path(percentEncoded: false)
            let identity = (certificate: "\(folder)/self.crt", key: "\(folder)/self.key")
            let made = try runProgram(
                "openssl",
                [
                    "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", identity.key,
                    "-out", identity.certificate,
                ],
                package: "openssl"
            )
            #expect(made.status == 0, "\(made.errors)")
            try await GitHTTPServer.serving(scene.repositories, in: scene.folder, identity: identity) { server in
                let url = "\(server.url)/git/posts.git"
                let stranger = try scene.reader(url: url)
                let error = try #require(await failure { () async throws(SourceError) in try await stranger.poll() })
                #expect(error.reason == .git(.tls))
                #expect(error.message.contains("ca.crt"))
                let text = try String(contentsOfFile: identity.certificate, encoding: .utf8)
                #expect(try await scene.reader(url: url, credentials: ["ca.crt": text]).pass().files.count == 1)
            }
        }
    }

    @Test func `an authority for host keys, and a server with an RSA host key only, are refused with the remedy`()
        async throws
    {
        try await SourceScene.with { scene in
            let key = try SSHKey(type: "ed25519", in: scene.folder)
            try await GitSSHServer.serving(in: scene.folder, authorized: key) { server in
                let hosts = "@cert-authority * \(server.hostKey)\n"
                let credentials = ["identity": try key.privateKey, "known_hosts": hosts]
                let reader = try scene.reader(url: server.url(of: scene.posts), credentials: credentials)
                let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
                #expect(error.reason == .git(.unknownHostKey))
                #expect(error.message.contains("host certificates are not supported"))
                #expect(error.message.contains("ssh-keyscan"))
            }
            try await GitSSHServer.serving(in: scene.folder, hostKeyType: "rsa", authorized: key) { server in
                let credentials = ["identity": try key.privateKey, "known_hosts": server.knownHostsLine]
                let reader = try scene.reader(url: server.url(of: scene.posts), credentials: credentials)
                let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
                #expect(error.reason == .git(.server))
                #expect(error.message.contains("ed25519 or ECDSA host key"), "\(error.message)")
            }
        }
    }
}
