// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import SyncSource
import TestKit
import Testing

/// Real `git http-backend` behind nginx.
@Suite(.timeLimit(.minutes(2))) struct HTTPSourceTests {
    @Test func `a public repository is read, and a poll is one request`() async throws {
        try await SourceScene.with { scene in
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            try await GitHTTPServer.serving(scene.repositories, in: scene.folder) { server in
                let reader = try scene.reader(url: "\(server.url)/git/posts.git")
                #expect(try await reader.pass().files.map(\.path) == ["infra/a.yaml"])
                let before = server.requests.count
                #expect(try await reader.poll().commitID == first)
                #expect(
                    server.requests.dropFirst(before) == [
                        "GET /git/posts.git/info/refs?service=git-upload-pack HTTP/1.1"
                    ]
                )
                let second = try scene.posts.commit(["infra/b.yaml": "2"])
                let tip = try await reader.poll()
                #expect(tip.commitID == second)
                #expect(try await reader.snapshot(tip).files.count == 2)
                let known = server.requests.count
                _ = try await reader.snapshot(tip)
                #expect(server.requests.count == known)
            }
        }
    }

    @Test func `a pinned commit is fetched from a server that gives only branches`() async throws {
        try await SourceScene.with { scene in
            let first = try scene.posts.commit(["infra/a.yaml": "1"])
            try scene.posts.commit(["infra/a.yaml": "2"])
            try await GitHTTPServer.serving(scene.repositories, in: scene.folder) { server in
                let reader = try scene.reader(url: "\(server.url)/git/posts.git", ref: .commit(first))
                #expect(try await reader.pass().files.map(\.bytes) == [Array("1".utf8)])
            }
        }
    }

    static let logins: [[String: String]] = [
        ["username": GitHTTPServer.username, "password": GitHTTPServer.password],
        ["username": GitHTTPServer.username, "token": GitHTTPServer.password],
    ]

    @Test(arguments: logins)
    func `a private repository is read over TLS with an authority of its own`(login: [String: String]) async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "1"])
            let authority = try TestAuthority(folder: scene.folder.path(percentEncoded: false))
            let identity = try authority.certificate("localhost", subject: "DNS:localhost")
            try await GitHTTPServer.serving(scene.repositories, in: scene.folder, identity: identity) { server in
                let url = "\(server.url)/private/posts.git"
                var credentials = login
                credentials["ca.crt"] = try String(contentsOfFile: authority.certificatePath, encoding: .utf8)
                let reader = try scene.reader(url: url, credentials: credentials)
                #expect(try await reader.pass().files.count == 1)
            }
        }
    }

    @Test(arguments: [
        ["password": "wrong-password-1"], ["token": "wrong-password-1"], ["bearerToken": "wrong-password-1"], [:],
    ])
    func `refused credentials are named, never shown, and not tried twice`(login: [String: String]) async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "1"])
            try await GitHTTPServer.serving(scene.repositories, in: scene.folder) { server in
                var credentials = login
                credentials["username"] = GitHTTPServer.username
                let reader = try scene.reader(
                    url: "\(server.url)/private/posts.git",
                    credentials: login.isEmpty ? nil : credentials
                )
                let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
                #expect(error.reason == .git(.authentication))
                #expect(error.message.contains(login.keys.first ?? "none were given"))
                #expect(!error.message.contains("wrong-password-1"))
                #expect(!error.isRetryable)
                #expect(server.requests.count <= 2)
            }
        }
    }

    @Test(arguments: [
        ("forbidden", GitError.Reason.forbidden), ("broken", .server), ("page", .server),
        ("absent", .missingRepository),
        ("moved", .redirected), ("git/nothing.git", .missingRepository),
    ])
    func `an answer that is no repository has its own cause`(place: String, reason: GitError.Reason) async throws {
        try await SourceScene.with { scene in
            try await GitHTTPServer.serving(scene.repositories, in: scene.folder) { server in
                let reader = try scene.reader(url: "\(server.url)/\(place)/posts.git")
                let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
                #expect(error.reason == .git(reason))
            }
        }
    }

    @Test func `credentials do not follow a redirect`() async throws {
        try await SourceScene.with { scene in
            try await GitHTTPServer.serving(scene.repositories, in: scene.folder) { server in
                let login = ["username": GitHTTPServer.username, "password": GitHTTPServer.password]
                let reader = try scene.reader(url: "\(server.url)/moved/posts.git", credentials: login)
                let error = await failure { () async throws(SourceError) in try await reader.poll() }
                #expect(error?.reason == .git(.redirected))
                #expect(server.requests.count == 1)
            }
        }
    }

    @Test(arguments: [("unknown", "put its certificate"), ("expired", "has expired"), ("name", "for another name")])
    func `a certificate that cannot be trusted is refused with the remedy`(fault: String, remedy: String) async throws {
        try await SourceScene.with { scene in
            try scene.posts.commit(["infra/a.yaml": "1"])
            let authority = try TestAuthority(folder: scene.folder.path(percentEncoded: false))
            let host = fault == "name" ? "other.example" : "localhost"
            let identity = try authority.certificate(host, subject: "DNS:\(host)", days: fault == "expired" ? -1 : 2)
            let known = ["ca.crt": try String(contentsOfFile: authority.certificatePath, encoding: .utf8)]
            try await GitHTTPServer.serving(scene.repositories, in: scene.folder, identity: identity) { server in
                let reader = try scene.reader(
                    url: "\(server.url)/git/posts.git",
                    credentials: fault == "unknown" ? nil : known
                )
                let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
                #expect(error.reason == .git(.tls))
                #expect(error.message.contains(remedy))
            }
        }
    }

    @Test func `an authority that cannot be read is an error of the credentials`() async throws {
        try await SourceScene.with { scene in
            let reader = try scene.reader(url: "https://localhost:1/posts.git", credentials: ["ca.crt": "not PEM"])
            let error = await failure { () async throws(SourceError) in try await reader.poll() }
            #expect(error?.reason == .git(.tls))
            #expect(error?.message.contains("ca.crt") == true)
        }
    }

    @Test func `a server that cannot be reached is retried later`() async throws {
        try await SourceScene.with { scene in
            for url in ["http://127.0.0.1:\(try Loopback.freePort())/x.git", "https://host.invalid/x.git"] {
                let reader = try scene.reader(url: url)
                let error = try #require(await failure { () async throws(SourceError) in try await reader.poll() })
                #expect(error.reason == .git(.unreachable))
                #expect(error.isRetryable)
                #expect(error.message.hasPrefix(url))
            }
        }
    }
}
