// SPDX-License-Identifier: Apache-2.0
import Foundation

/// What one finished process took.
package struct ChildRun: Sendable {
    package let seconds: Double
    /// User and system time of the process and of the children it waited for.
    package let processorSeconds: Double
    /// The resident memory of the largest single process at its worst moment, in kB, as `wait4` tells it. Never below
    /// the memory of the process that started it, about 30 MB.
    package let peakKilobytes: Int
    package let status: Int32
    package let output: String

    /// Runs a program to its end.
    ///
    /// - Parameters:
    ///   - command: The program, looked up in PATH when it has no slash, and its arguments.
    ///   - log: Where standard output and standard error go.
    /// - Returns: What it took, whatever its exit status.
    /// - Throws: ``BenchmarkError`` when it could not be started.
    package static func run(_ command: [String], log: URL) throws -> ChildRun {
        let start = ContinuousClock.now
        let child = try ChildProcess(command, log: log).identifier
        var status: Int32 = 0
        var usage = rusage()
        while wait4(child, &status, 0, &usage) < 0 {
            guard errno == EINTR else { throw BenchmarkError("\(command[0]): lost") }
        }
        let seconds = start.duration(to: .now) / .seconds(1)
        return ChildRun(
            seconds: seconds,
            processorSeconds: usage.ru_utime.seconds + usage.ru_stime.seconds,
            peakKilobytes: usage.ru_maxrss,
            status: status & 0x7F == 0 ? status >> 8 & 0xFF : 128 + status & 0x7F,
            output: (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        )
    }

    /// Runs a program that must end with one of these statuses.
    package static func run(_ command: [String], log: URL, expecting statuses: Set<Int32>) throws -> ChildRun {
        let run = try run(command, log: log)
        guard statuses.contains(run.status) else {
            let tail = run.output.split(separator: "\n").suffix(5).joined(separator: "\n")
            throw BenchmarkError("\(command.joined(separator: " ")) ended with \(run.status):\n\(tail)")
        }
        return run
    }
}

extension timeval {
    fileprivate var seconds: Double { Double(tv_sec) + Double(tv_usec) / 1e6 }
}
