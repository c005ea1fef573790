// SPDX-License-Identifier: Apache-2.0
import CommandLineTool
import Foundation
import PlainText
import Processes
import SyncLoop

/// The demo's git repository: a bare one that the operator polls, and a working copy that pushes to it, as a person would.
struct DemoRepository: Sendable {
    /// The bare repository, ending in `.git`.
    let remote: String
    /// The working copy.
    let workingCopy: String

    /// Makes both out of the example project and pushes the first commit.
    static func create(in folder: String) async throws -> DemoRepository {
        let repository = DemoRepository(remote: "\(folder)/posts.git", workingCopy: "\(folder)/posts")
        let bare = ["init", "--quiet", "--bare", "--initial-branch=main", repository.remote]
        try await repository.git(bare, in: folder)
        try await repository.git(["clone", "--quiet", repository.remote, repository.workingCopy], in: folder)
        try await repository.git(["symbolic-ref", "HEAD", "refs/heads/main"])
        for file in ExampleRepository.files { try repository.write(file.path, file.text) }
        try await repository.push("Add the posts project")
        return repository
    }

    /// The text of a file of the working copy.
    func read(_ path: String) throws -> String {
        try String(contentsOfFile: "\(workingCopy)/\(path)", encoding: .utf8)
    }

    /// Writes a file of the working copy.
    func write(_ path: String, _ text: String) throws {
        let file = URL(filePath: "\(workingCopy)/\(path)")
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try text.write(to: file, atomically: true, encoding: .utf8)
    }

    /// Removes a file of the working copy.
    func remove(_ path: String) throws { try FileManager.default.removeItem(atPath: "\(workingCopy)/\(path)") }

    /// Commits everything and pushes.
    func push(_ message: String) async throws {
        try await git(["add", "--all"])
        try await git([
            "-c", "user.name=Demo Person", "-c", "user.email=demo@example.com", "-c", "commit.gpgsign=false", "commit",
            "--quiet", "-m", message,
        ])
        try await git(["push", "--quiet", "origin", "HEAD:main"])
    }

    private func git(_ arguments: [String], in folder: String? = nil) async throws {
        let command = ["git", "-C", folder ?? workingCopy] + arguments
        var program = ChildProcess(path: "/usr/bin/env", arguments: command)
        program.environment = ProcessInfo.processInfo.environment
        let problem: String
        switch await program.run() {
        case .ended(0, _, _): return
        case .ended(_, _, let errors): problem = errors.trimmingCharacters(in: .whitespacesAndNewlines)
        case .timedOut: problem = "it did not end within \(DurationText.describe(program.deadline))"
        case .cancelled: throw CancellationError()
        case .tooMuchOutput: problem = "it printed without end"
        case .notStarted(let reason): problem = reason
        }
        throw CommandFailure("git \(arguments.first ?? "") failed: \(problem); is git installed?", status: 1)
    }
}
