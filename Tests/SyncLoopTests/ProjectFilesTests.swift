// SPDX-License-Identifier: Apache-2.0
import Foundation
import SyncLoop
import TestKit
import Testing

struct ProjectFilesTests {
    private func document(_ name: String) -> String {
        "apiVersion: sternpost.dev/v1alpha1\nkind: Project\nmetadata: {name: \(name)}\nspec: {repo: /srv/\(name)}\n"
    }

    /// Reads a folder with these files.
    private func read(_ files: [String: String], only file: String? = nil) async throws -> [Project] {
        try await withTemporaryFolder { folder in
            for (name, text) in files { try Data(text.utf8).write(to: folder.appending(path: name)) }
            return try ProjectFiles.read(file.map { folder.appending(path: $0).path } ?? folder.path)
        }
    }

    private func problems(_ files: [String: String], only file: String? = nil) async throws -> [String] {
        do {
            _ = try await read(files, only: file)
            return []
        } catch let error as ConfigurationError {
            return error.problems
        }
    }

    @Test func `a folder's documents are read in the order of the files' names`() async throws {
        let projects = try await read([
            "b.yml": document("two") + "---\n" + document("three"),
            "a.yaml": document("one"),
            "c.json": """
            {"apiVersion": "sternpost.dev/v1alpha1", "kind": "Project", "metadata": {"name": "four"}, "spec": {"repo": "r"}}
            """,
            ".hidden.yaml": document("hidden"),
            "notes.txt": "no project",
        ])
        #expect(projects.map(\.name) == ["one", "two", "three", "four"])
    }

    @Test func `one file alone is read, whatever stands beside it`() async throws {
        let projects = try await read(["a.yaml": document("one"), "b.yaml": document("two")], only: "b.yaml")
        #expect(projects.map(\.name) == ["two"])
    }

    @Test func `two projects of one name are refused`() async throws {
        let found = try await problems(["a.yaml": document("posts"), "b.yaml": document("posts")])
        #expect(found.count == 1)
        #expect(found.first?.hasSuffix(": 2 projects are called posts; give each a name of its own") == true)
    }

    @Test func `the problems of all files come together, with their lines`() async throws {
        let found = try await problems([
            "a.yaml": document("one") + "---\n" + document("two").replacing("repo", with: "rep"),
            "b.yaml": "metadata:\n\tname: x\n",
            "c.yaml": document("three"),
        ])
        #expect(found.contains { $0.contains("/a.yaml:6: spec.rep: unknown field; did you mean repo?") })
        #expect(found.contains { $0.contains("/a.yaml:6: spec.repo: is missing") })
        #expect(found.contains { $0.contains("/b.yaml:2: ") })
        #expect(found.count == 3)
    }

    @Test func `nothing to read is an error`() async throws {
        #expect(try await problems(["notes.txt": "x"]).first?.hasSuffix(": holds no project document") == true)
        #expect(try await problems(["a.yaml": "# empty\n"]).first?.hasSuffix(": holds no project document") == true)
        #expect(try await problems([:], only: "a.yaml").first?.hasSuffix("/a.yaml: no such file or folder") == true)
    }

    @Test func `a file that is far too large is refused`() async throws {
        let found = try await problems(["a.yaml": document("one") + String(repeating: "#\n", count: 600_000)])
        #expect(found.count == 1)
        #expect(found.first?.contains("larger than 1048576 bytes") == true)
    }

    @Test func `a file without an end is read up to the limit, and refused`() {
        let error = #expect(throws: ConfigurationError.self) { try ProjectFiles.read("/dev/zero") }
        #expect(error?.problems == ["/dev/zero: larger than 1048576 bytes; that is no project file"])
    }

    @Test func `several files and folders are read together, and every problem of them is told`() async throws {
        try await withTemporaryFolder { folder in
            let texts = [
                "a.yaml": document("one"), "b.yaml": document("two"), "c.yaml": document("one"), "d.yaml": "[]",
            ]
            for (name, text) in texts { try Data(text.utf8).write(to: folder.appending(path: name)) }
            func paths(_ names: String...) -> [String] { names.map { folder.appending(path: $0).path } }
            #expect(try ProjectFiles.read(paths("a.yaml", "b.yaml")).map(\.name) == ["one", "two"])
            let error = #expect(throws: ConfigurationError.self) {
                try ProjectFiles.read(paths("a.yaml", "c.yaml", "d.yaml", "absent.yaml"))
            }
            let problems = error?.problems ?? []
            #expect(problems.contains { $0.hasSuffix("2 projects are called one; give each a name of its own") })
            #expect(problems.contains { $0.contains("absent.yaml") } && problems.contains { $0.contains("d.yaml") })
        }
    }
}
