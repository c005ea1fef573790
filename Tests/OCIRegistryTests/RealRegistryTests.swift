// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import OCIRegistry
import TestKit
import Testing

/// Debian's docker-registry, filled by skopeo.
@Suite(.timeLimit(.minutes(2)))
struct RealRegistryTests {
    private func image(_ server: RegistryServer, _ name: String = "team/app") throws -> ImageReference {
        try ImageReference("\(server.host)/\(name)")
    }

    @Test func `a pushed image is read, and one HEAD tells that it has not moved`() async throws {
        try await withTemporaryFolder { folder in
            try await RegistryServer.serving(in: folder) { server in
                let annotations = ["org.opencontainers.image.revision": "abc123"]
                let pushed = try await RegistryImage(content: "one", annotations: annotations)
                    .push(to: server, repository: "team/app")
                let client = client(naming: server.host)
                let reading = try await client.read(image(server), keyring: .anonymous)
                #expect(reading.digest.description == pushed.digest)
                #expect(reading.digests.map(\.description) == [pushed.digest])
                #expect(reading.configDigests.map(\.description) == pushed.configDigests)
                #expect(reading.provenance.revision == "abc123")
                let before = client.statistics
                #expect(before.byRegistry[server.host]?.gets == 2)
                let again = try await client.read(image(server), keyring: .anonymous, known: reading)
                #expect(again == reading)
                #expect(client.statistics.total == before.total + 1)
                #expect(client.statistics.byRegistry[server.host]?.gets == 2)
            }
        }
    }

    @Test func `a push to the same tag moves it`() async throws {
        try await withTemporaryFolder { folder in
            try await RegistryServer.serving(in: folder) { server in
                let client = client(naming: server.host)
                try await RegistryImage(content: "one").push(to: server, repository: "team/app")
                let first = try await client.read(image(server), keyring: .anonymous)
                let pushed = try await RegistryImage(content: "two").push(to: server, repository: "team/app")
                let second = try await client.read(image(server), keyring: .anonymous, known: first)
                #expect(second.digest != first.digest)
                #expect(second.digest.description == pushed.digest)
                #expect(try await client.exists(image(server).pinned(to: first.digest), keyring: .anonymous))
                #expect(server.requests.contains("HEAD /v2/team/app/manifests/latest 200"))
            }
        }
    }

    @Test func `R4: the reading of an index has the digest of every platform`() async throws {
        try await withTemporaryFolder { folder in
            try await RegistryServer.serving(in: folder) { server in
                let pushed = try await RegistryImage(content: "many", platforms: ["linux/amd64", "linux/arm64/v8"])
                    .push(to: server, repository: "team/app")
                let client = client(naming: server.host)
                let reading = try await client.read(image(server), keyring: .anonymous)
                #expect(reading.isIndex)
                #expect(reading.digest.description == pushed.digest)
                #expect(Set(reading.platformDigests.map(\.description)) == Set(pushed.platformDigests))
                #expect(Set(reading.digests.map(\.description)) == Set(pushed.platformDigests + [pushed.digest]))
                let configurations = try await client.configDigests(of: reading, keyring: .anonymous)
                #expect(Set(configurations.map(\.description)) == Set(pushed.configDigests))
            }
        }
    }

    @Test func `R5: another attestation alone leaves the platforms as they are`() async throws {
        try await withTemporaryFolder { folder in
            try await RegistryServer.serving(in: folder) { server in
                let client = client(naming: server.host)
                var made = RegistryImage(content: "same", attestation: "built on Monday")
                try await made.push(to: server, repository: "team/app")
                let first = try await client.read(image(server), keyring: .anonymous)
                made.attestation = "built on Tuesday"
                try await made.push(to: server, repository: "team/app")
                let second = try await client.read(image(server), keyring: .anonymous, known: first)
                #expect(first.digest != second.digest)
                #expect(first.platformDigests == second.platformDigests)
                #expect(first.platformDigests.count == 1)
            }
        }
    }

    @Test func `R3: a tag that is not there is missing, and nothing else`() async throws {
        try await withTemporaryFolder { folder in
            try await RegistryServer.serving(in: folder) { server in
                try await RegistryImage(content: "one").push(to: server, repository: "team/app", tag: "1")
                let client = client(naming: server.host)
                let image = try image(server)
                let tag = await registryError { () async throws(RegistryError) in
                    try await client.read(image, keyring: .anonymous)
                }
                #expect(tag?.reason == .tagMissing)
                #expect(tag?.isRetryable == false)
                #expect(try await !client.exists(image.pinned(to: digest("gone")), keyring: .anonymous))
            }
        }
    }

    @Test func `over TLS with an authority of its own and a password, the right credential is found`() async throws {
        try await withTemporaryFolder { folder in
            let users = ["robot": "correct-horse-battery"]
            try await RegistryServer.serving(in: folder, tls: true, users: users) { server in
                let pushed = try await RegistryImage(content: "secret").push(to: server, repository: "team/app")
                var settings = RegistrySettings()
                settings.hosts[server.host] = .init(authorities: server.caPEM)
                let client = RegistryClient(wire: HTTPWire(), settings: settings)
                let image = try image(server)
                let wrong = (
                    "\(server.host)/team", RegistryCredential.basic(username: "robot", password: "wrong-battery")
                )
                let right = (
                    server.host, RegistryCredential.basic(username: "robot", password: "correct-horse-battery")
                )
                let reading = try await client.read(image, keyring: RegistryKeyring([wrong, right]))
                #expect(reading.digest.description == pushed.digest)
                // The one that worked is the first next time, and is sent at once.
                let before = client.statistics.total
                _ = try await client.read(image, keyring: RegistryKeyring([wrong, right]), known: reading)
                #expect(client.statistics.total == before + 1)
                let denied = await registryError { () async throws(RegistryError) in
                    try await client.read(image, keyring: .anonymous)
                }
                #expect(denied?.reason == .denied)
            }
        }
    }

    @Test func `R8: a certificate of an unknown authority is an error that says so, and http is no way around it`()
        async throws
    {
        try await withTemporaryFolder { folder in
            try await RegistryServer.serving(in: folder, tls: true) { server in
                let client = client(naming: server.host)
                let image = try image(server)
                let error = await registryError { () async throws(RegistryError) in
                    try await client.read(image, keyring: .anonymous)
                }
                #expect(error?.reason == .tls)
                #expect(error?.message.contains("check the certificate authority") == true)
            }
        }
    }
}
