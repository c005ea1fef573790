// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import OCIRegistry
import PlainText
import Synchronization
import TestKit
import Testing

/// Tokens: how many are asked for, with what, and who gets to see a credential.
@Suite(.timeLimit(.minutes(1)))
struct TokenTests {
    /// A registry that accepts `good` tokens, and a token service on the same server that gives out `token-1`,
    /// `token-2`, …
    private func serve<Answer>(
        life: String = "",
        accepts: @escaping @Sendable (String) -> Bool = { $0.hasPrefix("Bearer token-") },
        token: (@Sendable (StubHTTPServer.Request) -> [StubHTTPServer.Step]?)? = nil,
        _ body: (StubHTTPServer) async throws -> Answer
    ) async throws -> Answer {
        let given = Mutex(0)
        return try await withStubServer {
            if $0.path == "/token" {
                if let own = token?($0) { return own }
                let number = given.withLock { count in
                    count += 1
                    return count
                }
                return $0.answer(200, #"{"token":"token-\#(number)"\#(life)}"#)
            }
            guard accepts($0.headers["authorization"] ?? "") else { return $0.wantToken() }
            return $0.manifest(manifestText("a"))
        } _: { server in
            try await body(server)
        }
    }

    private func tokens(_ server: StubHTTPServer) -> [StubHTTPServer.Request] {
        server.requests.filter { $0.path == "/token" }
    }

    @Test func `R1: a token without a life is kept for 60 seconds less 10, and its successor costs no refusal`()
        async throws
    {
        try await serve { server in
            let clock = ManualClock()
            let client = client(server, clock: clock)
            let image = try server.image()
            let reading = try await client.read(image, keyring: .anonymous)
            #expect(server.calls == ["HEAD latest", "GET token", "HEAD latest", "GET latest", "GET \(reading.digest)"])
            #expect(tokens(server)[0].query("scope") == "repository:app:pull")
            #expect(tokens(server)[0].query("service") == "stub")
            clock.advance(by: .seconds(49))
            _ = try await client.read(image, keyring: .anonymous, known: reading)
            #expect(server.calls.count == 6)
            clock.advance(by: .seconds(2))
            _ = try await client.read(image, keyring: .anonymous, known: reading)
            #expect(server.calls.suffix(2) == ["GET token", "HEAD latest"])
        }
    }

    @Test func `R1: a token's own life counts`() async throws {
        try await serve(life: #","expires_in":300"#) { server in
            let clock = ManualClock()
            let client = client(server, clock: clock)
            let reading = try await client.read(server.image(), keyring: .anonymous)
            clock.advance(by: .seconds(289))
            _ = try await client.read(server.image(), keyring: .anonymous, known: reading)
            #expect(tokens(server).count == 1)
            clock.advance(by: .seconds(2))
            _ = try await client.read(server.image(), keyring: .anonymous, known: reading)
            #expect(tokens(server).count == 2)
        }
    }

    @Test func `R1: a token that lives for seconds serves one request`() async throws {
        try await serve(life: #","expires_in":10"#) { server in
            _ = try await client(server).read(server.image(), keyring: .anonymous)
            #expect(tokens(server).count == 3)
        }
    }

    @Test func `R1: a token that is refused is renewed once, and then it is over`() async throws {
        let revoked = Mutex(false)
        try await serve(accepts: { header in !revoked.withLock { $0 } && header.hasPrefix("Bearer token-") }) {
            server in
            let client = client(server)
            let image = try server.image()
            let reading = try await client.read(image, keyring: .anonymous)
            revoked.withLock { $0 = true }
            let before = server.requests.count
            let error = await registryError { () async throws(RegistryError) in
                try await client.read(image, keyring: .anonymous, known: reading)
            }
            #expect(error?.reason == .denied)
            #expect(server.calls.suffix(server.requests.count - before) == ["HEAD latest", "GET token", "HEAD latest"])
        }
    }

    @Test func `R1: a revoked token's successor is used`() async throws {
        let oldest = Mutex("token-1")
        try await serve(accepts: { $0 >= "Bearer \(oldest.withLock { $0 })" }) { server in
            let client = client(server)
            let reading = try await client.read(server.image(), keyring: .anonymous)
            oldest.withLock { $0 = "token-2" }
            #expect(try await client.read(server.image(), keyring: .anonymous, known: reading) == reading)
            #expect(tokens(server).count == 2)
        }
    }

    @Test func `R1: calls that need the same token at once ask for it once`() async throws {
        try await serve { server in
            let client = client(server)
            let images = try (0..<8).map { try ImageReference("127.0.0.1:\(server.port)/app:t\($0)") }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for image in images { group.addTask { _ = try await client.read(image, keyring: .anonymous) } }
                try await group.waitForAll()
            }
            #expect(tokens(server).count == 1)
        }
    }

    @Test func `each credential has tokens of its own`() async throws {
        try await serve { server in
            let client = client(server)
            let image = try server.image()
            _ = try await client.read(image, keyring: keyring(image.registry, "one"))
            _ = try await client.read(image, keyring: keyring(image.registry, "two"))
            let sent = tokens(server).map { $0.headers["authorization"] ?? "" }
            let basic = { (user: String) in "Basic \(Base64.text(of: Array("\(user):correct-horse".utf8)))" }
            #expect(sent == [basic("one"), basic("two")])
            let toRegistry = server.requests.filter { $0.path != "/token" }.compactMap { $0.headers["authorization"] }
            #expect(toRegistry.allSatisfy { $0.hasPrefix("Bearer token-") })
        }
    }

