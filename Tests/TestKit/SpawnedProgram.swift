// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Runs a short program with its input and output in files.
///
/// Not Foundation's `Process`: with many open files it crashes now and then, because it copies each entry of `/dev/fd` as a
/// whole `dirent`, beyond the end of what `readdir` gave it. Tests that start hundreds of programs meet that.
enum SpawnedProgram {
    /// Runs a program to its end.
    ///
    /// - Returns: How it ended and what it printed.
    /// - Throws: ``MissingProgram`` when it cannot be started.
    static func run(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        input: [UInt8]
    ) throws -> ProgramResult {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spawned-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["input", "output", "errors"].map { folder.appending(path: $0) }
        try Data(input).write(to: files[0])
        let child = try start([path] + arguments, environment, files.map { $0.path(percentEncoded: false) })
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return ProgramResult(
            status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal,
            bytes: Array(try Data(contentsOf: files[1])),
            errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
        )
    }

    /// Starts a program with the files as its standard input, output and error, and with no other descriptor.
    private static func start(_ words: [String], _ environment: [String: String], _ files: [String]) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        var attributes = posix_spawnattr_t()
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        // A socket of a server of this process would stay open in the program after the server has closed it.
        let inherited = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")) ?? []
        // Closing what is not open any more is no error here.
        for descriptor in inherited.compactMap({ Int32($0) }) where descriptor > 2 {
            posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        posix_spawn_file_actions_addopen(&actions, 0, files[0], O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, files[1], O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        posix_spawn_file_actions_addopen(&actions, 2, files[2], O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        // Dispatch's threads block all signals, and the program would inherit that and not hear SIGTERM.
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var pointers = words.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in pointers + variables { free(text) } }
        var child: pid_t = 0
        let failure = posix_spawn(&child, words[0], &actions, &attributes, &pointers, &variables)
        guard failure == 0 else {
            throw MissingProgram(description: "\(words[0]): \(String(cString: strerror(failure)))")
        }
        return child
    }
}
