// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What a git server may ask for. It has no description and no coding on purpose: it must not reach a log by accident.
package struct GitCredentials: Sendable {
    /// Basic authentication over https; over ssh the password is the private key's passphrase.
    package let username: String?
    package let password: String?
    /// Sent as a password over https (what GitHub, GitLab, Gitea and others expect of their access tokens).
    package let token: String?
    /// Sent as `Authorization: Bearer` over https.
    package let bearerToken: String?
    /// A private ssh key, ed25519 or ECDSA, as text.
    package let identity: String?
    /// The text of an OpenSSH `known_hosts` file.
    package let knownHosts: String?
    /// PEM certificates that replace the system's authorities for this repository.
    package let authorities: String?

    /// Every part that must never be shown, to be registered with the redactor.
    package var secrets: [String] {
        var values = [password, token, bearerToken, identity].compactMap { $0 }
        if let password { values.append("\(username ?? ""):\(password)") }
        return values
    }

    /// Reads the keys of a Secret: `username` and `password`, `token`, `bearerToken`, `identity` and `known_hosts`,
    /// `ca.crt`. Other keys are ignored; a trailing line break of one-line values is removed.
    ///
    /// - Throws: ``GitError`` with reason `configuration` for values that are too large, not text, or incomplete.
    package init(values: [String: [UInt8]]) throws(GitError) {
        func text(_ key: String, oneLine: Bool) throws(GitError) -> String? {
            guard let bytes = values[key] else { return nil }
            guard bytes.count <= GitCredentials.maxBytes, let text = String(validating: bytes, as: UTF8.self),
                !text.utf8.contains(0)
            else {
                throw GitError(.configuration, "git credentials: \(key) is not text of at most 1 MiB; check the file")
            }
            guard oneLine else { return text }
            let trimmed = text.trimmingCharacters(in: .newlines)
            guard !trimmed.contains(where: \.isNewline) else {
                throw GitError(.configuration, "git credentials: \(key) has more than one line; write only the value")
            }
            return trimmed.isEmpty ? nil : trimmed
        }
        username = try text("username", oneLine: true)
        password = try text("password", oneLine: true)
        token = try text("token", oneLine: true)
        bearerToken = try text("bearerToken", oneLine: true)
        identity = try text("identity", oneLine: false)
        knownHosts = try text("known_hosts", oneLine: false)
        authorities = try text("ca.crt", oneLine: false)
        if password != nil, username == nil, identity == nil {
            throw GitError(.configuration, "git credentials: password without username; add the key username")
        }
        if identity != nil, knownHosts == nil {
            throw GitError(
                .configuration,
                "git credentials: identity without known_hosts; add the server's host key (ssh-keyscan prints it)"
            )
        }
    }

    /// Reads one file per key below `path`: a mounted Secret, or a folder that the user keeps at mode 0700.
    ///
    /// - Throws: ``GitError`` with reason `configuration` when the folder or a file cannot be read, or holds no known key.
    package static func fromFolder(_ path: String) throws(GitError) -> GitCredentials {
        var values: [String: [UInt8]] = [:]
        for key in keys {
            let file = path + "/" + key
            guard FileManager.default.fileExists(atPath: file) else { continue }
            guard let handle = FileHandle(forReadingAtPath: file) else {
                throw GitError(.configuration, "git credentials: cannot read \(file); check its owner and mode")
            }
            do {
                values[key] = Array(try handle.read(upToCount: maxBytes + 1) ?? Data())
                try handle.close()
            } catch {
                throw GitError(.configuration, "git credentials: cannot read \(file): \(error.localizedDescription)")
            }
        }
        guard !values.isEmpty else {
            throw GitError(
                .configuration,
                "git credentials: \(path) has none of the files \(keys.joined(separator: ", ")); create them there"
            )
        }
        return try GitCredentials(values: values)
    }

    private static let keys = ["username", "password", "token", "bearerToken", "identity", "known_hosts", "ca.crt"]
    private static let maxBytes = 1 << 20
}
