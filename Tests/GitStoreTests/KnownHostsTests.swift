// SPDX-License-Identifier: Apache-2.0
import Foundation
import GitStore
import TestKit
import Testing

@Suite struct KnownHostsTests {
    static let key: [UInt8] = [0, 0, 0, 11] + Array("ssh-ed25519".utf8) + [1, 2, 3]
    static let other: [UInt8] = [0, 0, 0, 11] + Array("ssh-ed25519".utf8) + [4, 5, 6]
    static let keyText = "ssh-ed25519 " + Data(key).base64EncodedString()
    static let otherText = "ssh-ed25519 " + Data(other).base64EncodedString()

    static let cases: [(file: String, host: String, port: Int, verdict: KnownHosts.Verdict)] = [
        ("git.example.com \(keyText)", "git.example.com", 22, .trusted),
        ("git.example.com \(keyText) a comment", "git.example.com", 22, .trusted),
        ("  Git.Example.COM\t\(keyText)\r\n", "git.example.com", 22, .trusted),
        ("a.example,git.example.com \(keyText)", "git.example.com", 22, .trusted),
        ("*.example.com \(keyText)", "git.example.com", 22, .trusted),
        ("g?t.example.com \(keyText)", "git.example.com", 22, .trusted),
        ("*.example.com,!git.example.com \(keyText)", "git.example.com", 22, .unknown),
        ("[git.example.com]:2222 \(keyText)", "git.example.com", 2_222, .trusted),
        ("[git.example.com]:2222 \(keyText)", "git.example.com", 22, .unknown),
        ("git.example.com \(keyText)", "git.example.com", 2_222, .unknown),
        ("git.example.com \(otherText)", "git.example.com", 22, .changed),
        ("git.example.com \(otherText)\ngit.example.com \(keyText)", "git.example.com", 22, .trusted),
        ("git.example.com \(keyText)\n@revoked * \(keyText)", "git.example.com", 22, .revoked),
        ("@revoked git.example.com \(otherText)\ngit.example.com \(keyText)", "git.example.com", 22, .trusted),
        ("@revoked git.example.com \(otherText)", "git.example.com", 22, .unknown),
        ("@cert-authority *.example.com \(keyText)", "git.example.com", 22, .unknown),
        ("# git.example.com \(keyText)", "git.example.com", 22, .unknown),
        ("git.example.com ssh-ed25519", "git.example.com", 22, .unknown), ("", "git.example.com", 22, .unknown),
        ("|1|broken \(keyText)", "git.example.com", 22, .unknown),
    ]

    @Test(arguments: cases)
    func `a line is read as ssh reads it`(file: String, host: String, port: Int, verdict: KnownHosts.Verdict) {
        #expect(KnownHosts(file).verdict(on: KnownHostsTests.key, host: host, port: port) == verdict)
    }

    @Test(arguments: [22, 2_222])
    func `hosts that ssh-keygen hashed are found`(port: Int) async throws {
        try await withTemporaryFolder { folder in
            let name = port == 22 ? "git.example.com" : "[git.example.com]:\(port)"
            let real = try SSHKey(type: "ed25519", in: folder)
            let bytes = Array(try #require(Data(base64Encoded: String(real.publicKey.split(separator: " ")[1]))))
            let text = try SSHKey.hashed("\(name) \(real.publicKey)\n", in: folder)
            #expect(text.hasPrefix("|1|"))
            #expect(KnownHosts(text).verdict(on: bytes, host: "git.example.com", port: port) == .trusted)
            #expect(KnownHosts(text).verdict(on: bytes, host: "git.example.org", port: port) == .unknown)
            #expect(KnownHosts(text).verdict(on: KnownHostsTests.key, host: "git.example.com", port: port) == .changed)
        }
    }

    @Test func `the strongest known kind of key comes first, revoked ones never`() {
        let file = """
            h ssh-rsa AAAA
            h ecdsa-sha2-nistp256 AAAA
            h ssh-ed25519 AAAA
            @revoked h ecdsa-sha2-nistp384 AAAA
            """
        #expect(KnownHosts(file).keyTypes(host: "h", port: 22) == ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
        #expect(KnownHosts(file).keyTypes(host: "i", port: 22).isEmpty)
    }
}
