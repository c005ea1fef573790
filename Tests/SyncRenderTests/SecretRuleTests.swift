// SPDX-License-Identifier: Apache-2.0
import SyncRender
import Testing

/// What a Secret in git may hold: what kubectl takes, and nothing that would be dropped in silence.
@Suite struct SecretRuleTests {
    private static let head = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\n"

    private static let long = String(repeating: "k", count: 254)
    private static let half = String(repeating: "x", count: 1 << 19)

    static let faulty: [(text: String, line: Int, problem: String)] = [
        ("stringData:\n  user: bob\n  pin: 4711\n", 6, "stringData.pin: expected text, found a number"),
        ("stringData:\n  pin: true\n", 5, "stringData.pin: expected text, found a boolean"),
        ("stringData:\n  pin: {x: canary}\n", 5, "stringData.pin: expected text, found a map"),
        ("stringData:\n  pin: [canary]\n", 5, "stringData.pin: expected text, found a list"),
        ("stringData: canary\n", 4, "stringData: expected a map, found a string"),
        ("stringData: [canary]\n", 4, "stringData: expected a map, found a list"),
        ("stringData: 4711\n", 4, "stringData: expected a map, found a number"),
        ("data: canary\n", 4, "data: expected a map, found a string"),
        ("data: [canary]\n", 4, "data: expected a map, found a list"),
        ("data:\n  pin: 4711\n", 5, "data.pin: expected text, found a number"),
        ("data:\n  pin: {x: canary}\n", 5, "data.pin: expected text, found a map"),
        ("data:\n  pin: 'canary!'\n", 5, "data.pin is no base64 text"),
        ("data:\n  pin: canar\n", 5, "data.pin is no base64 text"),
        ("data:\n  pin: cana=ry=\n", 5, "data.pin is no base64 text"),
        ("data:\n  pin: canary\n", 5, "data.pin is no base64 text"),
        ("data:\n  pin: 'YQ'\n", 5, "data.pin is no base64 text"),
        ("data:\n  pin: 'YQ==='\n", 5, "data.pin is no base64 text"),
        ("data:\n  pin: 'YQ==YQ=='\n", 5, "data.pin is no base64 text"),
        ("data:\n  pin: 'Y Q=='\n", 5, "data.pin is no base64 text"),
        ("stringdata:\n  pin: canary\n", 4, "a Secret has no field stringdata"),
        ("Data: {pin: canary}\n", 4, "a Secret has no field Data"),
        ("immutable: canary\n", 4, "immutable: expected true or false, found a string"),
        ("type: 4711\n", 4, "type: expected text, found a number"),
        ("stringData: {user: bob, TOKEN:canary}\n", 4, "stringData has a key that the API server does not take"),
        ("stringData:\n  user: bob\n  'pass word': canary\n", 6, "stringData has a key"),
        ("stringData:\n  '': canary\n", 5, "stringData has a key"),
        ("stringData:\n  ../pin: canary\n", 5, "stringData has a key"),
        ("data:\n  \(String(repeating: "k", count: 254)): YQ==\n", 5, "data has a key"),
        ("? TOKEN:canary\n: x\n", 4, "a Secret has no field of such a name"),
        ("data:\n  'a b': YQ==\n", 5, "data has a key that the API server does not take"),
        ("stringData:\n  a/b: canary\n", 5, "stringData has a key that the API server does not take"),
        ("stringData:\n  é: canary\n", 5, "stringData has a key that the API server does not take"),
        ("stringData:\n  .: canary\n", 5, "stringData has a key that the API server does not take"),
        ("stringData:\n  ..a: canary\n", 5, "stringData has a key that the API server does not take"),
        ("stringData:\n  '': canary\n", 5, "stringData has a key that the API server does not take"),
        ("stringData:\n  \(long): canary\n", 5, "stringData has a key that the API server does not take"),
        ("stringData:\n  \"a\\n\\u202eb\": canary\n", 5, "stringData has a key that the API server does not take"),
        ("stringData: {a: \(half), b: \(half), c: x}\n", 4, "the values have 1048577 bytes; an API server takes 1"),
        ("data: {a: \(half), b: \(half), c: \(half)}\n", 4, "the values have 1179648 bytes; an API server takes"),
        ("sops: canary\n", 4, "the object is encrypted with SOPS"),
        ("sops: [1]\n", 4, "the object is encrypted with SOPS"),
        ("sops:\n", 4, "the object is encrypted with SOPS"),
    ]

