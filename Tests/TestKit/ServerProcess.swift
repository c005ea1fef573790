// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A server program that a test runs on loopback: started, waited for, and stopped by its process id.
///
/// Not Foundation's `Process`: sshd closes all descriptors that it inherits, which `Process` takes for the end, and then
/// every other `Process` hangs. And a server must not keep the pipes of other tests' programs open.
package final class ServerProcess: Sendable {
    private let pid: pid_t
    private let log: URL

    /// Closes whatever was inherited but standard input, output and error, then becomes the program.
    private static let becomeProgram = """
        for f in /proc/$$/fd/*; do n=${f##*/}; [ "$n" -gt 2 ] && eval "exec $n>&-"; done; exec "$@"
        """

    /// - Parameters:
    ///   - program: Its name.
    ///   - arguments: It must stay in the foreground with these.
    ///   - debianPackage: Brings the program; named when it is missing.
    ///   - log: Gets its output.
    /// - Throws: ``MissingProgram`` when it is not installed or cannot be started.
    package init(_ program: String, _ arguments: [String], package debianPackage: String, log: URL) throws {
        let path = try programPath(program, package: debianPackage)
        let words = ["bash", "-c", ServerProcess.becomeProgram, "bash", path] + arguments
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        let output = log.path(percentEncoded: false)
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        // A group of its own, because fcgiwrap ends by signalling its whole group.
        posix_spawnattr_setpgroup(&attributes, 0)
        // Dispatch's threads block all signals, and a server would inherit that and not hear SIGTERM.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var environment: [UnsafeMutablePointer<CChar>?] = [
            strdup("PATH=/usr/sbin:/usr/bin:/sbin:/bin"), strdup("LANG=C"), nil,
        ]
        defer { for pointer in pointers + environment { free(pointer) } }
        var child: pid_t = 0
        let problem = posix_spawn(&child, "/bin/bash", &actions, &attributes, &pointers, &environment)
        guard problem == 0 else {
            throw MissingProgram(description: "cannot start \(path): \(String(cString: strerror(problem)))")
        }
        pid = child
        self.log = log
    }

    /// Everything that it printed so far.
    package var output: String {
        (try? String(contentsOf: log, encoding: .utf8)) ?? ""
    }

    /// Ends it and its children; to be called exactly once.
    package func stop() {
        kill(-pid, SIGTERM)
        for _ in 0..<200 {
            if waitpid(pid, nil, WNOHANG) != 0 { return }
            usleep(10_000)
        }
        kill(-pid, SIGKILL)
        waitpid(pid, nil, 0)
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
        guard let descriptor = connected(to: port) else { return false }
        close(descriptor)
        return true
    }

    /// A connection to a port, or nil when nobody listens there.
    static func connected(to port: Int) -> Int32? {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        if withAddress(port: port, { connect(descriptor, $0, $1) }) == 0 { return descriptor }
        close(descriptor)
        return nil
    }

    /// A server that lets clients connect (the kernel does that) and then says nothing for ever, until `body` ends.
    package static func withSilentServer<Result>(_ body: (_ port: Int) async throws -> Result) async throws -> Result {
        let (descriptor, port) = try listen()
        defer { close(descriptor) }
        return try await body(port)
    }

    /// Listens on a free port; connections wait until somebody accepts them.
    static func listen() throws -> (descriptor: Int32, port: Int) {
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
