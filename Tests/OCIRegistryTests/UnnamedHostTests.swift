// SPDX-License-Identifier: Apache-2.0
import HTTPWire
import OCIRegistry
import TestKit
import Testing

/// What the name of an image, which any committer writes, may make us ask.
@Suite(.timeLimit(.minutes(1)))
struct UnnamedHostTests {
    private func refusal(_ image: String, _ settings: RegistrySettings = RegistrySettings()) async -> RegistryError? {
        await registryError { () async throws(RegistryError) in
            guard let reference = try? ImageReference(image) else { return }
            _ = try await RegistryClient(wire: HTTPWire(), settings: settings).read(reference, keyring: .anonymous)
        }
    }

    @Test(arguments: ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f000001", "0.0.0.0"])
    func `an image on this machine is refused without a request, and the remedy is told`(host: String) async throws {
        try await withStubServer { _ in
            [.reply(404, "{}")]
        } _: { server in
            let error = await refusal("\(host):\(server.port)/y/a")
            #expect(error?.reason == .untrusted, "\(String(describing: error))")
            #expect(error?.message.contains("spec.images.registries") == true)
            #expect(server.requests.isEmpty)
        }
    }

    @Test(arguments: ["169.254.169.254/latest/meta-data", "169.254.1.1:5000/a", "100.100.100.200/a"])
    func `an image on the link or a metadata service is refused at once`(image: String) async {
        #expect(await refusal(image)?.reason == .untrusted)
    }

    @Test func `a registry on this machine that the project names is asked`() async throws {
        try await withStubServer {
            $0.manifest(manifestText("x"))
        } _: { server in
            let host = "127.0.0.1:\(server.port)"
            let error = await refusal("\(host)/app", RegistrySettings(hosts: [host: .init(insecure: true)]))
            #expect(error == nil)
            #expect(!server.requests.isEmpty)
        }
    }

    @Test func `a token service on another port of the registry's host gets no credential unless it is named`()
        async throws
    {
        try await withStubServer {
            $0.answer(200, #"{"token":"t"}"#)
        } _: { service in
            let port = service.port
            try await withStubServer { request in
                request.headers["authorization"] == nil ? request.wantToken(port) : request.manifest(manifestText("x"))
            } _: { server in
                let image = try server.image()
                let ring = keyring(image.registry)
                let error = await registryError { () async throws(RegistryError) in
                    try await client(server).read(image, keyring: ring)
                }
                #expect(error?.reason == .untrusted)
                #expect(service.requests.isEmpty)
                _ = try await client(server, service).read(image, keyring: ring)
                #expect(service.requests.first?.headers["authorization"]?.hasPrefix("Basic ") == true)
            }
        }
    }
}
