// SPDX-License-Identifier: Apache-2.0
import Foundation
import TestKit
import Testing

/// What a sync says of objects that git no longer declares and that stay, of a lost inventory, and of its own time.
@Suite(.timeLimit(.minutes(4)))
struct StayingObjectsTests {
    private func configMap(_ name: String) -> String {
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \(name), namespace: default}\ndata: {a: b}\n"
    }

    /// Syncs a project with the objects `a` and `b`; `run` makes a command about it.
    private func withProject(
        prunes: Bool,
        _ body: (GitFolder, _ run: (String...) async throws -> Tool.Result) async throws -> Void
    ) async throws {
        try await withTool { tool in
            let git = try GitFolder(at: tool.folder.appending(path: "shop.git"))
            try git.commit(["infra/a.yaml": configMap("a"), "infra/b.yaml": configMap("b")], message: "Deploy")
            let file = tool.folder.appending(path: "project.yaml")
            let project = """
                apiVersion: sternpost.dev/v1alpha1
                kind: Project
                metadata: {name: shop, namespace: default}
                spec: {repo: "\(git.path)", prune: {enabled: \(prunes)}}

                """
            try Data(project.utf8).write(to: file)
            try await withCluster(tool) { kubeconfig in
                func run(_ words: String...) async throws -> Tool.Result {
                    let place = words == ["sync"] || words == ["diff"]
                    let all = words + (place ? ["--config", file.path, "--kubeconfig", kubeconfig] : [])
                    return try await Tool.finish(try tool.process(all), folder: tool.folder)
                }
                let first = try await run("sync")
                #expect(first.status == 0, "\(first)")
                #expect(!first.output.contains("note: the inventory"), "a new project has lost none: \(first.output)")
                try await body(git, run)
            }
        }
    }

    @Test func `with pruning off, every object that stays is named`() async throws {
        try await withProject(prunes: false) { git, run in
            try git.commit(["infra/b.yaml": nil], message: "Remove b")
            let foreseen = try await run("diff")
            #expect(
                foreseen.output.contains(
                    "nothing would be deleted, although git no longer declares 1 object:\n  ConfigMap default/b\n"
                ),
                "\(foreseen.output)"
            )
            let done = try await run("sync")
            #expect(
                done.output.contains(
                    "nothing was deleted, although git no longer declares 1 object:\n  ConfigMap default/b\n"
                ),
                "\(done.output)"
            )
        }
    }

    @Test func `a sync and the history give the same time for a run`() async throws {
        try await withProject(prunes: true) { _, run in
            let sync = try await run("sync")
            let summary = try #require(sync.output.split(separator: "\n").last)
            let parts = summary.split(separator: "; ").map { String($0) }
            #expect(parts.last == "run 2", "\(summary)")
            let took = try #require(parts.dropLast().last)
            let shown = try await run("show", "2")
            #expect(shown.output.contains(", took \(took)\n"), "\(summary)\n\(shown.output)")
        }
    }
}
