// SPDX-License-Identifier: Apache-2.0
import Foundation
import Waiting

/// One program run to its end, within a deadline, with its output kept up to a limit.
///
/// Not Foundation's `Process`: on Linux that waits until every grandchild has closed what it inherited.
package struct ChildProcess: Sendable {
    /// How the program ended.
    package enum Outcome: Sendable {
        /// `status` is the exit status, or 128 plus the signal that ended the program.
        case ended(status: Int32, output: [UInt8], errors: String)
        case timedOut
        /// The task was cancelled; the program was ended.
        case cancelled
        case tooMuchOutput
        case notStarted(String)
    }

    /// The longest output, in bytes.
    package static let maxOutput = 1 << 20
    private static let maxErrors = 4096

    private let path: String
    private let arguments: [String]
    /// The whole environment of the program; nothing of ours is inherited.
    package var environment: [String: String] = [:]
    /// Whether the program gets our standard input and standard error, to talk with the person there.
    package var isInteractive = false
    package var deadline: Duration = .seconds(60)

    /// A program by its absolute path, with what follows its name.
    package init(path: String, arguments: [String]) {
        self.path = path
        self.arguments = arguments
    }

    /// Runs the program on a thread of its own: waiting for it blocks. It is ended when the task is cancelled.
    package func run() async -> Outcome {
        let stop = StopRequest()
        return await withTaskCancellationHandler {
            do throws(ThreadFailure) {
                return try await onOwnThread(named: "child") { runBlocking(until: stop) }
            } catch {
                return .notStarted(error.description)
            }
        } onCancel: {
            stop.make()
        }
    }

    private func runBlocking(until stop: StopRequest) -> Outcome {
        guard !stop.isMade else { return .cancelled }
        let pipes: ChildPipes
        do throws(SystemFailure) { pipes = try ChildPipes(hasErrors: !isInteractive) } catch {
            return .notStarted(error.description)
        }
        let started = start(output: pipes.output[1], errors: pipes.errors[1])
        pipes.closeWriting()
        defer { pipes.closeReading() }
        switch started {
        case .failure(let failure): return .notStarted(failure.description)
        case .success(let child): return collect(child, from: [pipes.output[0], pipes.errors[0]], until: stop)
        }
    }

    private func start(output: Int32, errors: Int32) -> Result<pid_t, SystemFailure> {
        var program = ProgramStart(path: path, arguments: arguments)
        program.environment = environment
        program.input = isInteractive ? .inherited : .null
        program.output = .descriptor(output)
        program.errors = isInteractive ? .inherited : .descriptor(errors)
        program.leadsGroup = !isInteractive
        var started = program.start()
        // A program that was written a moment ago may still be open in a process that another thread is just starting.
        for _ in 0..<50 where started == .failure(SystemFailure(code: ETXTBSY)) {
            usleep(10_000)
            started = program.start()
        }
        return started
    }

    /// Reads until both pipes are closed or the program has ended, whatever its own children still hold open.
    private func collect(_ child: pid_t, from files: [Int32], until stop: StopRequest) -> Outcome {
        let limit = ContinuousClock.now + deadline
        var output: [UInt8] = []
        var errors: [UInt8] = []
        var open = files
        var status: Int32?
        while true {
            var waits = open.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
            let ready = poll(&waits, nfds_t(waits.count), status == nil ? 20 : 0)
            for index in waits.indices where ready > 0 && waits[index].revents != 0 {
                var piece = [UInt8](repeating: 0, count: 65_536)
                let count = read(open[index], &piece, piece.count)
                if count <= 0 { open[index] = -1 }
                if index == 0 { output += piece.prefix(max(0, count)) }
                if index == 1, errors.count < ChildProcess.maxErrors { errors += piece.prefix(max(0, count)) }
            }
            guard output.count <= ChildProcess.maxOutput else { return end(child, status, .tooMuchOutput) }
            if let status, ready <= 0 || open.allSatisfy({ $0 < 0 }) {
                let text = String(decoding: errors.prefix(ChildProcess.maxErrors), as: UTF8.self)
                return .ended(status: status, output: output, errors: text)
            }
            guard ContinuousClock.now < limit else { return end(child, status, .timedOut) }
            guard !stop.isMade else { return end(child, status, .cancelled) }
            var raw: Int32 = 0
            if status == nil, waitpid(child, &raw, WNOHANG) == child {
                status = ProcessEnding(waitStatus: raw).shellStatus
            }
        }
    }

    /// Ends the program, if it still runs, and its children.
    private func end(_ child: pid_t, _ status: Int32?, _ outcome: Outcome) -> Outcome {
        if !isInteractive { kill(-child, SIGKILL) }
        if status == nil {
            kill(child, SIGKILL)
            _ = ProcessEnding.ofChild(child)
        }
        return outcome
    }
}
