// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A program that was started.
///
/// Not Foundation's `Process`: that one hands down the blocked signals of the thread it is started from, so that the
/// program cannot be ended by SIGTERM, and does not tell what the program took.
package struct ChildProcess: Sendable {
    package let identifier: pid_t

    /// Starts a program, looked up in PATH when it has no slash; `log` takes its standard output and standard error.
    package init(_ command: [String], log: URL) throws(BenchmarkError) {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, log.path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var nothing = sigset_t()
        sigemptyset(&nothing)
        posix_spawnattr_setsigmask(&attributes, &nothing)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments: [UnsafeMutablePointer<CChar>?] = command.map { strdup($0) } + [nil]
        defer { for argument in arguments { free(argument) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, command[0], &actions, &attributes, &arguments, environ)
        guard code == 0 else { throw BenchmarkError("\(command[0]): \(String(cString: strerror(code)))") }
        identifier = child
    }

    /// Whether it has not ended yet.
    package var isRunning: Bool {
        var information = siginfo_t()
        return waitid(P_PID, id_t(identifier), &information, WEXITED | WNOHANG | WNOWAIT) == 0
            && information.si_signo == 0
    }

    /// Ends it by SIGTERM and waits for its end.
    package func end() {
        kill(identifier, SIGTERM)
        var status: Int32 = 0
        while waitpid(identifier, &status, 0) < 0, errno == EINTR {}
    }
}
