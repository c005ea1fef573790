// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SyncRender
import SyncSource
import Testing

/// Which values are objects, and what is wrong with the others.
@Suite struct ObjectRuleTests {
    private static let head = "apiVersion: v1\nkind: ConfigMap\n"

    /// A file's text and the one problem that it gives, with its line.
    static let faulty: [(text: String, line: Int, problem: String)] = [
        ("- a\n", 1, "a list where a Kubernetes object should stand"),
        ("\n# c\nfoo\n", 3, "a string where a Kubernetes object should stand"),
        ("a: 1\n", 1, "no Kubernetes object: apiVersion and kind are missing"),
        ("kind: ConfigMap\nmetadata: {name: a}\n", 1, "apiVersion is missing"),
        ("apiVersion: v1\nmetadata: {name: a}\n", 1, "kind is missing"),
        ("apiVersion: v1\nkind: 5\nmetadata: {name: a}\n", 2, "kind expected text, found a number"),
        ("apiVersion: 1.0\nkind: A\nmetadata: {name: a}\n", 1, "apiVersion expected text, found a number"),
        ("apiVersion: ''\nkind: A\nmetadata: {name: a}\n", 1, "apiVersion is empty"),
        ("apiVersion: a/b/c\nkind: A\nmetadata: {name: a}\n", 1, "apiVersion is neither 'version' nor 'group/version'"),
        ("apiVersion: /v1\nkind: A\nmetadata: {name: a}\n", 1, "apiVersion is neither 'version' nor 'group/version'"),
        (head, 1, "metadata is missing"),
        (head + "metadata: []\n", 3, "metadata is missing or no map"),
        (head + "metadata: {}\n", 3, "metadata.name is missing"),
        (head + "metadata:\n  name: 123\n", 4, "metadata.name expected text, found a number"),
        (head + "metadata:\n  name: yes\n", 4, "metadata.name expected text, found a boolean"),
        (head + "metadata:\n  name: ''\n", 4, "metadata.name is empty"),
        (head + "metadata:\n  name: a/b\n", 4, "metadata.name is '.' or '..', or holds '/'"),
        (head + "metadata:\n  name: ..\n", 4, "metadata.name is '.' or '..', or holds '/'"),
        (head + "metadata:\n  name: 'a%2fb'\n", 4, "metadata.name is '.' or '..', or holds '/'"),
        (head + "metadata:\n  name: a\n  namespace: a/b\n", 5, "metadata.namespace is '.' or '..', or holds '/'"),
        (head + "metadata:\n  name: a\n  namespace: 5\n", 5, "metadata.namespace expected text, found a number"),
        (
            head + "metadata:\n  name: a\n  labels:\n    app.kubernetes.io/name: 5\n", 6,
            "metadata.labels.app.kubernetes.io/name expected text"
        ),
        (
            head + "metadata:\n  name: a\n  annotations: {a: true}\n", 5,
            "metadata.annotations.a expected text, found a boolean"
        ),
        (head + "metadata:\n  name: a\n  annotations: x\n", 5, "metadata.annotations expected a map, found a string"),
        (
            head + "metadata:\n  name: a\n  labels:\n    applyset.kubernetes.io/part-of: x\n", 6,
            "the object already says which apply set"
        ),
        (
            head + "metadata:\n  name: a\n  labels:\n    applyset.kubernetes.io/id: ''\n", 6,
            "the object is the parent of an ApplySet (label applyset.kubernetes.io/id), which only its tool may write"
        ),
        ("kind: List\napiVersion: v1\n", 1, "a List without items"),
        ("kind: List\napiVersion: v1\nitems: {}\n", 3, "items is a map, not a list of objects"),
        (
            "kind: List\napiVersion: v1\nitems:\n- \(Rendering.configMap("a"))\n- null\n", 5,
            "a null where a Kubernetes object should stand"
        ),
        (head + "metadata: {name: a}\nsops: {mac: x}\n", 4, "the object is encrypted with SOPS"),
    ]

    @Test(arguments: faulty)
    func `Y17: what is no object is refused with its line`(text: String, line: Int, problem: String) {
        let problems = Rendering.problems(text)
        #expect(problems.count == 1)
        #expect(problems.first?.hasPrefix("infra/a.yaml:\(line): \(problem)") == true, "\(problems)")
    }

