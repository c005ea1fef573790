// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A bare repository on disk, written with the real `git` command.
package struct GitFolder: Sendable {
    /// One entry of a hand-made tree: any mode and any name, also ones that git itself would never write.
    package struct Entry: Sendable {
        package let mode: String
        package let name: [UInt8]
        package let id: String

        package init(_ mode: String, _ name: String, _ id: String) {
            self.init(mode, bytes: Array(name.utf8), id)
        }

        package init(_ mode: String, bytes name: [UInt8], _ id: String) {
            self.mode = mode
            self.name = name
            self.id = id
        }
    }

    /// The folder, ending in `.git`.
    package let path: String

    /// Makes an empty repository whose branch is `main`.
    package init(at folder: URL) throws {
        path = folder.path(percentEncoded: false)
        _ = try GitFolder.git(["init", "--quiet", "--bare", "--initial-branch=main", path])
    }

    /// Writes one commit on a branch: the files of its parent with these changes.
    ///
    /// - Parameters:
    ///   - changes: Content by path; nil removes a file or folder.
    ///   - branch: Is made when it does not exist.
    ///   - parent: Another parent than the branch's tip, which is then moved there by force.
    ///   - message: The commit's message.
    ///   - author: `Name <email>`.
    /// - Returns: The commit's id.
    /// - Throws: ``MissingProgram`` with what git said.
    @discardableResult
    package func commit(
        _ changes: [String: String?],
        branch: String = "main",
        parent: String? = nil,
        message: String = "change",
        author: String = "Ada Example <ada@example.com>"
    ) throws -> String {
        let old = try tip(of: branch)
        var stream = "commit refs/heads/\(branch)\nauthor \(author) 1700000000 +0000\n"
        stream += "committer \(author) 1700000000 +0000\ndata \(message.utf8.count)\n\(message)\n"
        if let parent = parent ?? old { stream += "from \(parent)\n" }
        for (path, content) in changes.sorted(by: { $0.key < $1.key }) {
            if let content {
                stream += "M 100644 inline \(path)\ndata \(content.utf8.count)\n\(content)\n"
            } else {
                stream += "D \(path)\n"
            }
        }
        _ = try git(["fast-import", "--quiet", "--force"], input: Array(stream.utf8))
        guard let new = try tip(of: branch) else { throw MissingProgram(description: "git fast-import made no commit") }
        return new
    }

    /// Writes one commit with a hand-made root tree and moves the branch there.
    @discardableResult
    package func commit(tree: String, branch: String = "main") throws -> String {
        let id = try git(["commit-tree", "-m", "tree", tree])
        try move(branch: branch, to: id)
        return id
    }

    /// Stores a tree exactly as given.
    package func tree(_ entries: [Entry]) throws -> String {
        try git(["hash-object", "-t", "tree", "--literally", "-w", "--stdin"], input: PackBuilder.tree(entries))
    }

    /// Stores a file's content.
    package func blob(_ content: String) throws -> String {
        try git(["hash-object", "-w", "--stdin"], input: Array(content.utf8))
    }

    /// Moves a branch by force.
    package func move(branch: String, to commit: String) throws {
        _ = try git(["update-ref", "refs/heads/\(branch)", commit])
    }

    /// Deletes a branch.
    package func delete(branch: String) throws {
        _ = try git(["update-ref", "-d", "refs/heads/\(branch)"])
    }

    /// Makes or moves a tag.
    package func tag(_ name: String, at commit: String, isAnnotated: Bool = false) throws {
        let arguments = isAnnotated ? ["-a", "-m", name] : []
        _ = try git(["tag", "--force"] + arguments + [name, commit])
    }

    /// The commit of a branch, nil when there is no such branch.
    package func tip(of branch: String) throws -> String? {
        let id = try git(["for-each-ref", "--format=%(objectname)", "refs/heads/\(branch)"])
        return id.isEmpty ? nil : id
    }

    /// Runs `git` in this repository.
    ///
    /// - Returns: Its standard output without the last line break.
    package func git(_ arguments: [String], input: [UInt8] = []) throws -> String {
        try GitFolder.git(["--git-dir", path] + arguments, input: input)
    }

    /// Runs git outside of any repository and gives what it prints.
    package static func git(_ arguments: [String], input: [UInt8] = []) throws -> String {
        let result = try runProgram(
            "git",
            arguments,
            package: "git",
            environment: [
                "PATH": "/usr/bin:/bin", "LANG": "C", "HOME": "/nonexistent", "GIT_CONFIG_NOSYSTEM": "1",
                "GIT_AUTHOR_NAME": "Ada Example", "GIT_AUTHOR_EMAIL": "ada@example.com",
                "GIT_COMMITTER_NAME": "Ada Example", "GIT_COMMITTER_EMAIL": "ada@example.com",
            ],
            input: input
        )
        guard result.status == 0 else {
            let said = result.output + result.errors
            throw MissingProgram(description: "git \(arguments.joined(separator: " ")): \(said)")
        }
        return result.output.trimmingCharacters(in: .newlines)
    }
}
