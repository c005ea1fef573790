// SPDX-License-Identifier: Apache-2.0
import Foundation
import Processes

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
        let child = try start(path, arguments, environment, files)
        var status: Int32 = 0
        while waitpid(child, &status, 0) < 0, errno == EINTR {}
        let signal = status & 0x7F
        return ProgramResult(
            status: signal == 0 ? (status >> 8) & 0xFF : 128 + signal,
            bytes: Array(try Data(contentsOf: files[1])),
            errors: String(decoding: try Data(contentsOf: files[2]), as: UTF8.self)
        )
    }

    /// Starts a program with the files as its standard input, output and error, and with no other descriptor: a socket of a
    /// server of this process would stay open in the program after the server has closed it.
    private static func start(
        _ path: String,
        _ arguments: [String],
        _ environment: [String: String],
        _ files: [URL]
    ) throws -> pid_t {
        let input = try FileHandle(forReadingFrom: files[0])
        let outputs = try files.dropFirst().map { file in
            guard FileManager.default.createFile(atPath: file.path(percentEncoded: false), contents: nil) else {
                throw CocoaError(.fileWriteUnknown)
            }
            return try FileHandle(forWritingTo: file)
        }
        var program = ProgramStart(path: path, arguments: arguments)
        program.environment = environment
        program.input = .descriptor(input.fileDescriptor)
        program.output = .descriptor(outputs[0].fileDescriptor)
        program.errors = .descriptor(outputs[1].fileDescriptor)
        program.leadsGroup = false
        defer { for file in [input] + outputs { try? file.close() } }
        switch program.start() {
        case .success(let child): return child
        case .failure(let problem): throw MissingProgram(description: "\(path): \(problem)")
        }
    }
}
