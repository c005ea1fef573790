// SPDX-License-Identifier: Apache-2.0
import Foundation

/// One program run to its end, within a deadline, with its output kept up to a limit.
///
/// Not Foundation's `Process`: on Linux that waits until every grandchild has closed what it inherited.
package struct ChildProcess: Sendable {
    /// How the program ended.
    package enum Outcome: Sendable {
        /// `status` is the exit status, or 128 plus the signal that ended the program.
        case ended(status: Int32, output: [UInt8], errors: String)
        case timedOut
        case tooMuchOutput
        case notStarted(String)
    }

    static let maxOutput = 1 << 20
    private static let maxErrors = 4096

    private let path: String
    private let arguments: [String]
    /// The whole environment of the program; nothing of ours is inherited.
    package var environment: [String: String] = [:]
    /// Whether the program gets our standard input and standard error, to talk with the person there.
    var isInteractive = false
    package var deadline: Duration = .seconds(60)

    /// A program by its absolute path, with what follows its name.
    package init(path: String, arguments: [String]) {
        self.path = path
        self.arguments = arguments
    }

    /// Runs the program on a thread of its own: waiting for it blocks.
    package func run() async -> Outcome {
        await withCheckedContinuation { continuation in
            Thread { continuation.resume(returning: runBlocking()) }.start()
        }
    }

    private func runBlocking() -> Outcome {
        var output: [Int32] = [-1, -1]
        var errors: [Int32] = [-1, -1]
        guard pipe(&output) == 0, isInteractive || pipe(&errors) == 0 else {
            return .notStarted(String(cString: strerror(errno)))
        }
        let started = spawn(output: output[1], errors: errors[1])
        close(output[1])
        close(errors[1])
        defer {
            close(output[0])
            close(errors[0])
        }
        switch started {
        case .failure(let failure): return .notStarted(String(cString: strerror(failure.code)))
        case .success(let child): return collect(child, from: [output[0], errors[0]])
        }
    }

    private struct SpawnFailure: Error {
        let code: Int32
    }

    /// Starts the program with no open files of ours but those that it is given.
    private func spawn(output: Int32, errors: Int32) -> Result<pid_t, SpawnFailure> {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO)
        if !isInteractive {
            posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
            posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO)
        }
        for file in ChildProcess.openFiles() { posix_spawn_file_actions_addclose(&actions, file) }
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        // A group of its own, so that its children can be ended with it; a terminal only serves the group in front.
        let group = isInteractive ? 0 : POSIX_SPAWN_SETPGROUP
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group))
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for pointer in words + variables { free(pointer) } }
        var child: pid_t = 0
        var code = posix_spawn(&child, path, &actions, &attributes, &words, &variables)
        // A program that was written a moment ago may still be open in a process that another thread is just starting.
        for _ in 0..<50 where code == ETXTBSY {
            usleep(10_000)
            code = posix_spawn(&child, path, &actions, &attributes, &words, &variables)
        }
        return code == 0 ? .success(child) : .failure(SpawnFailure(code: code))
    }

    /// What this process has open beyond the three standard files. Closing one that is gone by then does no harm.
    private static func openFiles() -> [Int32] {
        let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        return names.compactMap { Int32($0) }.filter { $0 > STDERR_FILENO }
    }

    /// Reads until both pipes are closed or the program has ended, whatever its own children still hold open.
    private func collect(_ child: pid_t, from files: [Int32]) -> Outcome {
        let end = ContinuousClock.now + deadline
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
            guard output.count <= ChildProcess.maxOutput else { return stop(child, status, .tooMuchOutput) }
            if let status, ready <= 0 || open.allSatisfy({ $0 < 0 }) {
                let text = String(decoding: errors.prefix(ChildProcess.maxErrors), as: UTF8.self)
                return .ended(status: status, output: output, errors: text)
            }
            guard ContinuousClock.now < end else { return stop(child, status, .timedOut) }
            var raw: Int32 = 0
            if status == nil, waitpid(child, &raw, WNOHANG) == child {
                status = raw & 0x7F == 0 ? raw >> 8 & 0xFF : 128 + raw & 0x7F
            }
        }
    }

    /// Ends the program, if it still runs, and its children.
    private func stop(_ child: pid_t, _ status: Int32?, _ outcome: Outcome) -> Outcome {
        if !isInteractive { kill(-child, SIGKILL) }
        if status == nil {
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
        return outcome
    }
}
