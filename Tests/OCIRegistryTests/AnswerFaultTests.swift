// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import KubeObjects
import OCIRegistry
import TestKit
import Testing

/// Answers that are missing, lie, redirect, or do not come.
@Suite(.timeLimit(.minutes(1)))
struct AnswerFaultTests {
    /// Reads `app:latest` from a server of this script.
    private func outcome(
        _ change: (inout RegistrySettings) -> Void = { _ in },
        _ script: @escaping @Sendable (StubHTTPServer.Request) -> [StubHTTPServer.Step]
    ) async throws -> (reading: TagReading?, error: RegistryError?, calls: [String]) {
        try await withStubServer(script) { server in
            let client = client(server, change: change)
            let image = try server.image()
            do throws(RegistryError) {
                return (try await client.read(image, keyring: keyring(image.registry)), nil, server.calls)
            } catch {
                return (nil, error, server.calls)
            }
        }
    }

    @Test(
        arguments: [
            (404, "MANIFEST_UNKNOWN", RegistryError.Reason.tagMissing), (404, "NAME_UNKNOWN", .repositoryMissing),
            (404, "", .tagMissing), (401, "UNAUTHORIZED", .denied), (403, "DENIED", .denied),
            (400, "NAME_INVALID", .badAnswer), (418, "", .badAnswer), (204, "", .badAnswer),
        ]
    )
    func `R3: missing tags, missing repositories and refusals are told apart, and none is a change`(
        status: Int,
        code: String,
        reason: RegistryError.Reason
    ) async throws {
        let (reading, error, _) = try await outcome { $0.refuse(status, code) }
        #expect(reading == nil)
        #expect(error?.reason == reason)
        #expect(error?.message.contains("\n") == false)
        #expect(error?.isRetryable == (reason == .badAnswer))
    }

