// SPDX-License-Identifier: Apache-2.0
import CSpawn
import Foundation

/// A program that is to be started as a child: it gets three standard files, its arguments and its environment, and
/// inherits nothing else: no open file and no blocked or ignored signal.
package struct ProgramStart: Sendable {
    /// One of the program's standard files.
    package enum File: Sendable, Hashable {
        /// The one of this process.
        case inherited
        /// Nothing to read.
        case null
        /// One that we have opened for it; it stays open here.
        case descriptor(Int32)
    }

    private let path: String
    private let arguments: [String]
    /// The whole environment of the program; nothing of ours is inherited.
    package var environment: [String: String] = [:]
    /// Its standard input.
    package var input = File.null
    /// Its standard output.
    package var output = File.inherited
    /// Its standard error.
    package var errors = File.inherited
    /// Whether the program gets a group of its own, so that its children can be ended with it. A terminal serves only the
    /// group in front.
    package var leadsGroup = true

    /// A program by its absolute path, with what follows its name.
    package init(path: String, arguments: [String]) {
        self.path = path
        self.arguments = arguments
    }

    /// Starts the program.
    ///
    /// - Returns: Its process id, to be waited for exactly once; or why it cannot be started.
    package func start() -> Result<pid_t, SystemFailure> {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        for (file, number) in [(input, STDIN_FILENO), (output, STDOUT_FILENO), (errors, STDERR_FILENO)] {
            switch file {
            case .inherited: break
            case .null: posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_RDONLY, 0)
            case .descriptor(let descriptor): posix_spawn_file_actions_adddup2(&actions, descriptor, number)
            }
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1)
        var signals = sigset_t()
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setpgroup(&attributes, 0)
        let group = leadsGroup ? POSIX_SPAWN_SETPGROUP : 0
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | group))
        let words = CStrings([path] + arguments)
        let variables = CStrings(environment.map { "\($0.key)=\($0.value)" })
        var child: pid_t = 0
        let code = withExtendedLifetime((words, variables)) {
            posix_spawn(&child, path, &actions, &attributes, words.pointers, variables.pointers)
        }
        return code == 0 ? .success(child) : .failure(SystemFailure(code: code))
    }
}
