// SPDX-License-Identifier: Apache-2.0
import SceneKit
import SyncRender
import SyncSource
import TestKit

/// The odd Secrets as files of commits: those that keep a commit from being rendered apart from those that are read.
struct ShapeCommits {
    /// Files by name; each shape has one of its own.
    private(set) var halting: [String: String?] = [:]
    private(set) var read: [String: String?] = [:]

    init(_ scene: Scene, _ canary: SecretCanary) {
        for (index, shape) in MalformedSecret.all.enumerated() {
            let name = Self.name(index)
            let text = shape.text(name: name, namespace: scene.namespace, canary: canary)
            if Self.isRead(text) { read["\(name).yaml"] = text } else { halting["\(name).yaml"] = text }
        }
    }

    /// What the object of a shape is called, and its file.
    private static func name(_ index: Int) -> String { "shape-\(index)" }

    /// Whether an object is one of a shape, and so is meant to hold the value.
    static func isShape(_ name: String) -> Bool { name.hasPrefix("shape-") }

    /// The halting files in so many commits of about the same size.
    func haltingGroups(_ count: Int) -> [[String: String?]] {
        var groups: [[String: String?]] = Array(repeating: [:], count: count)
        for (index, name) in halting.keys.sorted().enumerated() { groups[index % count][name] = halting[name] }
        return groups
    }

    /// The commit that removes files.
    static func removing(_ files: [String: String?]) -> [String: String?] { files.mapValues { _ in String?.none } }

    private static func isRead(_ text: String) -> Bool {
        let commit = CommitInfo(
            id: String(repeating: "a", count: 40),
            ref: "main",
            authorName: "Ada",
            authorEmail: "ada@example.com",
            authoredAt: 0,
            subject: "change"
        )
        let file = SourceFile(path: "infra/a.yaml", bytes: Array(text.utf8))
        let tree = String(repeating: "b", count: 40)
        let snapshot = SourceSnapshot(commit: commit, path: "infra", treeID: tree, files: [file])
        return (try? Renderer.render(snapshot)) != nil
    }
}
