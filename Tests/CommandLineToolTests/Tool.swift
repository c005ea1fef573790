// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import TestKit

/// The real binary, in a folder of its own that is also its home: nothing of the person who runs the tests is read.
struct Tool: Sendable {
    /// How a command ended.
    struct Result: Sendable {
        let status: Int32
        /// Whether a signal ended it.
        let isKilled: Bool
        let output: String
        let errors: String

        /// The output as JSON.
        var json: JSON { get throws { try JSONParser.parse(Array(output.utf8)) } }
    }

    let folder: URL

    /// The command with these arguments, not started yet.
    func process(_ arguments: [String], environment: [String: String] = [:]) throws -> Process {
        let process = Process()
        process.executableURL = URL(filePath: try TestProducts.path(of: "sternpost"))
        process.arguments = arguments
        process.currentDirectoryURL = folder
        process.environment = [
            "HOME": folder.path, "PATH": ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin",
        ].merging(environment) { $1 }
        process.standardInput = FileHandle.nullDevice
        return process
    }

    /// Runs a command to its end.
    func run(_ arguments: String..., environment: [String: String] = [:]) async throws -> Result {
        let process = try process(arguments, environment: environment)
        return try await Tool.finish(process, folder: folder)
    }

    /// Starts a process with its output in files, so that no pipe can fill up, and waits for its end.
    static func finish(_ process: Process, folder: URL) async throws -> Result {
        let files = try ["out", "err"].map { name in
            let file = folder.appending(path: "\(UUID().uuidString).\(name)")
            try Data().write(to: file)
            return file
        }
        let handles = try files.map { try FileHandle(forWritingTo: $0) }
        defer {
            for handle in handles { try? handle.close() }
            for file in files { try? FileManager.default.removeItem(at: file) }
        }
        process.standardOutput = handles[0]
        process.standardError = handles[1]
        try await end(of: process)
        let texts = try files.map { String(decoding: try Data(contentsOf: $0), as: UTF8.self) }
        return Result(
            status: process.terminationStatus,
            isKilled: process.terminationReason == .uncaughtSignal,
            output: texts[0],
            errors: texts[1]
        )
    }

    /// Starts a process and waits until it has ended.
    static func end(of process: Process) async throws {
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            process.terminationHandler = { _ in continuation.resume() }
            do {
                try process.run()
            } catch {
                process.terminationHandler = nil
                continuation.resume(throwing: error)
            }
        }
    }
}

/// Runs a test with the binary and a fresh folder.
func withTool<Value>(_ body: (Tool) async throws -> Value) async throws -> Value {
    try await withTemporaryFolder { try await body(Tool(folder: $0)) }
}

/// The repository that these tests belong to.
enum Checkout {
    static let folder = URL(filePath: #filePath).resolvingSymlinksInPath()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    /// Path and text of every file below a folder, ascending by the bytes of the path.
    static func files(below name: String) throws -> [(path: String, text: String)] {
        let root = folder.appending(path: name)
        return try FileManager.default.subpathsOfDirectory(atPath: root.path)
            .filter { !isFolder(root.appending(path: $0)) }
            .sorted { Array($0.utf8).lexicographicallyPrecedes(Array($1.utf8)) }
            .map { ($0, String(decoding: try Data(contentsOf: root.appending(path: $0)), as: UTF8.self)) }
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }
}
