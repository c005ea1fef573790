// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A certificate authority of a test, and certificates that it signs: files in one folder, made by `openssl`.
package struct TestAuthority: Sendable {
    package let folder: String
    /// The authority's own certificate, PEM.
    package var certificatePath: String { "\(folder)/ca.crt" }

    /// Makes a new authority in `folder`, which must exist.
    package init(folder: String, name: String = "test authority") throws {
        self.folder = folder
        try openssl([
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj",
            "/CN=\(name)", "-keyout", "\(folder)/ca.key", "-out", "\(folder)/ca.crt",
        ])
    }

    /// Signs a certificate for a name; `subject` is `DNS:…` or `IP:…`, or empty for a client; fewer than 0 days make it
    /// expired. Returns the paths.
    package func certificate(_ name: String, subject: String, days: Int = 2) throws -> (
        certificate: String, key: String
    ) {
        let base = "\(folder)/\(name)"
        try openssl([
            "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
            "/CN=\(name)/O=testers",
            "-keyout", "\(base).key", "-out", "\(base).csr",
        ])
        let extensions = subject.isEmpty ? "extendedKeyUsage=clientAuth" : "subjectAltName=\(subject)"
        try Data(extensions.utf8).write(to: URL(filePath: "\(base).ext"))
        try openssl([
            "x509", "-req", "-in", "\(base).csr", "-CA", certificatePath, "-CAkey", "\(folder)/ca.key", "-days",
            "\(days)",
            "-CAcreateserial", "-extfile", "\(base).ext", "-out", "\(base).crt",
        ])
        return ("\(base).crt", "\(base).key")
    }

    private func openssl(_ arguments: [String]) throws {
        let result = try runProgram("openssl", arguments, package: "openssl")
        guard result.status == 0 else { throw MissingProgram(description: "openssl failed: \(result.errors)") }
    }
}

/// `openssl s_server` that answers every request for `/answer` with the same raw bytes, over TLS.
package final class TLSServer: Sendable {
    package let port: Int
    private let process: Process

    /// Starts on a free port. `options` are further arguments of `s_server`, such as `-Verify`.
    package init(
        certificate: String,
        key: String,
        answer: String,
        folder: String,
        options: [String] = []
    ) throws {
        try Data(answer.utf8).write(to: URL(filePath: "\(folder)/answer"))
        let process = Process()
        process.executableURL = URL(filePath: try programPath("openssl", package: "openssl"))
        process.arguments =
            ["s_server", "-accept", "127.0.0.1:0", "-cert", certificate, "-key", key, "-HTTP"] + options
        process.currentDirectoryURL = URL(filePath: folder)
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        self.process = process
        // The line "ACCEPT 127.0.0.1:port" comes once the port is open; nothing here waits longer than the process lives.
        var text = ""
        while !text.contains(/ACCEPT \S+:\d+\n/) {
            let piece = output.fileHandleForReading.availableData
            guard !piece.isEmpty else { throw MissingProgram(description: "openssl s_server did not start: \(text)") }
            text += String(decoding: piece, as: UTF8.self)
        }
        guard let match = text.firstMatch(of: /ACCEPT \S+:(\d+)\n/), let port = Int(match.output.1) else {
            throw MissingProgram(description: "openssl s_server names no port: \(text)")
        }
        self.port = port
    }

    /// Ends the server for good: one that was started from a thread with blocked signals would not hear SIGTERM.
    package func stop() {
        kill(process.processIdentifier, SIGKILL)
    }
}
