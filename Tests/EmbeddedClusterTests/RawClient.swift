// SPDX-License-Identifier: Apache-2.0
import EmbeddedCluster
import Foundation
import KubeObjects
import TestKit

/// A program that a test needs did not work.
struct ProgramFailed: Error, CustomStringConvertible {
    let description: String
}

/// What a finished program left.
struct ProgramResult: Sendable {
    let status: Int32
    let output: String
    let errors: String
}

/// Runs programs without blocking the pool.
enum Program {
    /// Runs a program of the search path to its end.
    static func run(_ arguments: [String], input: String = "") async throws -> ProgramResult {
        try await withCheckedThrowingContinuation { continuation in
            // A thread of its own: the pools are too small for waiting.
            Thread.detachNewThread {
                continuation.resume(with: Result { try runBlocking(arguments, input: input) })
            }
        }
    }

    private static func runBlocking(_ arguments: [String], input: String) throws -> ProgramResult {
        let folder = FileManager.default.temporaryDirectory.appending(path: "program-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let files = ["in", "out", "err"].map { folder.appending(path: $0) }
        try Data(input.utf8).write(to: files[0])
        for file in files[1...] { try Data().write(to: file) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = try FileHandle(forReadingFrom: files[0])
        process.standardOutput = try FileHandle(forWritingTo: files[1])
        process.standardError = try FileHandle(forWritingTo: files[2])
        try process.run()
        process.waitUntilExit()
        if process.terminationStatus == 127 {
            let package = arguments[0] == "kubectl" ? "kubernetes-client" : arguments[0]
            throw ProgramFailed(description: "\(arguments[0]) is not installed: apt-get install \(package)")
        }
        return ProgramResult(
            status: process.terminationStatus,
            output: try String(contentsOf: files[1], encoding: .utf8),
            errors: try String(contentsOf: files[2], encoding: .utf8)
        )
    }
}

/// Sends raw requests with curl, as one user.
struct RawClient: Sendable {
    /// One answer.
    struct Answer: Sendable {
        let status: Int
        let json: JSON
        let text: String
        let warnings: [String]

        var reason: String { json["reason"]?.string ?? "" }
        var message: String { json["message"]?.string ?? "" }
    }

    /// With the token in its path.
    let server: String

    init(_ kubeconfig: JSON) {
        server = kubeconfig["clusters"]?.array?.first?["cluster"]?["server"]?.string ?? ""
    }

    init(server: String) { self.server = server }

    /// Sends a request and reads the whole answer.
    func send(
        _ method: String,
        _ path: String,
        _ body: JSON? = nil,
        type: String = "application/json",
        accept: String = "application/json",
        headers: [String] = []
    ) async throws -> Answer {
        var arguments = ["curl", "-sS", "-g", "-i", "-X", method, "--max-time", "20", "-H", "Accept: \(accept)"]
        for header in headers { arguments += ["-H", header] }
        if body != nil { arguments += ["-H", "Content-Type: \(type)", "-H", "Expect:", "--data-binary", "@-"] }
        let result = try await Program.run(arguments + [server + path], input: body?.text ?? "")
        guard result.status == 0 else { throw ProgramFailed(description: "curl \(result.status): \(result.errors)") }
        let parts = result.output.split(separator: "\r\n\r\n", maxSplits: 1).map(String.init)
        let lines = parts[0].split(separator: "\r\n").map(String.init)
        let text = parts.count > 1 ? parts[1] : ""
        return Answer(
            status: lines[0].split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0,
            json: (try? JSONParser.parse(text)) ?? .null,
            text: text,
            warnings: lines.filter { $0.lowercased().hasPrefix("warning: ") }.map { String($0.dropFirst(9)) }
        )
    }

    /// Reads a stream until the server ends it, line by line.
    func lines(_ path: String) async throws -> [JSON] {
        let result = try await Program.run(["curl", "-sS", "-g", "-N", "--max-time", "20", server + path])
        return result.output.split(separator: "\n").compactMap { try? JSONParser.parse(String($0)) }
    }
}

/// Runs `body` against a fresh cluster, which ends with it.
func withCluster<Result>(
    _ options: EmbeddedClusterOptions = .init(),
    _ body: (EmbeddedCluster, RawClient) async throws -> Result
) async throws -> Result {
    let cluster = try await EmbeddedCluster.start(options: options)
    do {
        let result = try await body(cluster, RawClient(cluster.kubeconfig))
        await cluster.stop()
        return result
    } catch {
        await cluster.stop()
        throw error
    }
}

/// Runs kubectl against a cluster.
func kubectl(_ cluster: EmbeddedCluster, _ arguments: String..., input: String = "") async throws -> ProgramResult {
    try await kubectl(cluster, arguments: arguments, input: input)
}

/// Runs kubectl against a cluster.
func kubectl(_ cluster: EmbeddedCluster, arguments: [String], input: String = "") async throws -> ProgramResult {
    try await withTemporaryFolder { folder in
        let file = folder.appending(path: "kubeconfig")
        try Data(cluster.kubeconfig.serialized()).write(to: file)
        let common = ["kubectl", "--kubeconfig", file.path(), "--cache-dir", folder.appending(path: "cache").path()]
        return try await Program.run(common + arguments, input: input)
    }
}

/// A ConfigMap with these data.
func configMap(_ name: String, _ data: JSON = ["key": "value"]) -> JSON {
    ["apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": .string(name)], "data": data]
}

let configMaps = "/api/v1/namespaces/default/configmaps"
