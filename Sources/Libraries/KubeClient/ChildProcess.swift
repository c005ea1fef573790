// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One program run to its end, within a deadline, with its output kept up to a limit.
struct ChildProcess: Sendable {
    enum Outcome: Sendable {
        case ended(status: Int32, output: [UInt8], errors: String)
        case timedOut
        case tooMuchOutput
        case notStarted(String)
    }

    static let maxOutput = 1 << 20
    private static let maxErrors = 4096

    let path: String
    let arguments: [String]
    var environment: [String: String] = [:]
    /// Whether the program gets our standard input and standard error, to talk with the person there.
    var isInteractive = false
    var deadline: Duration = .seconds(60)

    init(path: String, arguments: [String]) {
        self.path = path
        self.arguments = arguments
    }

    /// Runs the program on a thread of its own: waiting for it blocks.
    func run() async -> Outcome {
        await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: runBlocking()) }.start()
        }
    }

    private func runBlocking() -> Outcome {
        let process = Process()
        process.executableURL = URL(filePath: path)
        process.arguments = arguments
        process.environment = environment
        let output = Pipe()
        let errors = Pipe()
        process.standardOutput = output
        if !isInteractive {
            process.standardInput = FileHandle.nullDevice
            process.standardError = errors
        }
        do { try process.run() } catch { return .notStarted("\(error)") }
        // Our own copies of the writing ends are closed by `run`; without standard error nobody else writes there.
        let end = ContinuousClock.now + deadline
        var collected: [UInt8] = []
        var complaints: [UInt8] = []
        var isOpen = [true, !isInteractive]
        let files = [output.fileHandleForReading, errors.fileHandleForReading]
        while isOpen.contains(true) {
            guard ContinuousClock.now < end else { return stop(process, .timedOut) }
            var waits = zip(files, isOpen).map { file, open in
                pollfd(fd: open ? file.fileDescriptor : -1, events: Int16(POLLIN), revents: 0)
            }
            let ready = poll(&waits, nfds_t(waits.count), 100)
            // A grandchild may hold the pipe open after the program itself has ended.
            if ready == 0, !process.isRunning { break }
            for index in waits.indices where waits[index].revents != 0 {
                var piece = [UInt8](repeating: 0, count: 65_536)
                let count = read(files[index].fileDescriptor, &piece, piece.count)
                if count <= 0 {
                    isOpen[index] = false
                } else if index == 0 {
                    collected += piece.prefix(count)
                    guard collected.count <= ChildProcess.maxOutput else { return stop(process, .tooMuchOutput) }
                } else if complaints.count < ChildProcess.maxErrors {
                    complaints += piece.prefix(count)
                }
            }
        }
        while process.isRunning {
            guard ContinuousClock.now < end else { return stop(process, .timedOut) }
            usleep(2000)
        }
        let text = String(decoding: complaints.prefix(ChildProcess.maxErrors), as: UTF8.self)
        return .ended(status: process.terminationStatus, output: collected, errors: text)
    }

    private func stop(_ process: Process, _ outcome: Outcome) -> Outcome {
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return outcome
    }
}
