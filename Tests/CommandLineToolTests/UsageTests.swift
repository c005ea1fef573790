// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit
import Testing

@testable import CommandLineTool

/// Words on the command line, and what the process says to the shell.
@Suite(.timeLimit(.minutes(2)))
struct UsageTests {
    @Test func `the version is one line`() async throws {
        try await withTool { tool in
            let result = try await tool.run("--version")
            #expect(result.status == 0)
            #expect(result.output == "sternpost \(Sternpost.version)\n")
            #expect(result.errors.isEmpty)
        }
    }

    @Test func `help names every command`() async throws {
        try await withTool { tool in
            let result = try await tool.run("--help")
            #expect(result.status == 0)
            let commands = [
                "sync", "render", "diff", "run", "install", "history", "show", "status", "verify", "approve", "suspend",
                "resume",
            ]
            for command in commands { #expect(result.output.contains("\n  \(command) ")) }
            for command in ["demo", "cluster"] { #expect(!result.output.contains("\n  \(command) ")) }
        }
    }

    @Test(arguments: [
        "", "sync", "render", "diff", "run", "install", "history", "show", "status", "images", "images list",
        "images hold", "images release", "verify", "approve", "suspend", "resume",
    ])
    func `help fits into 80 columns`(_ command: String) async throws {
        try await withTool { tool in
            let words = command.split(separator: " ").map(String.init) + ["--help"]
            let result = try await Tool.finish(try tool.process(words), folder: tool.folder)
            #expect(result.status == 0)
            let long = result.output.split(separator: "\n").filter { $0.count > 80 }
            #expect(long.isEmpty, "\(long)")
            #expect(!result.output.contains("Default: sternpost. (default"), "\(result.output)")
        }
    }

    @Test func `render offers no table, and the overview is one paragraph`() async throws {
        try await withTool { tool in
            let refused = try await tool.run("render", "--repo", "r", "-o", "table")
            #expect(refused.status == 2 && refused.errors.contains("table"), "\(refused)")
            let help = try await tool.run("--help").output
            let paragraphs = help.components(separatedBy: "\n\n")
            let overview = paragraphs.count > 1 ? paragraphs[1].components(separatedBy: "\n") : []
            #expect(overview.count > 2 && overview.dropLast().allSatisfy { $0.count > 60 }, "\(overview)")
        }
    }

    @Test(arguments: [
        ["frobnicate"], ["sync", "--frobnicate"], ["history", "--limit", "0"], ["show"], ["show", "seven"],
        ["sync"], ["sync", "--repo", "r", "--config", "c"], ["sync", "--repo", "r", "--timeout", "soon"],
        ["render", "--repo", "r", "--path", "../x"], ["run"], ["run", "--config", "absent.yaml"],
        ["run", "--config", "absent.yaml", "--listen", "nowhere"],
        ["verify", "--anchor", "x"], ["history"], ["show", "1"], ["status"], ["verify"], ["approve"], ["suspend"],
        ["render", "--repo", "/absent/repository.git"], ["diff", "--repo", "r", "--kubeconfig", "absent"],
        ["sync", "--repo", "r", "--kubeconfig", "absent"], ["sync", "--repo", "a", "--repo", "b"],
        ["diff", "--config", "a", "--config", "b"], ["run", "--config", "absent.yaml", "--config", "absent2.yaml"],
    ])
    func `what cannot start ends with status 2 and says why on standard error`(arguments: [String]) async throws {
        try await withTool { tool in
            let result = try await Tool.finish(try tool.process(arguments), folder: tool.folder)
            #expect(result.status == 2)
            #expect(!result.isKilled)
            #expect(result.output.isEmpty)
            #expect(!result.errors.isEmpty)
        }
    }

    @Test(arguments: [
        ("--forbid-kinds secret", "--forbid-kinds: secret is no kind; expected KIND.GROUP"),
        ("--forbid-kinds Secret,", "--forbid-kinds Secret,: expected names separated by commas"),
        ("--forbid-kinds Role.rbac.authorization.k8s.io/v1", "Role.rbac.authorization.k8s.io/v1 is no kind; expected"),
        ("--forbid-namespaces kube-*", "--forbid-namespaces: kube-* is no name of a namespace; patterns are not read"),
        ("--forbid-namespaces a,Default", "--forbid-namespaces: Default is no name of a namespace"),
        ("--forbid-namespaces a,,b", "--forbid-namespaces a,,b: expected names separated by commas"),
        ("--own-project other", "--own-project other: there is no such project; there are: posts"),
    ])
    func `words about what projects may not declare are refused by name when they cannot be meant`(
        options: String,
        words: String
    ) async throws {
        try await withTool { tool in
            for command in ["sync", "diff"] {
                // Nothing else is wrong before the options are read.
                let line = "\(command) --repo absent.git --project posts \(options)"
                let process = try tool.process(line.split(separator: " ").map(String.init))
                let result = try await Tool.finish(process, folder: tool.folder)
                #expect(result.status == 2)
                #expect(result.output.isEmpty)
                #expect(result.errors.contains(words), "\(result.errors)")
                #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
            }
        }
    }

    @Test(arguments: [
        ("sync --repo a --repo b", "--repo"), ("sync --repo=a --repo b", "--repo"), ("status -n a -n b", "-n"),
        ("diff --config a --config b", "--config"), ("run --config a --listen x --listen y", "--listen"),
        ("run --config a --config b", nil), ("sync --repo a --ref b", nil), ("render -- --repo --repo", nil),
    ])
    func `an option that is given twice is named, where it may stand once`(_ line: String, _ name: String?) {
        let problem = RepeatedOptions.problem(in: line.split(separator: " ").map(String.init))
        #expect(problem == name.map { "\($0) is given twice; give it once" })
    }

    @Test(arguments: [
        ("snc --repo r", "snc is no command of sternpost; did you mean sync?"),
        ("frobnicate", "frobnicate is no command of sternpost; there are: sync, render, diff, run, install, history,"),
        ("sync --repo r --timeout -5s", "--timeout -5s: expected a duration such as 90s or 5m"),
        ("sync --repo r --lease-duration -5s", "--lease-duration -5s: expected a duration"),
        ("history --limit -1", "--limit: expected 1 or more"),
        ("sync --repo r -n Bad_NS", "--namespace \"Bad_NS\": is no name of a namespace; use lower-case letters"),
        ("diff --repo r --target-namespace Bad_NS", "--target-namespace \"Bad_NS\": is no name of a namespace"),
        ("status -n Bad_NS", "--namespace \"Bad_NS\": is no name of a namespace"),
        ("approve posts -n Bad_NS", "--namespace \"Bad_NS\": is no name of a namespace"),
    ])
    func `a slip is answered with what was expected`(line: String, words: String) async throws {
        try await withTool { tool in
            let process = try tool.process(line.split(separator: " ").map(String.init))
            let result = try await Tool.finish(process, folder: tool.folder)
            #expect(result.status == 2)
            #expect(result.errors.contains(words), "\(result.errors)")
        }
    }

    @Test(arguments: ["demo", "demo --help", "demo --once --once", "cluster", "cluster --write-kubeconfig k"])
    func `what sternpost-lab does is refused in one line that names it`(_ line: String) async throws {
        try await withTool { tool in
            let process = try tool.process(line.split(separator: " ").map(String.init))
            let result = try await Tool.finish(process, folder: tool.folder)
            #expect(result.status == 2)
            #expect(result.output.isEmpty)
            let name = line.prefix { $0 != " " }
            #expect(result.errors.contains("run sternpost-lab \(name);"), "\(result.errors)")
            #expect(result.errors.split(separator: "\n").count == 1, "\(result.errors)")
        }
    }

    @Test func `without a history, history says what to do`() async throws {
        try await withTool { tool in
            let result = try await tool.run("history", "--data-dir", "\(tool.folder.path)/nothing")
            #expect(result.status == 2)
            #expect(result.errors.split(separator: "\n").count == 1)
            #expect(result.errors.contains("\(tool.folder.path)/nothing"))
            #expect(result.errors.contains("--data-dir"))
            #expect(!FileManager.default.fileExists(atPath: "\(tool.folder.path)/nothing"))
        }
    }

    @Test func `every mistake of a project file is told at once`() async throws {
        try await withTool { tool in
            let file = tool.folder.appending(path: "project.yaml")
            let text = """
                apiVersion: sternpost.dev/v1alpha1
                kind: Project
                metadata: {name: posts}
                spec: {repo: r, intervall: 30s, prune: false}

                """
            try Data(text.utf8).write(to: file)
            let result = try await tool.run("run", "--config", file.path)
            #expect(result.status == 2)
            #expect(result.errors.contains("project.yaml:1: spec.intervall: unknown field; did you mean interval?"))
            #expect(result.errors.contains("project.yaml:1: spec.prune: expected a map"))
        }
    }

    @Test func `an address that is taken is named, with what to do`() async throws {
        try await withTool { tool in
            let taken = try StubHTTPServer { _ in [.close] }
            defer { taken.stop() }
            let project = """
                apiVersion: sternpost.dev/v1alpha1
                kind: Project
                metadata: {name: posts}
                spec: {repo: \(tool.folder.path)/absent.git}

                """
            let kubeconfig = """
                apiVersion: v1
                kind: Config
                current-context: a
                clusters: [{name: a, cluster: {server: "\(taken.url)"}}]
                contexts: [{name: a, context: {cluster: a}}]

                """
            for (name, text) in [("project.yaml", project), ("kubeconfig", kubeconfig)] {
                try Data(text.utf8).write(to: tool.folder.appending(path: name))
            }
            let result = try await tool.run(
                "run",
                "--config",
                "project.yaml",
                "--kubeconfig",
                "kubeconfig",
                "--listen",
                "127.0.0.1:\(taken.port)"
            )
            #expect(result.status == 2)
            let words =
                "cannot listen on 127.0.0.1:\(taken.port): Address already in use; choose another address with --listen"
            #expect(result.errors.contains(words), "\(result.errors)")
            // Who cannot serve keeps the project from nobody.
            let lines = taken.requests.map { "\($0.method) \($0.path)" }
            #expect(!lines.contains { $0.contains("/leases") }, "\(lines)")
        }
    }

    @Test(arguments: [
        ("https://git.example.com/acme/Posts.git", "posts"), ("git@git.example.com:acme/posts.git", "posts"),
        ("git@git.example.com:posts", "posts"), ("/srv/git/my_posts.git/", "my-posts"), ("file:///srv/a.b.git", "a-b"),
        ("https://git.example.com/---.git", "project"), ("", "project"),
        ("/srv/" + String(repeating: "x", count: 50), String(repeating: "x", count: 40)),
    ])
    func `a project is called after its repository`(repository: String, name: String) {
        #expect(RepositoryOptions.name(of: repository) == name)
    }

    @Test func `a project of a folder is called as its path calls it, and where that ends with dots as it really is`()
        async throws
    {
        try await withTemporaryFolder { folder in
            let shop = folder.appending(path: "Shop")
            try FileManager.default.createDirectory(
                at: shop.appending(path: ".git"),
                withIntermediateDirectories: true
            )
            let link = folder.appending(path: "link").path(percentEncoded: false)
            try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "Shop")
            let path = shop.path(percentEncoded: false)
            let dots = ["\(path)/.", "\(path)/./.git", "\(path)/.git/..", "\(link)/."]
            for way in [path, "\(path)/", "\(path)/../Shop//", "\(path)/.git", "file://\(path)"] + dots {
                #expect(RepositoryOptions.name(of: way) == "shop", "\(way)")
            }
            // What it leads to changes with each release, and the project stays the same one.
            for way in [link, "\(link)/", "\(link)/.git", "\(path)/../link", "file://\(link)"] {
                #expect(RepositoryOptions.name(of: way) == "link", "\(way)")
            }
            let here = RepositoryOptions.name(of: FileManager.default.currentDirectoryPath)
            for way in [".", "./", "./.", ".git"] { #expect(RepositoryOptions.name(of: way) == here, "\(way)") }
        }
    }
}
