// SPDX-License-Identifier: Apache-2.0
import Foundation

/// Runs a short program with its input and output in files.
///
/// Not Foundation's `Process`: with many open files it crashes now and then, because it copies each entry of `/dev/fd` as a
/// whole `dirent`, beyond the end of what `readdir` gave it. Tests that start hundreds of programs meet that.
enum SpawnedProgram {
    /// Runs a program to its end.
    ///
    /// - Returns: Its exit status, or 128 plus the signal that ended it, and all that it said on both outputs.
    /// - Throws: ``MissingProgram`` when it cannot be started.
    static func run(
        _ path: String,
        _ arguments: [String],
        environment: [String: String],
        input: [UInt8]
    ) throws -> (status: Int32, output: [UInt8]) {
        let folder = FileManager.default.temporaryDirectory.appending(path: "spawned-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let inputFile = folder.appending(path: "input")
        let outputFile = folder.appending(path: "output")
        try Data(input).write(to: inputFile)
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, inputFile.path(percentEncoded: false), O_RDONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions,
            1,
            outputFile.path(percentEncoded: false),
            O_WRONLY | O_CREAT | O_TRUNC,
            0o600
        )
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        var words = ([path] + arguments).map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in words + variables { free(text) } }
        var child: pid_t = 0
        let failure = posix_spawn(&child, path, &actions, nil, &words, &variables)
        guard failure == 0 else { throw MissingProgram(description: "\(path): \(String(cString: strerror(failure)))") }
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        let output = Array(try Data(contentsOf: outputFile))
        return (signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output)
    }
}
