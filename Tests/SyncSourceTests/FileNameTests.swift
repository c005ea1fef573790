// SPDX-License-Identifier: Apache-2.0
import SyncRender
import SyncSource
import TestKit
import Testing

/// What the names of a commit's files say, and what becomes of them on the way from git's objects to the rendered set.
@Suite(.timeLimit(.minutes(2))) struct FileNameTests {
    @Test(arguments: [
        "a.yaml", "a.yml", "a.json", "sub/a.yaml", "Chart/a.yaml", "valuesof.yaml", "a.YAML.yaml", "db\u{600}.yaml",
        "x.\u{301}.json",
    ])
    func `a manifest is told by the end of its name`(path: String) {
        #expect(FileRule(path: path) == .manifest)
    }

    @Test(arguments: [
        "", "README.md", "a.yaml.bak", "yaml", ".yaml", ".YAML", "sub/.json", "a.yamls", "kustomization",
        "Kustomization.md", "Kustomization/notes.txt",
    ])
    func `other files are ignored`(path: String) {
        #expect(FileRule(path: path) == .ignored)
    }

    /// Names of files that only look like manifests, and a word of why they are passed over.
    static let passedOver: [(name: String, word: String)] = [
        ("Kustomization", "kustomize"), ("sub/Kustomization", "kustomize"), ("kustomization.yaml", "kustomize"),
        ("x.YAML", ".yaml, .yml or .json"), ("sub/x.Yml", ".yaml, .yml or .json"), ("x.JSON", ".yaml, .yml or .json"),
        ("Chart.yaml", "Helm"), ("values-prod.yaml", "Helm"), (".github/x.yaml", "hidden"), (".sops.yaml", "hidden"),
        ("docker-compose.yml", "compose"), ("package.json", "tool"),
    ]

    @Test(arguments: passedOver)
    func `what only looks like a manifest is passed over with a reason`(name: String, word: String) {
        guard case .passedOver(let reason) = FileRule(path: name) else {
            Issue.record("\(name) is not passed over")
            return
        }
        #expect(reason.contains(word))
    }

    @Test(arguments: passedOver)
    func `and a person is told of it, from the commit to the note`(name: String, word: String) async throws {
        try await SourceScene.with { scene in
            let configMap = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}"
            try scene.posts.commit(["infra/a.yaml": configMap, "infra/\(name)": "{{ not: [yaml\n"])
            let snapshot = try await scene.reader().pass()
            let set = try Renderer.render(snapshot)
            #expect(set.objects.map(\.origin.file) == ["infra/a.yaml"])
            #expect(set.notices.map(\.origin.file) == ["infra/\(name)"])
            #expect(set.notices.first?.message.contains(word) == true)
        }
    }
}
