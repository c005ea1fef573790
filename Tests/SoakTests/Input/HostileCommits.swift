// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import SceneKit

/// Commits within the limits, or a little beyond, that are made to cost much.
enum HostileCommits {
    typealias Files = [String: String?]

    static let names = known + reviewed

    private static let known = [
        "letters beside a URL", "a run of hex digits", "lists of ones", "too many objects", "large ConfigMaps",
        "a deep object", "a wide object", "accents and flags", "a Secret that repeats itself", "named elements",
        "keys that are maps", "directives", "aliases", "a thousand mistakes",
    ]

    static func files(_ name: String, namespace: String) -> Files {
        var files: Files = [
            "ns.yaml": "apiVersion: v1\nkind: Namespace\nmetadata: {name: \(namespace)}\n"
        ]
        for (file, text) in hostile(name, namespace) { files[file] = text }
        return files
    }

    static func head(_ name: String, _ namespace: String, kind: String = "ConfigMap") -> String {
        "apiVersion: v1\nkind: \(kind)\nmetadata: {name: \(name), namespace: \(namespace)}\n"
    }

    private static func hostile(_ name: String, _ namespace: String) -> [String: String] {
        let head = head("hostile", namespace)
        func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
        switch name {
        case "letters beside a URL":
            return ["a.yaml": head + "data:\n  a: \(many("a", 900_000))\n  b: \"http://x\"\n"]
        case "a run of hex digits":
            return ["a.yaml": head + "data:\n  a: \"\(many("0123456789abcdef", 50_000))\"\n  b: 'x: broken ://'\n"]
        case "lists of ones":
            let text = "apiVersion: e.com/v1\nkind: T\nmetadata: {name: NAME}\nspec: [\(many("1,", 4_000_000))1]\n"
            return Dictionary(
                uniqueKeysWithValues: (0..<3).map { ("l\($0).yaml", text.replacing("NAME", with: "l\($0)")) }
            )
        case "too many objects":
            return ["a.yaml": (0..<12_000).map { self.head("c\($0)", namespace) }.joined(separator: "---\n")]
        case "large ConfigMaps":
            let line = many("x", 99) + "\\n"
            return Dictionary(
                uniqueKeysWithValues: (0..<8).map {
                    ("l\($0).yaml", self.head("large-\($0)", namespace) + "data: {a: \"\(many(line, 9000))\"}\n")
                }
            )
        case "a deep object": return ["a.yaml": head + "data: \(many("{a: ", 97))1\(many("}", 97))\n"]
        case "a wide object":
            return ["a.yaml": head + "data:\n" + (0..<40_000).map { "  key-\($0): v\n" }.joined()]
        case "accents and flags":
            return [
                "a.yaml": head
                    + "data: {a: \"e\(many("\u{301}", 200_000))\", b: \"\(many("\u{1F1E9}\u{1F1EA}", 40_000))\"}\n"
            ]
        case "a Secret that repeats itself":
            let secret =
                self.head("hostile-secret", namespace, kind: "Secret") + "stringData:\n"
                + (4..<400).map { "  k\($0): \(many("a", $0))\n" }.joined() + "  long: \(many("a", 400_000))\n"
            return ["a.yaml": head + "data: {a: \(many("a", 900_000))}\n", "s.yaml": secret]
        case "named elements": return ["a.yaml": pod(namespace, variables: 20_000)]
        case "keys that are maps":
            return ["a.yaml": head + "data: {\n\(many("#\n", 100_000))\(many("[a]: b,\n", 100_000))}\n"]
        case "directives": return ["a.yaml": (0..<100_000).map { "%TAG !t\($0)! x\n" }.joined()]
        case "aliases":
            return ["a.yaml": head + "x: &a \(many("x", 100_000))\ndata: [\(many("*a, ", 300))*a]\n"]
        case _ where reviewed.contains(name): return found(name, namespace)
        default:
            return [
                "a.yaml": (0..<1000).map { "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: \($0)}\n" }.joined(
                    separator: "---\n"
                )
            ]
        }
    }

    private static func pod(_ namespace: String, variables: Int) -> String {
        let elements = (0..<variables).map { "        - {name: N\($0), value: \"1\"}\n" }.joined()
        return """
            apiVersion: v1
            kind: Pod
            metadata: {name: hostile, namespace: \(namespace)}
            spec:
              containers:
                - name: a
                  image: "registry.example.com/a:1"
                  env:
            \(elements)
            """
    }
}