    @Test(arguments: ["prettyjws", "json"])
    func `R6: every kind of manifest is asked for, and schema 1 is refused by name`(suffix: String) async throws {
        let type = "application/vnd.docker.distribution.manifest.v1+\(suffix)"
        let (_, error, _) = try await outcome { request in
            let isAsked = ImageManifest.acceptedTypes.allSatisfy { request.headers["accept"]?.contains($0) == true }
            return request.manifest(#"{"schemaVersion":1}"#, type: isAsked ? type : "text/plain")
        }
        #expect(error?.reason == .unsupported)
        #expect(error?.message.contains("schema 1") == true)
    }

    @Test func `R7: a redirect is followed three times and no further`() async throws {
        for (hops, isFollowed) in [(3, true), (4, false)] {
            let (reading, error, _) = try await outcome { request in
                let done = request.query("hop").flatMap { Int($0) } ?? 0
                guard done < hops else { return request.manifest(manifestText("a")) }
                return request.answer(307, headers: ["Location": "\(request.path)?hop=\(done + 1)"])
            }
            #expect((reading != nil) == isFollowed)
            #expect(error?.reason == (isFollowed ? nil : .badAnswer))
        }
    }

    @Test
    func `R7: another host gets neither the credential nor the token, but a token of its own, asked for anonymously`()
        async throws
    {
        try await withStubServer { request in
            if request.path == "/token" { return request.answer(200, #"{"token":"token-cdn"}"#) }
            guard request.headers["authorization"] == "Bearer token-cdn" else { return request.wantToken() }
            return request.manifest(manifestText("a"))
        } _: { cdn in
            let (reading, _, _) = try await outcome { request in
                guard request.headers["authorization"] != nil else {
                    return request.refuse(401, "UNAUTHORIZED", headers: ["WWW-Authenticate": "Basic realm=x"])
                }
                return request.answer(302, headers: ["Location": "\(cdn.url)\(request.path)"])
            }
            #expect(reading != nil)
            let sent = Set(cdn.requests.compactMap { $0.headers["authorization"] })
            #expect(sent == ["Bearer token-cdn"])
            #expect(cdn.requests.filter { $0.path == "/token" }.count == 1)
        }
    }

    @Test(
        arguments: [
            "http://10.1.2.3/v2/app/manifests/latest", "http://169.254.169.254/", "ftp://example.com/",
            "//evil.example/",
            "gopher://x", "latest", "http://u:p@127.0.0.1/", "", "http://localhost:1/",
        ]
    )
    func `R7: a redirect to an inner address or to nowhere is refused`(location: String) async throws {
        let (_, error, calls) = try await outcome { $0.answer(301, headers: ["Location": location]) }
        #expect(error?.reason == (location.isEmpty ? .badAnswer : .untrusted))
        #expect(calls == ["HEAD latest"])
    }

    @Test(
        arguments: [
            ([StubHTTPServer.Step.hang], RegistryError.Reason.timeout), ([.close], .unreachable),
            ([.reset], .unreachable),
            ([.text("nonsense\r\n\r\n")], .unreachable),
            ([.reply(502, "bad gateway", type: "text/html")], .serverError),
            ([.text("HTTP/1.1 200 OK\r\nContent-Type: x\r\nX: "), .endless(Array("aaaaaaaa".utf8))], .unreachable),
            ([.drip("HTTP/1.1 200 OK\r\nX-Slow: aaaaaaaaaaaaaaaaaaaaaaa", every: .milliseconds(100))], .timeout),
        ]
    )
    func `R8: a registry that hangs, breaks off or fails is an error in time`(
        fault: [StubHTTPServer.Step],
        reason: RegistryError.Reason
    ) async throws {
        let limit: Duration = reason == .timeout ? .milliseconds(500) : .seconds(20)
        let (_, error, _) = try await outcome({ $0.callDeadline = limit }, { _ in fault })
        #expect(error?.reason == reason)
        #expect(error?.isRetryable == true)
    }

    @Test func `R8: the deadline is for the whole call, however many requests it is`() async throws {
        let (_, error, calls) = try await outcome({ $0.callDeadline = .milliseconds(600) }) { request in
            usleep(250_000)
            return request.manifest(manifestText("a"), digest: "")
        }
        #expect(error?.reason == .timeout)
        #expect(calls.count <= 3)
    }

    @Test func `R8: a registry that hangs delays no other`() async throws {
        try await withStubServer { _ in
            [.hang]
        } _: { hanging in
            try await withStubServer {
                $0.manifest(manifestText("a"))
            } _: { good in
                let client = client(hanging, good) { $0.callDeadline = .seconds(20) }
                let slow = Task { [image = try hanging.image()] in
                    await registryError { () async throws(RegistryError) in
                        try await client.read(image, keyring: .anonymous)
                    }
                }
                try await eventually("one hangs") { hanging.requests.count == 1 }
                _ = try await client.read(good.image(), keyring: .anonymous)
                // The other one still hangs: it ends by this, and not by its deadline.
                slow.cancel()
                #expect(await slow.value?.reason == .cancelled)
            }
        }
    }

    @Test func `R8: a name without an address is an error of that registry`() async throws {
        let client = RegistryClient(wire: HTTPWire())
        let image = try ImageReference("registry.invalid/app")
        let error = await registryError { () async throws(RegistryError) in
            try await client.read(image, keyring: .anonymous)
        }
        #expect(error?.reason == .unreachable)
    }

    @Test func `R9: without a digest in the header, the bytes' own counts`() async throws {
        let (reading, _, calls) = try await outcome { $0.manifest(manifestText("a"), digest: "") }
        #expect(reading?.digest == digest(manifestText("a")))
        #expect(calls == ["HEAD latest", "GET latest", "GET \(digest(manifestText("a")))"])
    }

    @Test(arguments: [405, 501])
    func `R9: where HEAD is refused, GET is asked`(status: Int) async throws {
        let (reading, _, _) = try await outcome { request in
            request.method == "HEAD" ? request.answer(status) : request.manifest(manifestText("a"))
        }
        #expect(reading?.digest == digest(manifestText("a")))
    }

    @Test(
        arguments: [
            digest("another").description, "sha256:1234", "md5:\(String(repeating: "0", count: 32))", "latest",
            "sha256:\(String(repeating: "g", count: 64))", "SHA256:\(digest("a").hex)", "sha256:../../../../etc/passwd",
        ]
    )
    func `R9: a digest that is not that of the bytes, or none, is an error`(told: String) async throws {
        let (reading, error, _) = try await outcome { $0.manifest(manifestText("a"), digest: told) }
        #expect(reading == nil)
        #expect(error?.reason == .badAnswer)
        #expect(error?.message.contains("digest") == true)
    }

    @Test func `R9: other bytes by digest than by tag are not believed`() async throws {
        let (_, error, _) = try await outcome { request in
            request.manifest(manifestText(request.reference == "latest" ? "a" : "b"), digest: "")
        }
        #expect(error?.reason == .badAnswer)
        let (_, gone, _) = try await outcome { request in
            request.reference == "latest"
                ? request.manifest(manifestText("a")) : request.refuse(404, "MANIFEST_UNKNOWN")
        }
        #expect(gone?.reason == .badAnswer)
        #expect(gone?.isRetryable == true)
    }

    @Test func `R9: sha512 is proved too, and the sha256 of the same bytes is in the set`() async throws {
        let bytes = Array(manifestText("a").utf8)
        let long = ImageDigest.sha512(of: bytes)
        let (reading, _, _) = try await outcome { $0.manifest(manifestText("a"), digest: long.description) }
        #expect(reading?.digest == long)
        #expect(reading?.digests == [long, .sha256(of: bytes)])
    }

    @Test func `R9: an answer without an end is cut off`() async throws {
        let (_, error, _) = try await outcome { request in
            guard request.method == "GET" else { return request.manifest(manifestText("a")) }
            return [.text("HTTP/1.1 200 OK\r\n\r\n"), .endless([UInt8](repeating: 0x20, count: 1 << 16))]
        }
        #expect(error?.reason == .tooLarge)
        #expect(error?.isRetryable == false)
    }

    @Test func `R13: of a pinned image the digest is read, never the tag`() async throws {
        let wanted = digest(manifestText("a"))
        try await withStubServer {
            $0.manifest(manifestText($0.reference == "latest" ? "b" : "a"))
        } _: { server in
            let image = try server.image().pinned(to: wanted)
            let reading = try await client(server).read(image, keyring: .anonymous)
            #expect(reading.digest == wanted)
            #expect(server.calls == ["HEAD \(wanted)", "GET \(wanted)"])
            let other = try server.image().pinned(to: digest("other"))
            let error = await registryError { () async throws(RegistryError) in
                try await client(server).read(other, keyring: .anonymous)
            }
            #expect(error?.reason == .badAnswer)
        }
    }
}
