// SPDX-License-Identifier: Apache-2.0
import SyncRender
import Testing

/// Of any number of problems and notices the first are told, and how many more there are.
@Suite(.timeLimit(.minutes(1))) struct ManyProblemsTests {
    private static func failure(_ files: [(path: String, text: String)]) -> RenderFailure? {
        do throws(RenderFailure) {
            _ = try Renderer.render(Rendering.snapshot(files))
            return nil
        } catch {
            return error
        }
    }

    private static let head = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n"

    private static func numbers(_ indent: String) -> String {
        (0..<50_000).map { "\(indent)l\($0): 1\n" }.joined()
    }

    private static func text(_ name: String) -> String {
        switch name {
        case "documents that are none": return String(repeating: "- a\n---\n", count: 5_000)
        case "elements that are no objects": return "items: [\(String(repeating: "1,", count: 50_000))]\n"
        case "labels": return "\(head)  labels:\n\(numbers("    "))"
        case "values of a Secret":
            return "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData:\n\(numbers("  "))"
        default: return String(repeating: "\(head)---\n", count: 5_001)
        }
    }

    @Test(arguments: [
        ("documents that are none", 5_000), ("elements that are no objects", 50_000), ("labels", 50_000),
        ("values of a Secret", 50_000), ("objects that stand twice", 5_000),
    ])
    func `two hundred problems are told, and the number of the others`(name: String, count: Int) throws {
        let failure = try #require(Self.failure([(path: "a.yaml", text: Self.text(name))]))
        #expect(failure.problems.count == 201)
        #expect(failure.problems.last?.problem == "and \(count - 200) more problems")
        #expect(failure.count == count)
    }

    @Test(arguments: [1, 500])
    func `problems of many files are counted together`(comment: Int) throws {
        let text = "a: [\n---\n# \(String(repeating: "x", count: comment))\n"
        let failure = try #require(Self.failure((1000..<1300).map { (path: "f\($0).yaml", text: text) }))
        let first = (1000..<1200).map { "infra/f\($0).yaml" }
        #expect(Array(failure.problems.map(\.origin.file).prefix(200)) == first)
        #expect(failure.problems.last?.problem == "and 100 more problems")
        #expect(failure.count == 300)
    }

    @Test func `a text of many faulty documents is read up to two hundred errors`() throws {
        let text = String(repeating: "a: @\n---\n", count: 15_000)
        let failure = try #require(Self.failure([(path: "a.yaml", text: text)]))
        #expect(failure.problems.count == 200)
        #expect(failure.problems.last?.problem == "more than 199 errors: the rest of the text is not read")
    }

    @Test func `two hundred notices are told, and the number of the others`() throws {
        var files = (1000..<1300).map { (path: "f\($0).YAML", text: "") }
        files.append((path: "a.yaml", text: Rendering.configMap("a")))
        let set = try Renderer.render(Rendering.snapshot(files))
        #expect(set.notices.count == 201)
        #expect(set.notices.last?.message == "and 100 more notes")
    }
}
