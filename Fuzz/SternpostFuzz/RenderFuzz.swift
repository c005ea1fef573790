// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender
import SyncSource
import YAMLText

/// A file of a commit: objects that may be applied, or problems with their place.
enum RenderFuzz {
    private static let path = "infra/a.yaml"

    static func render(_ bytes: [UInt8]) {
        do throws(RenderFailure) {
            let set = try Renderer.render(snapshot(bytes))
            require(!set.objects.isEmpty, "a set without objects")
            for rendered in set.objects { check(rendered, of: bytes) }
            checkAgain(set)
        } catch {
            require(!error.problems.isEmpty, "a failure without problems")
            for problem in error.problems {
                require(!problem.problem.isEmpty, "a problem without words")
                require((1...(bytes.count + 2)).contains(problem.origin.line), "a problem outside: \(problem)")
            }
        }
    }

    private static func snapshot(_ bytes: [UInt8]) -> SourceSnapshot {
        let id = String(repeating: "a", count: 40)
        let commit = CommitInfo(id: id, ref: "main", authorName: "", authorEmail: "", authoredAt: 0, subject: "")
        return SourceSnapshot(commit: commit, path: "infra", treeID: id, files: [SourceFile(path: path, bytes: bytes)])
    }

    /// Nothing that could leave its place in a request's path, and nothing that is the server's to set.
    private static func check(_ rendered: RenderedObject, of bytes: [UInt8]) {
        let object = rendered.object
        require((1...(bytes.count + 2)).contains(rendered.origin.line), "an object outside: \(rendered.origin)")
        require(!object.name.isEmpty && !object.gvk.kind.isEmpty, "an object without identity")
        for segment in [object.name, object.namespace, object.gvk.group, object.gvk.version] {
            require(!segment.contains("/") && !segment.contains("%") && segment != "..", "a path in \(segment)")
        }
        for key in ["resourceVersion", "uid", "managedFields", "creationTimestamp"] {
            require(object.metadata[key] == nil, "metadata.\(key) is left")
        }
        require(object.status == nil, "status is left")
    }

    /// What was rendered, printed as YAML, renders the same.
    private static func checkAgain(_ set: RenderedSet) {
        let objects = set.objects.compactMap { try? KubeObject(try JSONParser.parse($0.object.json.text)) }
        require(objects.count == set.objects.count, "an object whose JSON is no object")
        let text = objects.map { YAMLText.emit($0.json) }.joined(separator: "---\n")
        guard let again = try? Renderer.render(snapshot(Array(text.utf8))) else { fatalError("our YAML: \(text)") }
        require(again.objects.map(\.object.id) == objects.map(\.id), "other objects: \(text)")
        require(again.notices.isEmpty, "new notices: \(text)")
    }
}
