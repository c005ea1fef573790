// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit

/// What running our own program to its end came to, with the most memory that it held.
struct MeasuredProcess {
    let status: Int32
    let errors: String
    /// The largest resident size, in bytes.
    let peakBytes: Int

    /// Runs `sternpost` with these arguments and waits for it, on a thread of its own.
    static func run(_ arguments: [String], in folder: URL) async throws -> MeasuredProcess {
        let program = try TestProducts.path(of: "sternpost")
        let log = folder.appending(path: "errors-\(UUID().uuidString)")
        return try await withCheckedThrowingContinuation { continuation in
            Thread {
                continuation.resume(with: Result { try MeasuredProcess(program, arguments, log: log) })
            }.start()
        }
    }

    private init(_ program: String, _ arguments: [String], log: URL) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 2, log.path(percentEncoded: false), O_WRONLY | O_CREAT, 0o600)
        var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
        defer { for word in words { free(word) } }
        var child: pid_t = 0
        let problem = posix_spawn(&child, program, &actions, nil, &words, environ)
        guard problem == 0 else { throw POSIXError(.init(rawValue: problem) ?? .EIO) }
        var code: Int32 = 0
        var usage = rusage()
        while wait4(child, &code, 0, &usage) < 0, errno == EINTR {}
        // A process that a signal ended has the signal's number with the sign turned.
        status = code & 0x7F == 0 ? (code >> 8) & 0xFF : -(code & 0x7F)
        peakBytes = usage.ru_maxrss << 10
        errors = try String(contentsOf: log, encoding: .utf8)
    }
}
