// SPDX-License-Identifier: Apache-2.0
import SyncRender
import Testing
import Waiting

/// What a commit may cost in memory is known while it is read.
@Suite(.timeLimit(.minutes(2))) struct CommitCostTests {
    private static func list(_ name: String, elements: Int) -> String {
        "apiVersion: example.com/v1\nkind: Thing\nmetadata: {name: \(name)}\nspec:\n  list: ["
            + String(repeating: "1,", count: elements) + "1]\n"
    }

    private static let small = RenderLimits(maxValueBytes: 1 << 20)

    @Test func `a commit whose values take too much memory is one error at the line where the limit is passed`() throws
    {
        var files = [(path: "good.yaml", text: Rendering.configMap("good"))]
        for number in 10..<30 { files.append(("x\(number).yaml", Self.list("x\(number)", elements: 6_000))) }
        let problems = Rendering.problems(files, limits: Self.small)
        #expect(problems.count == 1)
        let first = try #require(problems.first)
        #expect(first.hasPrefix("infra/x15.yaml:5: the manifests up to here grow beyond 1 MiB of memory"), "\(first)")
        #expect(Rendering.problems(files, limits: Self.small) == problems)
    }

    @Test func `anchors are paid for while they are read`() {
        let list = (0..<5_000).map { "  - &a\($0) x\n" }.joined()
        let files = ["x1", "x2"].map { name in
            (path: "\(name).yaml", text: "apiVersion: e.com/v1\nkind: T\nmetadata: {name: \(name)}\nspec:\n\(list)")
        }
        let problems = Rendering.problems(files, limits: Self.small)
        #expect(problems.count == 1)
        #expect(problems.first?.contains("infra/x2.yaml:") == true, "\(problems)")
        #expect(problems.first?.contains("the manifests up to here grow beyond 1 MiB") == true)
    }

    @Test func `JSON is counted as YAML is`() {
        let text =
            "{\"apiVersion\":\"e.com/v1\",\"kind\":\"T\",\"metadata\":{\"name\":\"NAME\"},\"spec\":["
            + String(repeating: "{\"a\":1},", count: 2_000) + "{}]}"
        let files = (10..<20).map { ("x\($0).json", text.replacing("NAME", with: "x\($0)")) }
        let problems = Rendering.problems(files, limits: Self.small)
        #expect(problems.count == 1 && problems.first?.contains("the manifests up to here grow beyond") == true)
    }

    @Test func `JSON with a comment behind it, which is YAML, is paid for once`() {
        let text =
            "{\"apiVersion\":\"e.com/v1\",\"kind\":\"T\",\"metadata\":{\"name\":\"a\"},\"spec\":["
            + String(repeating: "{\"a\":1},", count: 5_000) + "{}]}\n"
        #expect(Rendering.problems([("a.json", text)], limits: Self.small).isEmpty)
        #expect(Rendering.problems([("a.json", text + "# a comment\n")], limits: Self.small).isEmpty)
    }

    @Test func `nothing more is read once the rendering is to stop`() {
        let stop = StopRequest()
        let files = (0..<200).map { (path: "x\($0).yaml", text: Self.list("x\($0)", elements: 2_000) + "---\n[") }
        stop.make()
        let failure = #expect(throws: RenderFailure.self) {
            try Renderer.render(Rendering.snapshot(files), stop: stop)
        }
        // That nothing declares an object.
        #expect(failure?.count == 1)
    }

    @Test func `an object of too many values is refused with its line`() {
        let limits = RenderLimits(maxObjectNodes: 2_000)
        let problems = Rendering.problems([("a.yaml", "# c\n" + Self.list("x", elements: 2_001))], limits: limits)
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("infra/a.yaml:2: the object has 20") == true)
    }

    @Test func `more objects than one commit may have are one error`() {
        let text = (0..<10_001).map { Rendering.configMap("c\($0)") }.joined(separator: "\n---\n")
        #expect(Rendering.problems(text) == ["infra:1: 10001 objects; the limit is 10000; split the project"])
    }

    @Test func `lists inside each other are refused at the fourth level, in memory that their text has paid for`() {
        func nested(_ levels: Int, _ inner: String) -> String {
            String(repeating: "{items: [\n", count: levels) + inner + String(repeating: "]}", count: levels)
        }
        let many = nested(48, String(repeating: "{},", count: 100_000))
        let problem = "lists inside each other, more than 3 levels deep; write the objects into one list"
        #expect(Rendering.problems(many) == ["infra/a.yaml:4: \(problem)"])
        #expect(Rendering.problems(nested(3, Rendering.configMap("a"))).isEmpty)
    }

    @Test func `a list of more objects than one commit may have is one error at the first of them`() {
        let items = (0..<20_000).map { "- \(Rendering.configMap("c\($0)"))\n" }.joined()
        let problems = Rendering.problems("apiVersion: v1\nkind: List\nitems:\n\(items)")
        #expect(problems == ["infra/a.yaml:10004: more than 10000 objects in one list; split the project"])
    }

    @Test func `thousands of charts cost no search of all of them for each file`() {
        var files: [(path: String, text: String)] = []
        for number in 0..<1500 {
            files.append(("chart-with-a-name-\(number)/Chart.yaml", ""))
            files.append(("chart-with-a-name-\(number)/templates/a.yaml", "{{ x }}"))
        }
        files.append(("good.yaml", Rendering.configMap("good")))
        #expect(Rendering.problems(files).isEmpty)
    }

    @Test func `ten thousand mistakes in one large document are told without reading it ten thousand times`() {
        let items = (0..<3_000).map { "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\($0)}}" }
        let text = "{\"apiVersion\":\"v1\",\"kind\":\"List\",\"items\":[\n\(items.joined(separator: ",\n"))\n]}"
        let problems = Rendering.problems(text)
        #expect(problems.count == 201)
        #expect(problems.last?.hasSuffix(": and 2800 more problems; correct these first") == true)
    }

    @Test func `a hundred different waves are allowed, of whatever kind of annotation, and no more`() {
        func files(_ waves: Int) -> [(path: String, text: String)] {
            (0..<waves).map { number in
                let key = number.isMultiple(of: 2) ? "sternpost.dev/wave" : "argocd.argoproj.io/sync-wave"
                let name = "x\(1_000 + number)"
                let text =
                    "apiVersion: v1\nkind: ConfigMap\n"
                    + "metadata: {name: \(name), namespace: shop, annotations: {\(key): '\(number)'}}\n"
                return ("\(name).yaml", text)
            }
        }
        #expect(Rendering.problems(files(100)).isEmpty)
        let problems = Rendering.problems(files(102))
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("infra/x1100.yaml:1: ") == true, "\(problems)")
        #expect(problems.first?.contains("more than 100 different wave numbers") == true, "\(problems)")
    }
}
