// SPDX-License-Identifier: Apache-2.0
import Foundation
import KubeObjects
import TestKit
import Testing
import YAMLText

/// `sternpost render`, offline.
@Suite(.timeLimit(.minutes(2)))
struct RenderCommandTests {
    private let files = [
        "infra/a.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n",
        "infra/b.yaml": """
        # the shop
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: shop, namespace: shop}
        data: {open: "yes"}
        ---
        apiVersion: v1
        kind: ConfigMap
        metadata: {name: till, namespace: shop}

        """,
        "other/c.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: other}\n",
    ]

    /// A repository in the tool's folder.
    private func repository(_ tool: Tool, _ files: [String: String]) throws -> GitFolder {
        let git = try GitFolder(at: tool.folder.appending(path: "shop.git"))
        try git.commit(files)
        return git
    }

    @Test func `as JSON it is one List`() async throws {
        try await withTool { tool in
            let git = try repository(tool, files)
            let result = try await tool.run("render", "--repo", git.path, "-o", "json")
            #expect(result.status == 0)
            #expect(result.errors.isEmpty)
            let list = try result.json
            #expect(list["apiVersion"] == "v1")
            #expect(list["kind"] == "List")
            let names = (list["items"]?.array ?? []).map { $0["metadata"]?["name"]?.string }
            #expect(names == ["shop", "shop", "till"])
        }
    }

    @Test func `a folder that has the name of a Secret's value is named whole in every message`() async throws {
        try await withTool { tool in
            let git = try repository(
                tool,
                [
                    "infra/production/secret.yaml": """
                    apiVersion: v1
                    kind: Secret
                    metadata: {name: login, namespace: shop}
                    stringData: {environment: production, password: correct-horse-battery}

                    """,
                    "infra/production/bad.yaml": "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: 7}\n",
                ]
            )
            let result = try await tool.run("render", "--repo", git.path)
            #expect(result.status == 2)
            #expect(result.errors.contains("infra/production/bad.yaml:3"), "\(result.errors)")
        }
    }

    @Test func `as YAML each object says where it stands`() async throws {
        try await withTool { tool in
            let git = try repository(tool, files)
            let result = try await tool.run("render", "--repo", "file://\(git.path)")
            #expect(result.status == 0)
            let places = result.output.split(separator: "\n").filter { $0.hasPrefix("# ") }
            #expect(places == ["# infra/a.yaml:1", "# infra/b.yaml:2", "# infra/b.yaml:7"])
            let objects = try YAMLText.documents(in: Array(result.output.utf8)).map { $0.json["kind"]?.string }
            #expect(objects == ["Namespace", "ConfigMap", "ConfigMap"])
        }
    }

    @Test func `another folder, branch, tag or commit can be rendered`() async throws {
        try await withTool { tool in
            let git = try repository(tool, files)
            let first = try git.commit([:], message: "again")
            try git.commit(["infra/b.yaml": nil], branch: "next", parent: first)
            _ = try git.git(["tag", "v1.0.0", first])
            let folder = tool.folder.path
            func count(_ arguments: [String]) async throws -> Int {
                let all = ["render", "-o", "json", "--repo", git.path, "--data-dir", folder] + arguments
                let result = try await Tool.finish(try tool.process(all), folder: tool.folder)
                #expect(result.status == 0, "\(result.errors)")
                return try result.json["items"]?.array?.count ?? 0
            }
            #expect(try await count([]) == 3)
            #expect(try await count(["--path", "other"]) == 1)
            #expect(try await count(["--ref", "next"]) == 1)
            #expect(try await count(["--ref", "tag:v1.0.0"]) == 3)
            #expect(try await count(["--ref", "commit:\(first)"]) == 3)
            #expect(try await count(["--ref", "semver:>=1 <2"]) == 3)
        }
    }

    @Test func `a tab ends it with status 2, and every mistake is told with file and line`() async throws {
        try await withTool { tool in
            var broken = files
            broken["infra/b.yaml"] = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n\tname: shop\n"
            broken["infra/d.yaml"] = "apiVersion: v1\nmetadata: {name: x}\n"
            let git = try repository(tool, broken)
            let result = try await tool.run("render", "--repo", git.path)
            #expect(result.status == 2)
            #expect(result.output.isEmpty)
            let lines = result.errors.split(separator: "\n")
            #expect(lines.count == 2)
            #expect(lines.first?.hasPrefix("error: infra/b.yaml:4: ") == true)
            #expect(lines.first?.contains("tab") == true)
            #expect(lines.last?.hasPrefix("error: infra/d.yaml:1: ") == true)
        }
    }

    @Test(arguments: [
        (["--ref", "nowhere"], "nowhere"), (["--path", "missing"], "missing"), (["--ref", "tag:v9"], "v9"),
    ])
    func `what is not there is named`(arguments: [String], word: String) async throws {
        try await withTool { tool in
            let git = try repository(tool, files)
            let result = try await Tool.finish(
                try tool.process(["render", "--repo", git.path] + arguments),
                folder: tool.folder
            )
            #expect(result.status == 2)
            #expect(result.errors.hasPrefix("error: "))
            #expect(result.errors.split(separator: "\n").count == 1)
            #expect(result.errors.contains(word))
        }
    }
}
