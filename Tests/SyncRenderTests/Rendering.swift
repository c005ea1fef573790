// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender
import SyncSource

/// A commit made of texts, and what rendering it gives.
enum Rendering {
    /// A snapshot of `infra/` with these files, paths below it.
    static func snapshot(_ files: [(path: String, text: String)]) -> SourceSnapshot {
        let commit = CommitInfo(
            id: String(repeating: "a", count: 40),
            ref: "main",
            authorName: "Ada",
            authorEmail: "ada@example.com",
            authoredAt: 0,
            subject: "change"
        )
        let sources = files.sorted { $0.path < $1.path }
            .map { SourceFile(path: "infra/\($0.path)", bytes: Array($0.text.utf8)) }
        return SourceSnapshot(commit: commit, path: "infra", treeID: String(repeating: "b", count: 40), files: sources)
    }

    /// The set that one file gives.
    static func set(_ text: String, path: String = "a.yaml") throws -> RenderedSet {
        try Renderer.render(snapshot([(path, text)]))
    }

    /// The problems of these files as `path:line: problem; remedy`; empty when they render.
    static func problems(_ files: [(path: String, text: String)], limits: RenderLimits = RenderLimits()) -> [String] {
        do throws(RenderFailure) {
            _ = try Renderer.render(snapshot(files), limits: limits)
            return []
        } catch {
            return error.problems.map(\.description)
        }
    }

    /// The problems of one file `a.yaml`.
    static func problems(_ text: String) -> [String] { problems([("a.yaml", text)]) }

    /// A ConfigMap in flow style.
    static func configMap(_ name: String) -> String { "{apiVersion: v1, kind: ConfigMap, metadata: {name: \(name)}}" }
}
