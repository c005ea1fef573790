// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import Processes
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
        var words = wrapper + [try TestProducts.path(of: "sternpost")] + arguments
        if case .closed = output { words = ["sh", "-c", "exec \"$@\" <&- >&- 2>&-", "sh"] + words }
        // It finds the program, and becomes it.
        var program = ProgramStart(path: "/usr/bin/env", arguments: words)
        program.environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C"].merging(environment) { $1 }
        program.leadsGroup = false
        var file: FileHandle?
        switch output {
        case .file:
            let path = log.path(percentEncoded: false)
            let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
            guard descriptor >= 0 else {
                throw MissingProgram(description: "\(path): \(String(cString: strerror(errno)))")
            }
            file = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
            program.output = .descriptor(descriptor)
            program.errors = .descriptor(descriptor)
        case .pipe(let descriptor):
            program.output = .descriptor(descriptor)
            program.errors = .descriptor(descriptor)
        case .closed: break
        }
        let start = withExtendedLifetime(file) { program.start() }
        switch start {
        case .success(let child): pid = child
        case .failure(let problem): throw MissingProgram(description: "cannot start \(words[0]): \(problem)")
        }
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

    /// How many descriptors it has open now, without its connections to the cluster: of those it keeps as many as it once
    /// needed at a time, which is more on a busy machine.
    ///
    /// - Parameter scene: Whose cluster, by the port of its server on this machine.
    /// - Returns: Their number; 0 when the process has ended.
    package func openDescriptors(besideCluster scene: Scene) -> Int {
        let server = scene.kubeconfig["clusters"]?.array?.first?["cluster"]?["server"]?.string ?? ""
        let port = URL(string: server)?.port ?? 0
        let table = (try? String(contentsOfFile: "/proc/\(pid)/net/tcp", encoding: .utf8)) ?? ""
        // Words of a line: number, own address, the other one's as `0100007F:1F90`, …; the tenth is the socket's number.
        let connections = table.split(separator: "\n").map { $0.split(separator: " ") }.filter { words in
            words.count > 9 && words[2].split(separator: ":").last.flatMap { Int($0, radix: 16) } == port
        }
        let kept = Set(connections.map { "socket:[\($0[9])]" })
        let folder = "/proc/\(pid)/fd"
        let open = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
        return open.count { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/\(name)")
            return !kept.contains(target ?? "")
        }
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
