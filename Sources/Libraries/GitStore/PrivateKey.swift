// SPDX-License-Identifier: Apache-2.0
import Foundation
import PlainText

/// Looks into a private ssh key far enough to say before any connection why it cannot work.
enum PrivateKey {
    /// - Parameters:
    ///   - text: The key file.
    ///   - hasPassphrase: Whether the credentials hold a password.
    /// - Throws: ``GitError`` with reason `authentication` for keys that libssh2 1.10 cannot use, with the remedy.
    static func check(_ text: String, hasPassphrase: Bool) throws(GitError) {
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
        guard let begin = lines.firstIndex(where: { $0.hasPrefix("-----BEGIN ") }),
            let end = lines.lastIndex(where: { $0.hasPrefix("-----END ") }), begin < end
        else { throw refused("identity is no private key: the line -----BEGIN … PRIVATE KEY----- is missing") }
        let body = Base64.bytes(of: lines[(begin + 1)..<end].filter { !$0.contains(":") }.joined()) ?? []
        switch lines[begin] {
        case "-----BEGIN OPENSSH PRIVATE KEY-----": try checkOpenSSH(body, hasPassphrase: hasPassphrase)
        case "-----BEGIN EC PRIVATE KEY-----", "-----BEGIN ENCRYPTED PRIVATE KEY-----": return
        case "-----BEGIN RSA PRIVATE KEY-----": throw rsa
        case "-----BEGIN PRIVATE KEY-----": try checkPKCS8(body)
        default: throw refused("identity is a key of a kind that is not supported")
        }
    }

    private static func checkOpenSSH(_ body: [UInt8], hasPassphrase: Bool) throws(GitError) {
        let magic = Array("openssh-key-v1\0".utf8)
        guard body.starts(with: magic) else { throw refused("identity is damaged") }
        var rest = body.dropFirst(magic.count)
        guard let cipher = string(&rest), string(&rest) != nil, string(&rest) != nil, rest.count > 4 else {
            throw refused("identity is damaged")
        }
        rest = rest.dropFirst(4)
        guard let publicKey = string(&rest) else { throw refused("identity is damaged") }
        switch KnownHosts.keyType(of: Array(publicKey)) {
        case "ssh-ed25519", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521": break
        case "ssh-rsa": throw rsa
        case let other: throw refused("identity is a \(other) key, which is not supported")
        }
        if Array(cipher) != Array("none".utf8), !hasPassphrase {
            throw refused("identity is encrypted and no passphrase was given; add it as password, or")
        }
    }

    private static func checkPKCS8(_ body: [UInt8]) throws(GitError) {
        if contains(body, [0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01]) { throw rsa }
        if contains(body, [0x06, 0x03, 0x2b, 0x65, 0x70]) {
            throw refused("identity is an ed25519 key in PKCS#8 form, which libssh2 1.10 cannot read")
        }
    }

    private static var rsa: GitError {
        refused("identity is an RSA key: libssh2 1.10 signs RSA with SHA-1 only (no rsa-sha2), which servers refuse")
    }

    private static func refused(_ problem: String) -> GitError {
        GitError(
            .authentication,
            "git credentials: \(problem); make a key with ssh-keygen -t ed25519 and register it at the server"
        )
    }

    /// Takes one length-prefixed field.
    private static func string(_ rest: inout ArraySlice<UInt8>) -> ArraySlice<UInt8>? {
        guard rest.count >= 4 else { return nil }
        let length = rest.prefix(4).reduce(0) { $0 << 8 | Int($1) }
        rest = rest.dropFirst(4)
        guard length <= rest.count else { return nil }
        defer { rest = rest.dropFirst(length) }
        return rest.prefix(length)
    }

    private static func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
        guard bytes.count >= part.count else { return false }
        return (0...(bytes.count - part.count)).contains { bytes[$0..<($0 + part.count)].elementsEqual(part) }
    }
}
