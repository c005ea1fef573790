// SPDX-License-Identifier: Apache-2.0
import Foundation

/// The demo's git repository: a bare one that the operator polls, and a working copy that pushes to it, as a person would.
struct DemoRepository: Sendable {
    /// The bare repository, ending in `.git`.
    let remote: String
    /// The working copy.
    let workingCopy: String

    /// Makes both out of the example project and pushes the first commit.
    static func create(in folder: String) throws -> DemoRepository {
        let repository = DemoRepository(remote: "\(folder)/posts.git", workingCopy: "\(folder)/posts")
        try repository.git(["init", "--quiet", "--bare", "--initial-branch=main", repository.remote], in: folder)
        try repository.git(["clone", "--quiet", repository.remote, repository.workingCopy], in: folder)
        try repository.git(["symbolic-ref", "HEAD", "refs/heads/main"])
        for file in ExampleRepository.files { try repository.write(file.path, file.text) }
        try repository.push("Add the posts project")
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
    func push(_ message: String) throws {
        try git(["add", "--all"])
        try git([
            "-c", "user.name=Demo Person", "-c", "user.email=demo@example.com", "-c", "commit.gpgsign=false", "commit",
            "--quiet", "-m", message,
        ])
        try git(["push", "--quiet", "origin", "HEAD:main"])
    }

    private func git(_ arguments: [String], in folder: String? = nil) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = ["git"] + arguments
        process.currentDirectoryURL = URL(filePath: folder ?? workingCopy)
        let errors = Pipe()
        process.standardError = errors
        process.standardOutput = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = errors.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw CommandFailure(
                "git \(arguments.first ?? "") failed: \(String(decoding: text, as: UTF8.self)); is git installed?",
                status: 1
            )
        }
    }
}
