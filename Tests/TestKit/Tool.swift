// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The real binary, in a folder of its own that is also its home: nothing of the person who runs the tests is read.
package struct Tool: Sendable {
    /// How a command ended.
    package struct Result: Sendable {
        /// The exit status, or the signal's number.
        package let status: Int32
        /// Whether a signal ended it.
        package let isKilled: Bool
        package let output: String
        package let errors: String
    }

    package let folder: URL
    private let program: String

    /// - Parameters:
    ///   - folder: Where the binary runs.
    ///   - program: The name of the executable.
    package init(folder: URL, program: String = "sternpost") {
        self.folder = folder
        self.program = program
    }

    /// The executable with the demo and the embedded cluster, in the same folder.
    package var lab: Tool { Tool(folder: folder, program: "sternpost-lab") }

    /// The command with these arguments, not started yet.
    ///
    /// - Parameters:
    ///   - arguments: What follows the name of the executable.
    ///   - environment: Variables beside `HOME` and `PATH`.
    ///   - wrapper: A program with its arguments that starts the binary: `["/usr/bin/setpriv", "--reuid", …]`.
    /// - Returns: The process, not started yet.
    /// - Throws: ``MissingProgram`` when the binary is not built.
    package func process(
        _ arguments: [String],
        environment: [String: String] = [:],
        wrapper: [String] = []
    ) throws -> Process {
        let words = wrapper + [try TestProducts.path(of: program)] + arguments
        let process = Process()
        process.executableURL = URL(filePath: words[0])
        process.arguments = Array(words.dropFirst())
        process.currentDirectoryURL = folder
        process.environment = [
            "HOME": folder.path, "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
        ].merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// Runs a command to its end.
    package func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Result {
        let process = try process(arguments, environment: environment)
        return try await Tool.finish(process, folder: folder)
    }

    /// Starts a process with its output in files, so that no pipe can fill up, and waits for its end.
    package static func finish(_ process: Process, folder: URL) async throws -> Result {
        try await RunningTool(process, folder: folder).end()
    }

    /// Starts a process, whose output is the caller's affair, and waits until it has ended.
    package static func end(of process: Process) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }
}

/// A process of the binary while it runs. Its output is kept in files, so that no pipe can fill up.
package final class RunningTool: Sendable {
    private let process: Process
    private let files: [URL]

    /// Starts a process.
    ///
    /// - Parameters:
    ///   - process: Not started yet.
    ///   - folder: Where its output is kept until it has ended.
    /// - Throws: What making the files and starting the process throw.
    package init(_ process: Process, folder: URL) throws {
        self.process = process
        files = ["out", "err"].map { folder.appending(path: "\(UUID().uuidString).\($0)") }
        for file in files { try Data().write(to: file) }
        let handles = try files.map { try FileHandle(forWritingTo: $0) }
        defer { for handle in handles { try? handle.close() } }  // the process has descriptors of its own
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        try process.run()
    }

    deinit {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
        for file in files { try? FileManager.default.removeItem(at: file) }
    }

    package var pid: Int32 { process.processIdentifier }
    package var isRunning: Bool { process.isRunning }

    /// What it printed so far, standard output first.
    package var texts: [String] {
        get throws { try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) } }
    }

    /// Sends a signal.
    package func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

    /// Waits until the process has stopped itself with SIGSTOP.
    ///
    /// - Returns: False when it has ended instead.
    package func stops(within limit: Duration = .seconds(120)) async throws -> Bool {
        try await eventually("process \(pid) stops", within: limit) { !process.isRunning || isStopped }
        return process.isRunning
    }

    private var isStopped: Bool {
        // The state is the first word behind the name in parentheses.
        let line = (try? String(contentsOfFile: "/proc/\(pid)/stat", encoding: .utf8)) ?? ""
        return line.split(separator: ")").last?.split(separator: " ").first == "T"
    }

    /// Waits until it has ended; one that does not is killed, and that is an error.
    package func end(within limit: Duration = .seconds(300)) async throws -> Tool.Result {
        do {
            try await eventually("process \(pid) ends", within: limit) { !process.isRunning }
        } catch {
            send(SIGKILL)
            throw error
        }
        let texts = try texts
        return Tool.Result(
            status: process.terminationStatus,
            isKilled: process.terminationReason == .uncaughtSignal,
            output: texts[0],
            errors: texts[1]
        )
    }
}

/// Runs a test with the binary and a fresh folder.
package func withTool<Value>(_ body: (Tool) async throws -> Value) async throws -> Value {
    try await withTemporaryFolder { try await body(Tool(folder: $0)) }
}
