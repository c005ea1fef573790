// SPDX-License-Identifier: Apache-2.0
import Foundation
import HTTPWire
import TestKit
import Testing

/// Whom the wire trusts, against real TLS servers.
@Suite(.timeLimit(.minutes(1)))
struct TLSTests {
    private static let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"

    /// A server on 127.0.0.1 whose certificate `subject` names, signed by a fresh authority.
    private func withServer(
        subject: String = "IP:127.0.0.1",
        options: (TestAuthority) throws -> [String] = { _ in [] },
        _ body: (TLSServer, TestAuthority) async throws -> Void
    ) async throws {
        try await withTemporaryFolder { folder in
            let authority = try TestAuthority(folder: folder.path)
            let files = try authority.certificate("server", subject: subject)
            let server = try TLSServer(
                certificate: files.certificate,
                key: files.key,
                answer: TLSTests.answer,
                folder: folder.path,
                options: try options(authority)
            )
            defer { server.stop() }
            try await body(server, authority)
        }
    }

    private func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: URL(filePath: path))) }

    private func send(_ server: TLSServer, _ security: HTTPSecurity) async throws(HTTPError) -> Int {
        let request = HTTPRequest(url: "https://127.0.0.1:\(server.port)/answer", security: security)
        return try await HTTPWire().send(request).status
    }

    private func refusal(_ server: TLSServer, _ security: HTTPSecurity) async -> HTTPError.Reason? {
        do throws(HTTPError) {
            _ = try await send(server, security)
            return nil
        } catch {
            return error.reason
        }
    }

    @Test func `only the given authority is trusted`() async throws {
        try await withServer { server, authority in
            let own = HTTPSecurity(trust: .only(authorities: try bytes(authority.certificatePath)))
            #expect(try await send(server, own) == 200)
            #expect(await refusal(server, HTTPSecurity(trust: .system)) == .tls)
            try await withTemporaryFolder { folder in
                let other = try TestAuthority(folder: folder.path, name: "another authority")
                let security = HTTPSecurity(trust: .only(authorities: try bytes(other.certificatePath)))
                #expect(await refusal(server, security) == .tls)
            }
            #expect(try await send(server, HTTPSecurity(trust: .anything)) == 200)
        }
    }

    /// libcurl's blob of authorities leaves the built-in folder in force; only a writable system folder can show that.
    @Test(.enabled(if: access("/etc/ssl/certs", W_OK) == 0))
    func `an authority of the system is not trusted beside the given one`() async throws {
        try await withServer { server, authority in
            let arguments = ["x509", "-hash", "-noout", "-in", authority.certificatePath]
            let hash = try runProgram("openssl", arguments, package: "openssl").output
            let name = hash.trimmingCharacters(in: .whitespacesAndNewlines)
            let installed = "/etc/ssl/certs/\(name).0"
            try FileManager.default.copyItem(atPath: authority.certificatePath, toPath: installed)
            defer { try? FileManager.default.removeItem(atPath: installed) }
            #expect(try await send(server, HTTPSecurity(trust: .system)) == 200)
            try await withTemporaryFolder { folder in
                let other = try TestAuthority(folder: folder.path, name: "another authority")
                let security = HTTPSecurity(trust: .only(authorities: try bytes(other.certificatePath)))
                #expect(await refusal(server, security) == .tls)
            }
        }
    }

    @Test func `the certificate must carry the name that is asked for`() async throws {
        try await withServer(subject: "DNS:api.cluster.example") { server, authority in
            var security = HTTPSecurity(trust: .only(authorities: try bytes(authority.certificatePath)))
            #expect(await refusal(server, security) == .tls)
            security.serverName = "api.cluster.example"
            #expect(try await send(server, security) == 200)
            security.serverName = "other.cluster.example"
            #expect(await refusal(server, security) == .tls)
        }
    }

    @Test func `a client certificate is shown when there is one`() async throws {
        try await withServer(
            options: { ["-Verify", "2", "-verify_return_error", "-CAfile", $0.certificatePath] }
        ) { server, authority in
            var security = HTTPSecurity(trust: .only(authorities: try bytes(authority.certificatePath)))
            #expect(await refusal(server, security) == .tls)
            let files = try authority.certificate("client", subject: "")
            let certificate = try bytes(files.certificate)
            security.identity = HTTPSecurity.Identity(certificate: certificate, key: try bytes(files.key))
            #expect(try await send(server, security) == 200)
            security.identity = HTTPSecurity.Identity(certificate: certificate, key: Array("no key".utf8))
            #expect(await refusal(server, security) == .badRequest)
        }
    }

    @Test func `a server that only speaks an old TLS is refused`() async throws {
        try await withServer(options: { _ in ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"] }) { server, authority in
            let security = HTTPSecurity(trust: .only(authorities: try bytes(authority.certificatePath)))
            #expect(await refusal(server, security) == .tls)
        }
    }
}
