// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A server program that a test runs on loopback: started, waited for, and stopped by its process id.
package final class ServerProcess: Sendable {
    private let pid: Int32
    private let log: URL

    /// - Parameters:
    ///   - program: Its name.
    ///   - arguments: It must stay in the foreground with these.
    ///   - environment: All of its environment.
    ///   - debianPackage: Brings the program; named when it is missing.
    ///   - log: Gets its output.
    /// - Throws: ``MissingProgram`` when it is not installed.
    package init(
        _ program: String,
        _ arguments: [String],
        environment: [String: String] = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"],
        package debianPackage: String,
        log: URL
    ) throws {
        let process = Process()
        process.executableURL = URL(filePath: try programPath(program, package: debianPackage))
        process.arguments = arguments
        process.environment = environment
        try Data().write(to: log)
        let output = try FileHandle(forWritingTo: log)
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        pid = process.processIdentifier
        self.log = log
    }

    /// Everything that it printed so far.
    package var output: String {
        (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    }

    /// Ends it; to be called exactly once.
    package func stop() {
        kill(pid, SIGTERM)
    }
}

/// Ports and sockets on 127.0.0.1.
package enum Loopback {
    /// A port on which nobody listens at this moment.
    package static func freePort() throws -> Int {
        let (descriptor, port) = try listen()
        close(descriptor)
        return port
    }

    /// Whether somebody accepts connections there.
    package static func isOpen(_ port: Int) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return withAddress(port: port) { connect(descriptor, $0, $1) } == 0
    }

    /// A server that lets clients connect (the kernel does that) and then says nothing for ever, until `body` ends.
    package static func withSilentServer<Result>(_ body: (_ port: Int) async throws -> Result) async throws -> Result {
        let (descriptor, port) = try listen()
        defer { close(descriptor) }
        return try await body(port)
    }

    private static func listen() throws -> (descriptor: Int32, port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withAddress(port: 0) { bind(descriptor, $0, $1) } == 0
        let isNamed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard isBound, isNamed == 0, Glibc.listen(descriptor, 16) == 0 else {
            throw MissingProgram(description: "no free port on 127.0.0.1: \(String(cString: strerror(errno)))")
        }
        return (descriptor, Int(UInt16(bigEndian: address.sin_port)))
    }

    private static func withAddress(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
