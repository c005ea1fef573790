// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender
import SyncSource
import Testing

/// Which files are read, and how much of them.
@Suite struct FileRuleTests {
    static let passedOver: [(path: String, word: String)] = [
        ("kustomization.yaml", "kustomize"), ("x/kustomization.yml", "kustomize"), ("Kustomization", "kustomize"),
        ("Chart.yaml", "Helm"), ("values.yaml", "Helm"), ("values-prod.yaml", "Helm"),
        ("docker-compose.yml", "compose"),
        (".github/x.yaml", "hidden"), (".sops.yaml", "hidden"), ("x.YAML", ".yaml, .yml or .json"),
        ("skaffold.yaml", "tool"),
        ("package.json", "tool"),
    ]

    @Test(arguments: passedOver)
    func `Y26: a file that only looks like a manifest is passed over with a notice`(path: String, word: String) throws {
        let files = [("a.yaml", Rendering.configMap("a")), (path, "{{ not: [yaml\n")]
        let set = try Renderer.render(Rendering.snapshot(files))
        #expect(set.objects.count == 1)
        #expect(set.notices.count == 1)
        #expect(set.notices.first?.origin == Origin(file: "infra/\(path)", line: 1))
        #expect(set.notices.first?.message.contains(word) == true)
    }

    @Test func `Y26: a chart in a folder of its own is passed over as a whole`() throws {
        let set = try Renderer.render(
            Rendering.snapshot([
                ("a.yaml", Rendering.configMap("a")), ("chart/Chart.yaml", "name: chart\n"),
                ("chart/templates/b.yaml", Rendering.configMap("b")), ("charter.yaml", Rendering.configMap("c")),
            ])
        )
        #expect(set.objects.map(\.object.name) == ["a", "c"])
        #expect(set.notices.map(\.origin.file) == ["infra/chart/Chart.yaml"])
        #expect(set.notices.first?.message.hasPrefix("with its whole folder, passed over: no Helm chart") == true)
    }

    @Test func `Y26: a chart's file in the synced folder itself hides no other file, and says so`() throws {
        let files = [("a.yaml", Rendering.configMap("a")), ("Chart.yaml", "name: chart\n")]
        let set = try Renderer.render(Rendering.snapshot(files))
        #expect(set.objects.map(\.object.name) == ["a"])
        #expect(set.notices.first?.message.hasPrefix("passed over: no Helm chart") == true)
    }

    @Test(arguments: ["db\u{600}.yaml", "\u{301}.yaml", "x.\u{301}.json", "d\u{600}/a.yaml"])
    func `a letter that takes in the sign beside it hides no manifest`(path: String) throws {
        let text = "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"a\"}}"
        #expect(try Rendering.set(text, path: path).objects.map(\.origin.file) == ["infra/\(path)"])
    }

    @Test(arguments: [".\u{301}x/a.yaml", "\u{600}/Chart.yaml", "db\u{600}.Yaml"])
    func `nor does it make one of what is none`(path: String) throws {
        let set = try Renderer.render(Rendering.snapshot([("a.yaml", Rendering.configMap("a")), (path, "x: [")]))
        #expect(set.notices.map(\.origin.file) == ["infra/\(path)"])
    }

    @Test(arguments: ["README.md", "Makefile", "x.yaml.bak", "x.txt", "yaml", "x.tpl"])
    func `other files are none of our business`(path: String) throws {
        let set = try Renderer.render(Rendering.snapshot([("a.yaml", Rendering.configMap("a")), (path, "x: [")]))
        #expect(set.objects.count == 1)
        #expect(set.notices.isEmpty)
    }

    @Test func `Y26: a kustomization under another name is no object`() throws {
        let text = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n---\n\(Rendering.configMap("a"))"
        let set = try Rendering.set(text)
        #expect(set.objects.map(\.object.gvk.kind) == ["ConfigMap"])
        #expect(set.notices.count == 1)
    }

