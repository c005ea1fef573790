// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension HostileCommits {
    /// What a review found by reading the code: each once cost minutes, or hundreds of MiB.
    static let reviewed = texts + secrets

    private static let texts = [
        "directives behind the end", "directives behind a separator", "lists of lists", "a list of everything",
        "empty documents", "mistakes in every file", "anchors", "a key of a megabyte", "JSON with a comment",
    ]

    private static let secrets = [
        "a Secret of numbers", "texts of a Secret", "Secrets that begin alike", "large Secrets",
    ]

    private static func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    /// The files of one of them.
    static func found(_ name: String, _ namespace: String) -> [String: String] {
        let head = head("hostile", namespace)
        let directives = (0..<100_000).map { "%TAG !t\($0)! x\n" }.joined()
        switch name {
        case "directives behind the end": return ["a.yaml": head + "...\n" + directives]
        case "lists of lists":
            return ["a.yaml": many("{items: [", 48) + many("{},", 100_000) + many("]}", 48)]
        case "a list of everything":
            return ["a.yaml": "{apiVersion: v1, kind: ConfigMapList, items: [" + many("{},", 400_000) + "]}"]
        case "empty documents": return ["a.yaml": many("---\n#\n", 2_500_000)]
        case "mistakes in every file":
            return Dictionary(uniqueKeysWithValues: (0..<5_000).map { ("m\($0).yaml", many("- .nan\n---\n", 300)) })
        case "anchors":
            let text = (0..<9_999).map { "- &\($0)\(many("a", 100)) x\n" }.joined()
            return Dictionary(uniqueKeysWithValues: (0..<20).map { ("n\($0).yaml", text) })
        case "a key of a megabyte":
            let start = "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"k"
            return ["a.json": (0..<14).map { "\(start)\($0)\(many("x", 1_000_000))\":1}" }.joined(separator: "\n")]
        case "JSON with a comment":
            let json = "{\"apiVersion\":\"v1\",\"kind\":\"T\",\"spec\":[\(many("{\"a\":1},", 200_000)){}]}"
            return ["a.json": json + "\n# a comment\n"]
        case _ where secrets.contains(name): return secret(name, namespace, head)
        default: return ["a.yaml": "--- # c\r" + directives]
        }
    }

    private static func secret(_ name: String, _ namespace: String, _ head: String) -> [String: String] {
        let texts = self.head("hostile-secret", namespace, kind: "Secret") + "stringData:\n"
        switch name {
        case "a Secret of numbers": return ["a.yaml": texts + (0..<90_000).map { "  k\($0): 1\n" }.joined()]
        case "texts of a Secret": return ["s.yaml": texts + (0..<15_000).map { "  k\($0): v\($0)\n" }.joined()]
        case "Secrets that begin alike":
            let values = (4..<65).map { "  k\($0): \"\(many("a-", 32).prefix($0 - 1))z\"\n" }.joined()
            return ["s.yaml": texts + values, "a.yaml": head + "data: {a: \"\(many("a-", 450_000))\"}\n"]
        default:
            return Dictionary(
                uniqueKeysWithValues: (0..<40).map {
                    let secret = self.head("hostile-\($0)", namespace, kind: "Secret")
                    return ("s\($0).yaml", secret + "stringData: {a: \"\(many("\($0)-line-\\n", 70_000))\"}\n")
                }
            )
        }
    }
}
