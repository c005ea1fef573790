// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit
import Testing

/// `sternpost … | head` must not crash.
@Suite(.timeLimit(.minutes(2)))
struct ClosedPipeTests {
    /// A handle for writing whose reader is gone.
    private func closedPipe() throws -> FileHandle {
        let pipe = Pipe()
        try pipe.fileHandleForReading.close()
        return pipe.fileHandleForWriting
    }

    @Test(arguments: [["install"], ["--help"], ["--version"]])
    func `output that nobody reads any more ends it quietly`(arguments: [String]) async throws {
        try await withTool { tool in
            let errors = tool.folder.appending(path: "errors")
            try Data().write(to: errors)
            let process = try tool.process(arguments)
            process.standardOutput = try closedPipe()
            process.standardError = try FileHandle(forWritingTo: errors)
            try await Tool.end(of: process)
            #expect(process.terminationReason == .exit)
            #expect([0, 128 + SIGPIPE].contains(process.terminationStatus))
            #expect(try Data(contentsOf: errors).isEmpty)
        }
    }

    @Test(arguments: [["install"], ["--help"], ["--version"]])
    func `output that cannot be written is told, and is status 2`(arguments: [String]) async throws {
        try await withTool { tool in
            let errors = tool.folder.appending(path: "errors")
            try Data().write(to: errors)
            let process = try tool.process(arguments)
            process.standardOutput = try FileHandle(forWritingTo: URL(filePath: "/dev/full"))
            process.standardError = try FileHandle(forWritingTo: errors)
            try await Tool.end(of: process)
            #expect(process.terminationStatus == 2)
            let told = try String(contentsOf: errors, encoding: .utf8)
            #expect(told == "error: standard output cannot be written: No space left on device\n")
        }
    }

    @Test func `errors that nobody reads change no exit status`() async throws {
        try await withTool { tool in
            let process = try tool.process(["history"])
            process.standardOutput = FileHandle.nullDevice
            process.standardError = try closedPipe()
            try await Tool.end(of: process)
            #expect(process.terminationReason == .exit)
            #expect(process.terminationStatus == 2)
        }
    }
}
