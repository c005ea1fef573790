// SPDX-License-Identifier: Apache-2.0
import CLibGit2
import Foundation
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
        let status = end(child)
        if isCancelled.withLock({ $0 }) { throw GitError(.cancelled, "git work was cancelled") }
        switch ending {
        case .late:
            throw GitError(.timeout, "no answer within \(deadline.components.seconds) s; the git process was killed")
        case .tooLong:
            throw GitError(.worker, "git process: \(executable) answers without end; is it this program's own binary?")
        case .finished where conversation.answer.isEmpty:
            throw GitError(.worker, WorkerProcess.epitaph(executable, status: status, said: conversation.said))
        case .finished: return conversation.answer
        }
    }

    /// Kills the child, now or as soon as it starts. May be called from any thread, also after the end.
    func cancel() {
        isCancelled.withLock { $0 = true }
        life.withLock { if case .running(let pid) = $0 { kill(-pid, SIGKILL) } }
    }

    private func start(_ executable: String, home: String, talk: Int32, complaints: Int32) throws(GitError) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawn_file_actions_adddup2(&actions, talk, 0)
        posix_spawn_file_actions_adddup2(&actions, talk, 1)
        posix_spawn_file_actions_adddup2(&actions, complaints, 2)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK
        posix_spawnattr_setflags(&attributes, Int16(flags))

        let arguments = CStrings([executable, GitWorker.command])
        let environment = CStrings(WorkerProcess.environment(home: home))
        var pid: pid_t = 0
        // Under the lock: a cancellation finds either nothing started or a process that it can kill.
        let problem: Int32 = life.withLock { life in
            guard !isCancelled.withLock({ $0 }) else { return ECANCELED }
            let problem = posix_spawn(&pid, executable, &actions, &attributes, arguments.pointers, environment.pointers)
            if problem == 0 { life = .running(pid) }
            return problem
        }
        if problem == ECANCELED { throw GitError(.cancelled, "git work was cancelled") }
        guard problem == 0 else { throw WorkerProcess.failure("cannot start \(executable)", problem) }
        return pid
    }

    /// Kills what is left of the group and reaps the child; returns its wait status.
    private func end(_ child: pid_t) -> Int32 {
        life.withLock { life in
            kill(-child, SIGKILL)
            life = .ended
        }
        var status: Int32 = 0
        while waitpid(child, &status, 0) == -1, errno == EINTR {}
        return status
    }

    private static let proxies = ["https_proxy", "HTTPS_PROXY", "http_proxy", "HTTP_PROXY"]

    /// Whether the environment of this process names a proxy.
    static var hasProxy: Bool {
        let own = ProcessInfo.processInfo.environment
        return proxies.contains { own[$0]?.isEmpty == false }
    }

    /// Only what a proxy needs is handed on: no credentials, no library paths, no configuration of git.
    private static func environment(home: String) -> [String] {
        let inherited = proxies + ["no_proxy", "NO_PROXY", "TZ"]
        let own = ProcessInfo.processInfo.environment
        return ["HOME=\(home)", "LANG=C"] + inherited.compactMap { name in own[name].map { "\(name)=\($0)" } }
    }

    private static func failure(_ what: String, _ number: Int32) -> GitError {
        GitError(.worker, "git process: \(what): \(String(cString: strerror(number)))")
    }

    private static func epitaph(_ executable: String, status: Int32, said: [UInt8]) -> String {
        let signal = status & 0x7f
        let end = signal == 0 ? "status \((status >> 8) & 0xff)" : "signal \(signal)"
        let words = OneLine.text(String(decoding: said, as: UTF8.self))
        return "git process: \(executable) \(GitWorker.command) ended with \(end) and no answer"
            + (words.isEmpty ? "; is it this program's own binary?" : ": \(words)")
    }
}
