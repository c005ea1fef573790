// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import OCIRegistry
import TestKit
import Testing

/// Mirrors, and plain http on loopback.
@Suite(.timeLimit(.minutes(1)))
struct RegistryMirrorTests {
    private func mirrored(_ server: StubHTTPServer, by mirrors: [StubHTTPServer]) -> RegistryClient {
        var settings = RegistrySettings(callDeadline: .seconds(5))
        for mirror in mirrors { settings.hosts["127.0.0.1:\(mirror.port)"] = .init(insecure: true) }
        let names = mirrors.map { "127.0.0.1:\($0.port)" }
        settings.hosts["127.0.0.1:\(server.port)"] = .init(mirrors: names, insecure: true)
        return RegistryClient(wire: HTTPWire(), settings: settings)
    }

    @Test func `a mirror is asked first, and its answer is the image's`() async throws {
        try await withStubServer {
            $0.manifest(manifestText("a"))
        } _: { mirror in
            try await withStubServer {
                $0.manifest(manifestText("b"))
            } _: { server in
                let image = try server.image()
                let reading = try await mirrored(server, by: [mirror]).read(image, keyring: keyring(image.registry))
                #expect(reading.image == image)
                #expect(reading.digest == digest(manifestText("a")))
                #expect(server.requests.isEmpty)
            }
        }
    }

    @Test(arguments: [404, 401, 500, 429, 0])
    func `whatever is wrong with a mirror, the next is asked, and none gets the registry's credential`(status: Int)
        async throws
    {
        try await withStubServer { request in
            let headers = ["WWW-Authenticate": "Basic realm=mirror"]
            return status == 0 ? [.reset] : request.refuse(status, "X", headers: headers)
        } _: { mirror in
            try await withStubServer {
                $0.manifest(manifestText("b"))
            } _: { server in
                let image = try server.image()
                let client = mirrored(server, by: [mirror])
                let reading = try await client.read(image, keyring: keyring(image.registry))
                #expect(reading.digest == digest(manifestText("b")))
                #expect(mirror.requests.allSatisfy { $0.headers["authorization"] == nil })
                #expect(try await client.exists(image.pinned(to: reading.digest), keyring: .anonymous))
            }
        }
    }

    @Test func `nothing is there when registry and mirror say so`() async throws {
        try await withStubServer {
            $0.refuse(404, "MANIFEST_UNKNOWN")
        } _: { server in
            let image = try server.image().pinned(to: digest("a"))
            #expect(try await !mirrored(server, by: [server]).exists(image, keyring: .anonymous))
        }
    }

    @Test func `R4: where HEAD tells another digest than asked for, it is no proof that the image is there`()
        async throws
    {
        try await withStubServer {
            $0.manifest(manifestText("b"))
        } _: { server in
            let image = try server.image().pinned(to: digest("a"))
            let error = await registryError { () async throws(RegistryError) in
                try await client(server).exists(image, keyring: .anonymous)
            }
            #expect(error?.reason == .badAnswer)
        }
    }

    @Test func `an index with too many platforms is not asked for every configuration`() async throws {
        let many = (0..<65).map { digest("\($0)") }
        let image = try ImageReference("127.0.0.1:1/app")
        let reading = TagReading(
            image: image,
            digest: digest("index"),
            digests: Set(many),
            platformDigests: Set(many),
            mediaType: ociIndex
        )
        let error = await registryError { () async throws(RegistryError) in
            try await client().configDigests(of: reading, keyring: .anonymous)
        }
        #expect(error?.reason == .tooLarge)
    }

    @Test func `a host where nobody listens is unreachable, also after the second look over http`() async throws {
        let port = try Loopback.freePort()
        let image = try ImageReference("127.0.0.1:\(port)/app")
        let error = await registryError { () async throws(RegistryError) in
            try await client(naming: "127.0.0.1:\(port)").read(image, keyring: .anonymous)
        }
        #expect(error?.reason == .unreachable)
        #expect(error?.message.contains("https was tried first") == true)
    }
}
