// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SceneKit
import SyncLoop
import SyncRecord
import TestKit
import Testing

/// Commits that cannot be deployed whole: none of them deletes anything.
@Suite(.timeLimit(.minutes(5)))
struct CommitFaultTests {
    /// Row, mode, name and words of an entry that must not stand among the manifests.
    static let entries: [(row: String, mode: String, name: [UInt8], words: String)] = [
        ("G8", "160000", Array("vendor".utf8), "infra/vendor: is a submodule"),
        ("G9", "120000", Array("link.yaml".utf8), "infra/link.yaml: is a symbolic link"),
        ("G10", "100644", Array("..".utf8), "infra/..: is named . or .."),
        ("G10", "40000", Array(".git".utf8), "infra/.git: is named .git"),
        ("G10", "100644", Array("../../x.yaml".utf8), "has a slash"),
        ("G10", "100644", Array("a\u{7}.yaml".utf8), "has a control character"),
        ("G10", "100644", Array("C0.yaml".utf8), "differs only in case"),
        ("G10", "100644", Array("c0.yaml".utf8), "another entry has the same name"),
        ("G11", "100644", [0x61, 0xff] + Array(".yaml".utf8), "infra/a\\xff.yaml: its name is not UTF-8"),
    ]

    @Test(arguments: entries.indices)
    func `G8, G9, G10, G11: an entry that hides objects halts the pass with its path, and nothing is pruned`(index: Int)
        async throws
    {
        let entry = Self.entries[index]
        try await withScene { scene in
            try scene.commit(scene.baseFiles(configMaps: 3))
            #expect(try await scene.sync().outcome == .succeeded)
            let whole = try #require(try scene.git.tip(of: "main"))
            let file = try scene.git.blob(scene.configMap("c0", "2"))
            let folder = try scene.git.tree([.init("100644", "z.yaml", file)])
            let infra = try scene.git.tree([
                .init("100644", "c0.yaml", file),
                .init(entry.mode, bytes: entry.name, entry.mode == "40000" ? folder : file),
            ])
            try scene.git.commit(tree: scene.git.tree([.init("40000", "infra", infra)]))
            try await scene.halted(saying: [entry.words])
            try scene.git.move(branch: "main", to: whole)
            try await scene.checkPromises()
        }
    }

    @Test func `G11: a name that is not UTF-8 and no manifest's is passed over`() async throws {
        try await withScene { scene in
            let file = try scene.git.blob(scene.namespaceManifest)
            let infra = try scene.git.tree([
                .init("100644", "ns.yaml", file), .init("100644", bytes: [0x61, 0xff] + Array(".md".utf8), file),
            ])
            try scene.git.commit(tree: scene.git.tree([.init("40000", "infra", infra)]))
            #expect(try await scene.sync().outcome == .succeeded)
            try await scene.checkPromises()
        }
    }

    /// Files that take the place of `c0.yaml`, and the words of the error.
    static let files: [(row: String, content: @Sendable (Scene) -> String, words: [String])] = [
        (
            "G12", { _ in "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n" },
            ["infra/c0.yaml", "LFS"]
        ),
        ("G14", { scene in scene.configMap("c0") + "---\na: [1\n" }, ["infra/c0.yaml:"]),
        ("G15", { scene in scene.configMap("c1") }, ["infra/c0.yaml:1", "infra/c1.yaml:1"]),
    ]

    @Test(arguments: files.indices)
    func `G12, G14, G15: one bad file halts the whole commit, names its place, and prunes nothing`(index: Int)
        async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            #expect(try await scene.sync().outcome == .succeeded)
            let bad = Self.files[index]
            // The same commit also changes one object and removes another.
            try scene.commit([
                "c0.yaml": bad.content(scene), "c2.yaml": nil, "canary.yaml": nil, "new.yaml": scene.configMap("new"),
            ])
            try await scene.halted(saying: bad.words)
            let fresh = try await scene.liveConfigMap("new")
            #expect(fresh == nil)
            try scene.commit(["c0.yaml": scene.configMap("c0", "3")])
            #expect(try await scene.sync().outcome == .succeeded)
            let removed = try await scene.liveConfigMap("c2")
            #expect(removed == nil)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    /// What became of `infra`, as changes to the repository's root.
    static let folders: [(name: String, changes: [String: String?], words: String)] = [
        ("empty", ["infra": nil, "infra/README.md": "soon"], "has no .yaml, .yml or .json file"),
        ("removed", ["infra": nil, "other.txt": "x"], "there is no folder infra"),
        ("renamed", ["infra": nil, "deploy/a.yaml": "kind: A"], "the folders deploy"),
        ("a file", ["infra": "now a file"], "infra is a file"),
        ("comments", ["infra": nil, "infra/a.yaml": "# nothing\n---\n"], "infra"),
    ]

    @Test(arguments: folders.indices)
    func `G13: a folder that is empty, gone, renamed or a file halts the pass, and deletes nothing`(index: Int)
        async throws
    {
        try await withScene { scene in
            let bystanders = try await scene.plantBystanders()
            try scene.commit(scene.baseFiles(configMaps: 3))
            #expect(try await scene.sync().outcome == .succeeded)
            let whole = try #require(try scene.git.tip(of: "main"))
            let fault = Self.folders[index]
            try scene.git.commit(fault.changes)
            try await scene.halted(saying: [fault.words])
            try scene.git.move(branch: "main", to: whole)
            try await scene.checkPromises(bystanders: bystanders)
        }
    }

    @Test func `G13: a commit that leaves almost nothing is held until a person approves exactly that`() async throws {
        try await withScene { scene in
            try scene.commit(scene.baseFiles(configMaps: 10))
            #expect(try await scene.sync().outcome == .succeeded)
            try scene.commit(Dictionary(uniqueKeysWithValues: (0..<8).map { ("c\($0).yaml", String?.none) }))
            let held = try await scene.sync()
            #expect(held.outcome == .held)
            let before = try await scene.versions()
            #expect(before.count == 10)
            let hold = try #require(try await scene.history.state(of: scene.project.name).hold)
            #expect(hold.objects.count == 8)
            _ = try await scene.history.approve(project: scene.project.name, hash: hold.hash, person: "ada")
            #expect(try await scene.sync().outcome == .succeeded)
            let after = try await scene.versions()
            #expect(after.count == 2)
            try await scene.checkPromises()
        }
    }

    @Test func `G18: verification of signatures is not offered, and asking for it is an error, not a promise`() throws {
        let document: JSON = [
            "apiVersion": "sternpost.dev/v1alpha1", "kind": "Project", "metadata": ["name": "posts"],
            "spec": ["repo": "https://git.example.com/posts.git", "verify": ["mode": "HEAD"]],
        ]
        let error = #expect(throws: ConfigurationError.self) {
            try ProjectDocument.project(from: document, file: "project.yaml")
        }
        #expect(error?.problems.count == 1)
        #expect(error?.problems.first?.hasPrefix("project.yaml: spec.verify: unknown field") == true)
    }
}
