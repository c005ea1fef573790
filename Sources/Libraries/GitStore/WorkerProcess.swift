// SPDX-License-Identifier: Apache-2.0
import CLibGit2
import Foundation
import PlainText
import Processes
import Synchronization

/// One child process of our own binary: started, given its request, and killed with its whole group at the deadline.
///
/// libgit2 1.5 and libssh2 wait on the network without any limit; a process can be killed, a thread cannot.
final class WorkerProcess: Sendable {
    private enum Life {
        case waiting
        case running(pid_t)
        case ended
    }

    private let life = Mutex<Life>(.waiting)
    private let isCancelled = Mutex(false)

    /// Starts `executable` with the argument `git-worker` and returns what it writes to its standard output.
    ///
    /// Blocks; runs on a ``BlockingThread``, which must outlive the child (the kernel ties the child to it).
    ///
    /// - Parameters:
    ///   - executable: The path of our own binary.
    ///   - request: All of the child's standard input.
    ///   - home: The child's `HOME`.
    ///   - deadline: The longest time from start to end.
    /// - Returns: The whole standard output, not empty.
    /// - Throws: ``GitError`` with reason `timeout`, `cancelled` or `worker`.
    func run(executable: String, request: [UInt8], home: String, deadline: Duration) throws(GitError) -> [UInt8] {
        var talk: [Int32] = [-1, -1], complaints: [Int32] = [-1, -1]
        let stream = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard socketpair(AF_UNIX, stream, 0, &talk) == 0 else { throw WorkerProcess.failure("socketpair", errno) }
        defer { close(talk[0]) }
        guard socketpair(AF_UNIX, stream, 0, &complaints) == 0 else {
            close(talk[1])
            throw WorkerProcess.failure("socketpair", errno)
        }
        defer { close(complaints[0]) }
        let child: pid_t
        do {
            defer {
                close(talk[1])
                close(complaints[1])
            }
            child = try start(executable, home: home, talk: talk[1], complaints: complaints[1])
        }
        var conversation = Conversation(socket: talk[0], complaints: complaints[0], request: request)
        let ending = conversation.run(until: ContinuousClock.now.advanced(by: deadline))
        let childEnding = end(child)
        if isCancelled.withLock({ $0 }) { throw GitError(.cancelled, "git work was cancelled") }
        switch ending {
        case .late:
            throw GitError(.timeout, "no answer within \(deadline.components.seconds) s; the git process was killed")
        case .tooLong:
            throw GitError(.worker, "git process: \(executable) answers without end; is it this program's own binary?")
        case .finished where conversation.answer.isEmpty:
            throw GitError(.worker, WorkerProcess.epitaph(executable, childEnding, said: conversation.said))
        case .finished: return conversation.answer
        }
    }

    /// Kills the child, now or as soon as it starts. May be called from any thread, also after the end.
    func cancel() {
        isCancelled.withLock { $0 = true }
        life.withLock { if case .running(let pid) = $0 { kill(-pid, SIGKILL) } }
    }

    private func start(_ executable: String, home: String, talk: Int32, complaints: Int32) throws(GitError) -> pid_t {
        var program = ProgramStart(path: executable, arguments: [GitWorker.command])
        program.environment = WorkerProcess.environment(home: home)
        program.input = .descriptor(talk)
        program.output = .descriptor(talk)
        program.errors = .descriptor(complaints)
        // Under the lock: a cancellation finds either nothing started or a process that it can kill.
        let started = life.withLock { life -> Result<pid_t, SystemFailure>? in
            guard !isCancelled.withLock({ $0 }) else { return nil }
            let started = program.start()
            if case .success(let pid) = started { life = .running(pid) }
            return started
        }
        switch started {
        case .success(let pid)?: return pid
        case .failure(let failure)?: throw WorkerProcess.failure("cannot start \(executable)", failure.code)
        case nil: throw GitError(.cancelled, "git work was cancelled")
        }
    }

    /// Kills what is left of the group and reaps the child; tells how it ended.
    private func end(_ child: pid_t) -> ProcessEnding {
        life.withLock { life in
            kill(-child, SIGKILL)
            life = .ended
        }
        return .ofChild(child)
    }

    private static let proxies = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"]

    /// Whether the environment of this process names a proxy.
    static var hasProxy: Bool {
        let own = ProcessInfo.processInfo.environment
        return proxies.contains { own[$0]?.isEmpty == false }
    }

    /// Only what a proxy needs is handed on: no credentials, no library paths, no configuration of git.
    private static func environment(home: String) -> [String: String] {
        let inherited = Set(proxies + ["no_proxy", "NO_PROXY", "TZ"])
        let handedOn = ProcessInfo.processInfo.environment.filter { inherited.contains($0.key) }
        return handedOn.merging(["HOME": home, "LANG": "C"]) { $1 }
    }

    private static func failure(_ what: String, _ number: Int32) -> GitError {
        GitError(.worker, "git process: \(what): \(String(cString: strerror(number)))")
    }

    private static func epitaph(_ executable: String, _ ending: ProcessEnding, said: [UInt8]) -> String {
        let end =
            switch ending {
            case .status(let status): "status \(status)"
            case .signal(let signal): "signal \(signal)"
            }
        let words = OneLine.text(String(decoding: said, as: UTF8.self))
        return "git process: \(executable) \(GitWorker.command) ended with \(end) and no answer"
            + (words.isEmpty ? "; is it this program's own binary?" : ": \(words)")
    }
}
