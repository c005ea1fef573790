// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization

/// Debian's `docker-registry` on a free port of 127.0.0.1: what a real image registry does.
///
/// Plain http without a password, unless told otherwise. Images come into it by ``RegistryImage``. Deleting is allowed.
package final class RegistryServer: Sendable {
    package let port: Int
    /// The authority that signed its certificate, PEM; nil for plain http. The certificate names 127.0.0.1 and
    /// localhost.
    package let caPEM: [UInt8]?
    /// A name and password that it accepts; nil when it wants none.
    let user: (name: String, password: String)?
    private let folder: URL
    private let process: ServerProcess

    /// `127.0.0.1:PORT`: the first part of the names of its images.
    package var host: String { "127.0.0.1:\(port)" }
    /// `http://127.0.0.1:PORT` or `https://127.0.0.1:PORT`.
    package var url: String { "\(caPEM == nil ? "http" : "https")://\(host)" }

    /// Serves while `body` runs.
    ///
    /// - Parameters:
    ///   - folder: Gets the images, the configuration and the log.
    ///   - tls: Whether it speaks https, with an authority of its own.
    ///   - users: Passwords by name (HTTP basic); empty for a registry that asks nobody.
    ///   - port: A port that was used before, to come back after a stop; nil for a free one.
    ///   - body: Uses the registry.
    /// - Returns: What `body` returns.
    /// - Throws: What `body` throws, or ``MissingProgram``.
    package static func serving<Result>(
        in folder: URL,
        tls: Bool = false,
        users: [String: String] = [:],
        port: Int? = nil,
        _ body: (RegistryServer) async throws -> Result
    ) async throws -> Result {
        let server = try RegistryServer(folder: folder, tls: tls, users: users, port: port)
        defer { server.stop() }
        try await eventually("docker-registry listens on port \(server.port): \(server.process.output)") {
            Loopback.isOpen(server.port)
        }
        return try await body(server)
    }

    private init(folder: URL, tls: Bool, users: [String: String], port: Int?) throws {
        let port = try port ?? Loopback.freePort()
        let place = folder.appending(path: "registry-\(port)")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        let path = place.path(percentEncoded: false)
        var lines = [
            "version: 0.1", "log: {level: info, accesslog: {disabled: false}}",
            "storage: {filesystem: {rootdirectory: \(path)/images}, delete: {enabled: true}}",
        ]
        var identity = ""
        if tls {
            let authority = try TestAuthority(folder: path)
            let pair = try authority.certificate("registry", subject: "IP:127.0.0.1,DNS:localhost")
            identity = ", tls: {certificate: \(pair.certificate), key: \(pair.key)}"
            caPEM = Array(try Data(contentsOf: URL(filePath: authority.certificatePath)))
        } else {
            caPEM = nil
        }
        lines.append("http: {addr: '127.0.0.1:\(port)'\(identity)}")
        if !users.isEmpty {
            try RegistryServer.writePasswords(users, to: "\(path)/htpasswd")
            lines.append("auth: {htpasswd: {realm: registry, path: \(path)/htpasswd}}")
        }
        let configuration = "\(path)/config.yml"
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: configuration))
        process = try ServerProcess(
            "docker-registry",
            ["serve", configuration],
            package: "docker-registry",
            log: place.appending(path: "log")
        )
        self.port = port
        self.folder = place
        user = users.sorted { $0.key < $1.key }.first.map { ($0.key, $0.value) }
    }

    private static func writePasswords(_ users: [String: String], to path: String) throws {
        var text: [UInt8] = []
        for (name, password) in users.sorted(by: { $0.key < $1.key }) {
            // The registry reads bcrypt only; the smallest cost, because it is computed for every request.
            text += try spawn("htpasswd", ["-nbBC", "4", name, password], package: "apache2-utils")
        }
        try Data(text).write(to: URL(filePath: path))
    }

    /// Runs a short program to its end.
    ///
    /// - Returns: All that it printed.
    /// - Throws: ``MissingProgram`` when it is missing or does not end well.
    static func spawn(
        _ program: String,
        _ arguments: [String],
        package debianPackage: String,
        environment: [String: String] = [:]
    ) throws -> [UInt8] {
        let variables = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"].merging(environment) { $1 }
        let result = try runProgram(program, arguments, package: debianPackage, environment: variables)
        guard result.status == 0 else {
            throw MissingProgram(description: "\(program) failed: \(result.output + result.errors)")
        }
        return result.bytes
    }

    /// Where it keeps its files.
    var path: String { folder.path(percentEncoded: false) }

    /// The requests answered so far, in order: `HEAD /v2/app/manifests/latest 200`.
    package var requests: [String] {
        process.output.split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "\"")
            guard parts.count > 2, parts[1].hasSuffix(" HTTP/1.1") else { return nil }
            return "\(parts[1].dropLast(9)) \(parts[2].split(separator: " ").first ?? "")"
        }
    }

    /// Ends it by its process id. ``serving(in:tls:users:port:_:)`` does that; calling it before does no harm.
    package func stop() {
        let wasStopped = stopped.withLock { isStopped in
            defer { isStopped = true }
            return isStopped
        }
        if !wasStopped { process.stop() }
    }

    private let stopped = Mutex(false)
}