    @Test func `a token that a registry sends back shows nowhere`() async throws {
        try await withStubServer {
            if $0.path == "/token" { return $0.answer(200, #"{"token":"canary.token.8812"}"#) }
            if $0.method == "HEAD" { return $0.answer(405) }  // only a body can show it
            guard let sent = $0.headers["authorization"] else { return $0.wantToken() }
            return $0.refuse(403, "you sent \(sent)")
        } _: { server in
            let image = try server.image()
            let error = await registryError { () async throws(RegistryError) in
                try await client(server).read(image, keyring: .anonymous)
            }
            #expect(error?.reason == .denied)
            #expect(error?.message.contains("you sent") == true)
            #expect(error?.message.contains("canary") == false)
        }
    }

    @Test(arguments: [200, 404])
    func `an identity token is posted, and where that is unknown it is the password`(postStatus: Int) async throws {
        try await serve(token: { request in
            guard request.method == "POST" else { return nil }
            return request.answer(postStatus, #"{"access_token":"token-posted","expires_in":100}"#)
        }) { server in
            let image = try server.image()
            let ring = RegistryKeyring([(image.registry, .identityToken("refresh & me", username: "robot"))])
            _ = try await client(server).read(image, keyring: ring)
            let asked = tokens(server)
            #expect(asked[0].text.contains("grant_type=refresh_token"))
            #expect(asked[0].text.contains("refresh_token=refresh%20%26%20me"))
            #expect(asked[0].text.contains("service=stub"))
            #expect(asked.count == (postStatus == 200 ? 1 : 2))
            if postStatus == 404 {
                #expect(
                    asked[1].headers["authorization"] == "Basic \(Base64.text(of: Array("robot:refresh & me".utf8)))"
                )
            }
        }
    }

    @Test func `a registry token is sent as it is, and no other is asked for`() async throws {
        try await serve(accepts: { $0 == "Bearer my-own-token" }) { server in
            let image = try server.image()
            let ring = RegistryKeyring([(image.registry, .registryToken("my-own-token"))])
            _ = try await client(server).read(image, keyring: ring)
            #expect(tokens(server).isEmpty)
            #expect(server.requests.count == 3)
        }
    }

    @Test(arguments: [
        #"{"token":""}"#, "{}", "nonsense", #"{"token":7}"#, #"{"token":"a\nb"}"#, #"{"token":"a b"}"#, "",
    ])
    func `a token service without a token is an error`(answer: String) async throws {
        try await serve(token: { $0.answer(200, answer) }) { server in
            let error = await registryError { () async throws(RegistryError) in
                guard let image = try? server.image() else { return }
                _ = try await client(server).read(image, keyring: .anonymous)
            }
            #expect(error?.reason == .badAnswer)
        }
    }

    @Test func `what a token service refuses is tried with the next credential, anonymous last`() async throws {
        try await serve(token: { $0.headers["authorization"] == nil ? nil : $0.refuse(403, "DENIED") }) { server in
            let image = try server.image()
            let ring = RegistryKeyring([
                (image.registry, .basic(username: "a", password: "wrong-one")),
                ("\(image.registry)/app", .basic(username: "b", password: "wrong-two")),
            ])
            _ = try await client(server).read(image, keyring: ring)
            #expect(tokens(server).map { $0.headers["authorization"] != nil } == [true, true, false])
        }
    }

    @Test func `errors of refused credentials show none of them`() async throws {
        let secret = "canary-password-4711"
        try await withStubServer {
            if $0.method == "HEAD" { return $0.answer(405) }  // only a body can show it
            return $0.refuse(
                401,
                "no \(secret) \(Base64.text(of: Array("robot:\(secret)".utf8)))",
                headers: [
                    "WWW-Authenticate": "Basic realm=x"
                ]
            )
        } _: { server in
            let image = try server.image()
            let json: JSON = ["auths": [image.registry: ["username": "robot", "password": .string(secret)]]]
            let config = try DockerConfig(dockerconfigjson: json.serialized(), source: "Secret team/pull")
            let error = await registryError { () async throws(RegistryError) in
                try await client(server).read(image, keyring: config.keyring)
            }
            #expect(error?.reason == .denied)
            #expect(error?.message.contains(Redactor.mask) == true)
            #expect(error?.message.contains("canary") == false)
            #expect(error?.message.contains(Base64.text(of: Array("robot:\(secret)".utf8))) == false)
        }
    }

    @Test(
        arguments: [
            "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/token", "http://[fd00::1]/token",
            "http://127.1.1.1/token", "http://2130706433/token", "http://0x7f000001/token", "http://localhost/token",
            "ftp://example.com/token", "http://user:pass@127.0.0.1/token", "file:///etc/passwd", "token",
            "http://127.0.0.1/to ken", "http://127.0.0.1/#x",
        ]
    )
    func `a token realm that leads elsewhere inside gets no request`(realm: String) async throws {
        try await withStubServer {
            $0.refuse(401, "UNAUTHORIZED", headers: ["WWW-Authenticate": "Bearer realm=\"\(realm)\""])
        } _: { server in
            let image = try server.image()
            let error = await registryError { () async throws(RegistryError) in
                try await client(server).read(image, keyring: keyring(image.registry))
            }
            #expect(error?.reason == .untrusted)
            #expect(server.calls == ["HEAD latest"])
            #expect(error?.message.contains("token realm") == true)
        }
    }
}
