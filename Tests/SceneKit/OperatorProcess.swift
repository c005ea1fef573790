// SPDX-License-Identifier: Apache-2.0
import Foundation
import Synchronization
import TestKit

/// A process of the real binary, such as `sternpost run`: started, signalled by its id, and reaped.
///
/// It inherits no descriptor but the three standard ones, so that what it has open can be counted.
package final class OperatorProcess: Sendable {
    /// Where standard output and standard error go.
    package enum Output: Sendable {
        case file
        /// They are not open at all.
        case closed
        /// A pipe of this descriptor.
        case pipe(Int32)
    }

    /// How a process ended.
    package enum Ending: Sendable, Hashable {
        case status(Int32)
        case signal(Int32)
    }

    package let pid: pid_t
    private let log: URL
    private let isReaped = Mutex(false)

    /// - Parameters:
    ///   - arguments: Of `sternpost`.
    ///   - environment: Beside a path and a language.
    ///   - wrapper: A program with arguments that becomes ours, such as `prlimit`.
    ///   - output: Where it writes.
    ///   - log: The file for ``Output/file``.
    /// - Throws: ``MissingProgram`` when it cannot be started.
    package init(
        _ arguments: [String],
        environment: [String: String] = [:],
        wrapper: [String] = [],
        output: Output = .file,
        log: URL
    ) throws {
        self.log = log
        let words = wrapper + [try TestProducts.path(of: "sternpost")] + arguments
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        switch output {
        case .file:
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            let path = log.path(percentEncoded: false)
            posix_spawn_file_actions_addopen(&actions, 1, path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        case .closed:
            for descriptor in 0...STDERR_FILENO { posix_spawn_file_actions_addclose(&actions, descriptor) }
        case .pipe(let descriptor):
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, descriptor, 1)
            posix_spawn_file_actions_adddup2(&actions, descriptor, 2)
        }
        // Closing what is not open is no error here.
        for descriptor in Int32(3)..<1024 { posix_spawn_file_actions_addclose(&actions, descriptor) }
        // Dispatch's threads block all signals, and the child would inherit that and not hear SIGTERM.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        let variables = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"].merging(environment) { $1 }
        var pointers: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
        var settings: [UnsafeMutablePointer<CChar>?] = variables.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in pointers + settings { free(pointer) } }
        var child: pid_t = 0
        let problem = posix_spawnp(&child, words[0], &actions, &attributes, &pointers, &settings)
        guard problem == 0 else {
            throw MissingProgram(description: "cannot start \(words[0]): \(String(cString: strerror(problem)))")
        }
        pid = child
    }

    /// Everything that it wrote so far.
    package var text: String { (try? String(contentsOf: log, encoding: .utf8)) ?? "" }

    /// The address on which it says that it listens; nil before.
    package var address: String? {
        text.split(separator: "\n").last { $0.contains(" listening ") }?.split(separator: "=").last.map(String.init)
    }

    /// The address on which it listens, as soon as it does; it leads, or stands by, only then.
    package func listeningAddress() async throws -> String {
        try await eventually("it listens") { address != nil }
        guard let address else { throw MissingProgram(description: "it says no more where it listens") }
        return address
    }

    /// How many descriptors it has open now.
    package var openDescriptors: Int {
        (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count) ?? 0
    }

    /// Sends a signal, unless it has ended.
    package func send(_ signal: Int32) {
        isReaped.withLock { isReaped in
            if !isReaped { kill(pid, signal) }
        }
    }

    /// Waits until it has ended, and reaps it; to be called once.
    package func ending(within limit: Duration = .seconds(60)) async throws -> Ending {
        var status: Int32 = 0
        try await eventually("sternpost (\(pid)) ends", within: limit) {
            isReaped.withLock { isReaped in
                isReaped = waitpid(pid, &status, WNOHANG) == pid
                return isReaped
            }
        }
        return status & 0x7F == 0 ? .status((status >> 8) & 0xFF) : .signal(status & 0x7F)
    }

    /// Ends it for good, stopped or not, if it has not ended.
    package func stop() {
        isReaped.withLock { isReaped in
            guard !isReaped else { return }
            kill(pid, SIGKILL)
            waitpid(pid, nil, 0)
            isReaped = true
        }
    }
}