    @Test func `objects come in the order of files and documents with their lines`() throws {
        let set = try Renderer.render(
            Rendering.snapshot([
                ("b.yml", Rendering.configMap("d")),
                (
                    "a.yaml",
                    "# comment\n\n\(Rendering.configMap("b"))\n---\n---\n# more\n\(Rendering.configMap("c"))\n---\n"
                ),
                ("a.json", "\n{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"a\"}}"),
            ])
        )
        #expect(set.objects.map(\.object.name) == ["a", "b", "c", "d"])
        #expect(
            set.objects.map(\.origin.description) == [
                "infra/a.json:2", "infra/a.yaml:3", "infra/a.yaml:7", "infra/b.yml:1",
            ]
        )
    }

    @Test func `Y15: a list is its items, each with its own line`() throws {
        let set = try Rendering.set(
            """
            apiVersion: v1
            kind: List
            items:
            - \(Rendering.configMap("a"))
            -
              apiVersion: v1
              kind: ConfigMapList
              items:
              - metadata:
                  name: b
              - metadata: {name: c}
            """
        )
        #expect(set.objects.map(\.origin.line) == [4, 9, 11])
        #expect(set.objects.map(\.object.id.description) == ["ConfigMap a", "ConfigMap b", "ConfigMap c"])
    }

    @Test(.timeLimit(.minutes(1)))
    func `Y15: ten thousand lists in a list, and as many faulty objects, cost one reading`() throws {
        // Read anew for each of them, the text would take hours: the time limit of the test says so.
        let count = 10_000
        let lists = (0..<count).map { "- {kind: List, items: [\(Rendering.configMap("a\($0)"))]}\n" }.joined()
        let set = try Rendering.set("apiVersion: v1\nkind: List\nitems:\n\(lists)")
        #expect(set.objects.count == count)
        #expect(set.objects.map(\.origin.line) == Array(4..<(4 + count)))
        let faulty = (0..<count).map { "- {apiVersion: v1, kind: ConfigMap,\n   metadata: {name: \($0)}}\n" }.joined()
        let problems = Rendering.problems("apiVersion: v1\nkind: List\nitems:\n\(faulty)")
        #expect(problems.count == 201)
        #expect(problems.first?.hasPrefix("infra/a.yaml:5: metadata.name expected text") == true)
        #expect(problems.dropLast().last?.hasPrefix("infra/a.yaml:402: metadata.name") == true, "\(problems.suffix(2))")
        #expect(problems.last == "infra/a.yaml:402: and 9800 more problems; correct these first")
    }

    @Test func `Y15: an item with a kind of its own inherits nothing`() {
        let text = "apiVersion: v1\nkind: ConfigMapList\nitems:\n- {kind: Secret, metadata: {name: b}}\n"
        #expect(Rendering.problems(text) == ["infra/a.yaml:4: apiVersion is missing; add it"])
    }

    @Test(arguments: [
        "", "# only a comment\n", "---\n---\n", "null\n", "{apiVersion: v1, kind: List, items: []}", "[]\n",
    ])
    func `a commit without any object is a problem`(text: String) {
        #expect(Rendering.problems([("a.yaml", text)]).count == 1)
        #expect(Rendering.problems([]).first?.hasPrefix("infra:1: no file in it declares an object") == true)
    }

    static let limits: [(limits: RenderLimits, word: String)] = [
        (RenderLimits(maxFileBytes: 30), "larger than 30 bytes"),
        (RenderLimits(maxObjects: 1), "2 objects; the limit is 1"),
        (RenderLimits(maxObjectBytes: 20), "an API server takes 20"),
        (RenderLimits(maxAnnotationBytes: 3), "the annotations have 4 bytes"),
    ]

    @Test(arguments: limits)
    func `what passes a limit is a problem`(limits: RenderLimits, word: String) {
        let annotated = "{apiVersion: v1, kind: ConfigMap, metadata: {name: b, annotations: {ab: cd}}}"
        let problems = Rendering.problems(
            [("a.yaml", Rendering.configMap("a")), ("b.yaml", annotated)],
            limits: limits
        )
        #expect(problems.contains { $0.contains(word) }, "\(problems)")
    }

    @Test func `many files render the same on all cores`() throws {
        let data = String(repeating: "x", count: 500)
        let files = (0..<400).map { index in
            let number = 1000 + index
            return (
                "f\(number).yaml",
                "\n\(Rendering.configMap("a\(number)"))\n---\n# \(data)\n\(Rendering.configMap("b\(number)"))\n"
            )
        }
        let set = try Renderer.render(Rendering.snapshot(files))
        #expect(set.objects.map(\.object.name) == (1000..<1400).flatMap { ["a\($0)", "b\($0)"] })
        #expect(set.objects.allSatisfy { $0.origin.line == ($0.object.name.hasPrefix("a") ? 2 : 5) })
        let broken = files + [("f0.yaml", "a: ["), ("f9.yaml", "b: [")]
        #expect(Rendering.problems(broken).map { $0.prefix(15) } == ["infra/f0.yaml:1", "infra/f9.yaml:1"])
    }
}