    @Test(arguments: ["generateName: a-\n", "generateName: a-\n  name: ''\n"])
    func `Y16: generateName without a name is refused in kubectl's words`(metadata: String) {
        let problems = Rendering.problems("\(Self.head)metadata:\n  \(metadata)")
        #expect(
            problems == ["infra/a.yaml:4: cannot use generate name with apply; give the object a metadata.name"]
        )
    }

    @Test func `Y16: generateName beside a name changes nothing`() throws {
        let set = try Rendering.set(Self.head + "metadata:\n  generateName: a-\n  name: a\n")
        #expect(set.objects.map(\.object.name) == ["a"])
    }

    @Test(arguments: ["resourceVersion: '5'", "uid: x", "managedFields: []", "managedFields: [{manager: a}]"])
    func `Y27: what ties an object to one cluster is refused with its line`(field: String) {
        let problems = Rendering.problems(Self.head + "metadata:\n  name: a\n  \(field)\n")
        let name = field.prefix { $0 != ":" }
        #expect(problems.count == 1)
        let expected =
            "infra/a.yaml:5: metadata.\(name) is the server's to set and ties the object to one cluster; remove"
        #expect(problems.first?.hasPrefix(expected) == true, "\(problems)")
    }

    @Test(arguments: [("uid: 6f2c, ", 1), ("", 0)])
    func `an owner that is named by uid is applied, with a note`(uid: String, notes: Int) throws {
        let owner = "{apiVersion: v1, kind: ConfigMap, \(uid)name: w}"
        let text = """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: a
              ownerReferences: [\(owner)]

            """
        let set = try Rendering.set(text)
        #expect(set.objects.map(\.object.name) == ["a"])
        #expect(set.notices.map(\.origin.line) == Array(repeating: 1, count: notes))
        #expect(set.notices.allSatisfy { $0.message.contains("exists in one cluster only") })
    }

    @Test func `all problems of all files come together in their order`() {
        let problems = Rendering.problems([
            ("b.yaml", "kind: A\nmetadata:\n  name: 5\n  uid: x\n"),
            ("a.yaml", "a: [1\n---\n\(Rendering.configMap("a"))\n---\nb:\n\tc: 1\n"),
            ("c.json", "{\"a\": 1"),
        ])
        #expect(
            problems.map { $0.prefix { $0 != " " } } == [
                "infra/a.yaml:1:", "infra/a.yaml:6:", "infra/b.yaml:1:", "infra/b.yaml:4:", "infra/c.json:1:",
            ]
        )
    }

    @Test func `Y27: fields of the server are left out and said so`() throws {
        let set = try Rendering.set(
            """
            apiVersion: apps/v1
            kind: Deployment
            metadata:
              name: web
              creationTimestamp: "2024-01-01T00:00:00Z"
              generation: 3
              selfLink: /x
              uid: null
              annotations: {kubectl.kubernetes.io/last-applied-configuration: "{}", a: b}
            status: {replicas: 1}
            """
        )
        #expect(
            set.objects.first?.object.json == [
                "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "annotations": ["a": "b"]],
            ]
        )
        #expect(set.notices.count == 5)
        #expect(set.notices.allSatisfy { $0.message.hasPrefix("Deployment.apps web: ") })
    }

    @Test func `Y27: empty server fields vanish without a word`() throws {
        let set = try Rendering.set(
            "apiVersion: v1\nkind: Service\nmetadata: {name: a, creationTimestamp: null}\nstatus: {}\n"
        )
        #expect(set.objects.first?.object.json == ["apiVersion": "v1", "kind": "Service", "metadata": ["name": "a"]])
        #expect(set.notices.isEmpty)
    }

    @Test func `Y27: the status that generators write into definitions vanishes without a word`() throws {
        let set = try Rendering.set(
            """
            apiVersion: apiextensions.k8s.io/v1
            kind: CustomResourceDefinition
            metadata: {name: a}
            status: {acceptedNames: {kind: "", plural: ""}, conditions: [], storedVersions: []}
            """
        )
        #expect(set.objects.first?.object.status == nil)
        #expect(set.notices.isEmpty)
    }

    @Test func `an object for local use is passed over`() throws {
        let set = try Rendering.set(
            """
            \(Rendering.configMap("a"))
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: b, annotations: {config.kubernetes.io/local-config: "true"}}
            """
        )
        #expect(set.objects.map(\.object.name) == ["a"])
        #expect(set.notices.map(\.origin.line) == [3])
    }

    @Test func `the same object twice is refused with both places`() {
        let problems = Rendering.problems([
            ("a.yaml", "\(Rendering.configMap("x"))\n---\n\(Rendering.configMap("z"))\n"),
            ("b.json", "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\",\n \"metadata\": {\"name\": \"z\"}}"),
        ])
        #expect(
            problems == ["infra/b.json:1: ConfigMap z is declared twice, first at infra/a.yaml:3; keep one of the two"]
        )
    }

    @Test func `one name in two namespaces or kinds is two objects`() throws {
        let texts = [
            "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, namespace: x}}", Rendering.configMap("a"),
            "{apiVersion: v1, kind: Secret, metadata: {name: a}}",
            "{apiVersion: g/v1, kind: ConfigMap, metadata: {name: a}}",
        ]
        #expect(try Rendering.set(texts.joined(separator: "\n---\n")).objects.count == 4)
    }

    @Test func `two versions of one kind are one object`() {
        let texts = ["v1", "v2"].map { "{apiVersion: g/\($0), kind: A, metadata: {name: a}}" }
        #expect(Rendering.problems(texts.joined(separator: "\n---\n")).count == 1)
    }

    @Test func `Y20: no value of a Secret is in any problem`() {
        let value = "hunter2-canary"
        let bodies = [
            "data: \(value)", "stringData: {a: *\(value)}", "stringData: {a: !\(value) x}",
            "stringData:\n  a: !!\(value)",
            "stringData: {a: \"\(value)\\q\"}", "stringData:\n  a: '\(value)", "stringData:\n  a: x: \(value)",
            "stringData:\n  a: @\(value)", "stringData: {a: 1, a: \(value)}", "stringData:\n\ta: \(value)",
            "stringData: {a: [\(value)}", "stringData:\n  a: &b [*b, \(value)]", "stringData: {a: !!int \(value)}",
            "--- \(value)", "...\n\(value)", "metadata: {name: b, labels: {x: [\(value)]}}",
        ]
        for body in bodies {
            let text = "apiVersion: v1\nkind: Secret\nmetadata: {name: [a]}\n\(body)\n"
            let problems = Rendering.problems(text)
            #expect(!problems.isEmpty)
            #expect(!problems.joined().contains(value), "\(problems)")
        }
    }
}
