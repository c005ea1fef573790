// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A real `sshd` on a free port of 127.0.0.1 that lets one key log in as the user who runs the tests.
package final class GitSSHServer: Sendable {
    package let port: Int
    /// The login name.
    package let user: String
    /// The server's public host key: `ssh-ed25519 AAAA…`.
    package let hostKey: String

    private let server: ServerProcess

    /// `[127.0.0.1]:PORT ssh-ed25519 AAAA…`, the line for `known_hosts`.
    package var knownHostsLine: String { "[127.0.0.1]:\(port) \(hostKey)\n" }

    /// The URL of a bare repository.
    package func url(of repository: GitFolder) -> String { "ssh://\(user)@127.0.0.1:\(port)\(repository.path)" }

    /// Serves while `body` runs.
    ///
    /// - Parameters:
    ///   - folder: Gets keys, logs and configuration.
    ///   - hostKeyType: `ed25519`, `ecdsa` or `rsa`.
    ///   - authorized: The public key that may log in.
    ///   - body: Uses the server.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, or ``MissingProgram``.
    package static func serving<Result>(
        in folder: URL,
        hostKeyType: String = "ed25519",
        authorized: SSHKey,
        _ body: (GitSSHServer) async throws -> Result
    ) async throws -> Result {
        let server = try GitSSHServer(folder: folder, hostKeyType: hostKeyType, authorized: authorized)
        defer { server.server.stop() }
        try await eventually("sshd listens on port \(server.port): \(server.server.output)") {
            Loopback.isOpen(server.port)
        }
        return try await body(server)
    }

    private init(folder: URL, hostKeyType: String, authorized: SSHKey) throws {
        let port = try Loopback.freePort()
        let name = UUID().uuidString.prefix(8)
        let file = { (suffix: String) in folder.appending(path: "\(name).\(suffix)").path(percentEncoded: false) }
        let key = try SSHKey(type: hostKeyType, in: folder)
        try Data((authorized.publicKey + "\n").utf8).write(to: URL(filePath: file("authorized_keys")))
        // sshd's own empty folder, which Debian makes only when the service starts.
        if geteuid() == 0 {
            try FileManager.default.createDirectory(atPath: "/run/sshd", withIntermediateDirectories: true)
        }
        let configuration = """
            ListenAddress 127.0.0.1
            Port \(port)
            HostKey \(key.path)
            AuthorizedKeysFile \(file("authorized_keys"))
            PidFile none
            StrictModes no
            UsePAM no
            PermitRootLogin yes
            PasswordAuthentication no
            KbdInteractiveAuthentication no
            """
        try Data(configuration.utf8).write(to: URL(filePath: file("sshd_config")))
        server = try ServerProcess(
            "sshd",
            ["-D", "-e", "-f", file("sshd_config")],
            package: "openssh-server",
            log: URL(filePath: file("sshd.log"))
        )
        self.port = port
        user = NSUserName()
        hostKey = key.publicKey
    }

    /// What sshd logged so far.
    package var log: String { server.output }
}

/// A pair of ssh keys, made with the real `ssh-keygen`.
package struct SSHKey: Sendable {
    /// The private key's file.
    package let path: String
    /// `ssh-ed25519 AAAA…`, without a comment.
    package let publicKey: String

    /// The private key's text.
    package var privateKey: String { get throws { try String(contentsOfFile: path, encoding: .utf8) } }

    /// - Parameters:
    ///   - type: `ed25519`, `ecdsa` or `rsa`.
    ///   - passphrase: Encrypts the key; empty for none.
    ///   - folder: Gets the files.
    ///   - options: More arguments for `ssh-keygen`.
    /// - Throws: ``MissingProgram`` with what `ssh-keygen` said.
    package init(type: String, passphrase: String = "", in folder: URL, options: [String] = []) throws {
        path = folder.appending(path: "key-\(UUID().uuidString.prefix(8))").path(percentEncoded: false)
        let arguments = ["-q", "-t", type, "-N", passphrase, "-C", "", "-f", path] + options
        let result = try runProgram("ssh-keygen", arguments, package: "openssh-client")
        guard result.status == 0 else { throw MissingProgram(description: "ssh-keygen: \(result.errors)") }
        let line = try String(contentsOfFile: path + ".pub", encoding: .utf8)
        publicKey = line.split(whereSeparator: \.isWhitespace).prefix(2).joined(separator: " ")
    }

    /// The text of a `known_hosts` file with its host names hashed, as `ssh-keygen -H` writes it.
    package static func hashed(_ knownHosts: String, in folder: URL) throws -> String {
        let file = folder.appending(path: "hosts-\(UUID().uuidString.prefix(8))").path(percentEncoded: false)
        try Data(knownHosts.utf8).write(to: URL(filePath: file))
        let result = try runProgram("ssh-keygen", ["-H", "-f", file], package: "openssh-client")
        guard result.status == 0 else { throw MissingProgram(description: "ssh-keygen -H: \(result.errors)") }
        return try String(contentsOfFile: file, encoding: .utf8)
    }
}