    @Test(arguments: faulty.indices)
    func `what the API server would refuse in a Secret is told with its line, without the value`(index: Int) throws {
        let (text, line, problem) = Self.faulty[index]
        let problems = Rendering.problems(Self.head + text)
        let first = try #require(problems.first)
        #expect(problems.count == 1)
        #expect(first.hasPrefix("infra/a.yaml:\(line): \(problem)"), "\(first)")
        #expect(!first.contains("canary") && !first.contains("4711"))
    }

    @Test(arguments: [
        "data: {a: aHVudGVyMg==, b: '', c: 'YQ==', d: 'YWI='}\n", "data: {a: \"aHVu\\nZGVy\\n\"}\n", "data:\n",
        "stringData:\n",
        "data: {a: }\n", "stringData: {a: '', b: '5', c: }\n", "type: Opaque\nimmutable: true\n",
        "data: {a: 'YR=='}\n", "stringData: {a: \(half), b: \(half)}\n", "data: {a..: }\n",
        "stringData: {.a: x, a.b-c_D9: z, \(long.dropLast()): z}\n",
        "data: {a: \(half)}\nstringData: {a: \(half), b: \(half)}\n",
    ])
    func `what kubectl takes is rendered`(text: String) { #expect(Rendering.problems(Self.head + text).isEmpty) }

    @Test func `a value in data that gives way to another one in stringData is told, without the values`() throws {
        let text = "data: {a: b2xk, b: bmV3, c: }\nstringData: {a: new, b: new, c: canary}\n"
        let set = try Rendering.set(Self.head + text)
        #expect(
            set.notices.map(\.message) == [
                "Secret a: stringData.a is applied, and data.a, which says another value, is not"
            ]
        )
        #expect(set.objects.count == 1)
    }

    @Test func `the values of all Secrets of a commit have a limit together`() {
        let limits = RenderLimits(maxSecretBytes: 3 << 20)
        let value = String(repeating: "x", count: (1 << 20) - 1024)
        let files = (1...4).map { number in
            let head = Self.head.replacing("a}", with: "s\(number)}")
            return (path: "s\(number).yaml", text: "\n\(head)stringData: {a: \(value)}\n")
        }
        #expect(Rendering.problems(Array(files.prefix(3)), limits: limits).isEmpty)
        let problems = Rendering.problems(files, limits: limits)
        #expect(problems.count == 1)
        let words = "infra/s4.yaml:2: the values of the Secrets up to here have more than 3 MiB together"
        #expect(problems.first?.hasPrefix(words) == true)
        let small = Self.head + "stringData:\n" + (0..<20_000).map { "  k\($0): x\n" }.joined()
        #expect(Rendering.problems(small).first?.contains("more than 4 MiB together, 256 bytes more") == true)
    }

    @Test func `a ConfigMap that the API server refuses is left to it, so that only that one stops`() {
        for text in ["data: {a/b: x}\n", "data: {a: \(Self.half), b: \(Self.half)}\nbinaryData: {c: eA==}\n"] {
            #expect(Rendering.problems(Self.head.replacing("Secret", with: "ConfigMap") + text).isEmpty)
        }
    }

    @Test func `all mistakes of one Secret are told in one run`() {
        let text = Self.head + "data: {a: 5, b: '!'}\nstringData: {c: 6, d: [x]}\nimmutable: yes please\n"
        #expect(Rendering.problems(text).count == 5)
    }

    @Test func `all labels and annotations that are no text are told in one run`() {
        let text = """
            apiVersion: v1
            kind: ConfigMap
            metadata:
              name: a
              labels: {version: 1.0, ok: x}
              annotations:
                num: 1
                b: yes
            """
        let problems = Rendering.problems(text)
        #expect(
            problems.map { $0.split(separator: " ")[1] } == [
                "metadata.labels.version", "metadata.annotations.num", "metadata.annotations.b",
            ]
        )
        #expect(problems.map { $0.split(separator: ":")[1] } == ["5", "7", "8"])
    }

    @Test func `a name of RBAC may hold blanks`() {
        let text = "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: Bug With Space}\n"
        #expect(Rendering.problems(text).isEmpty)
        #expect(!Rendering.problems("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ' '}\n").isEmpty)
        #expect(!Rendering.problems("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: a b}\n").isEmpty)
    }
}
