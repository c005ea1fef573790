// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension HostileCommits {
    /// What a review found by reading the code: each once cost minutes, or hundreds of MiB.
    static let reviewed = [
        "directives behind the end", "directives behind a separator", "lists of lists", "a list of everything",
        "empty documents", "mistakes in every file", "a Secret of numbers", "anchors",
        "texts of a Secret", "Secrets that begin alike", "large Secrets",
        "a key of a megabyte",
    ]

    /// The files of one of them.
    static func found(_ name: String, _ namespace: String) -> [String: String] {
        let head = head("hostile", namespace)
        func many(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }
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
        case "a Secret of numbers":
            let secret = self.head("hostile", namespace, kind: "Secret") + "stringData:\n"
            return ["a.yaml": secret + (0..<90_000).map { "  k\($0): 1\n" }.joined()]
        case "anchors":
            let text = (0..<9_999).map { "- &\($0)\(many("a", 100)) x\n" }.joined()
            return Dictionary(uniqueKeysWithValues: (0..<20).map { ("n\($0).yaml", text) })
        case "texts of a Secret":
            let secret = self.head("hostile-texts", namespace, kind: "Secret") + "stringData:\n"
            return ["s.yaml": secret + (0..<15_000).map { "  k\($0): v\($0)\n" }.joined()]
        case "Secrets that begin alike":
            let secret = self.head("hostile-alike", namespace, kind: "Secret") + "stringData:\n"
            let values = (4..<65).map { "  k\($0): \"\(many("a-", 32).prefix($0 - 1))z\"\n" }.joined()
            return ["s.yaml": secret + values, "a.yaml": head + "data: {a: \"\(many("a-", 450_000))\"}\n"]
        case "large Secrets":
            return Dictionary(
                uniqueKeysWithValues: (0..<40).map {
                    let secret = self.head("hostile-\($0)", namespace, kind: "Secret")
                    return ("s\($0).yaml", secret + "stringData: {a: \"\(many("\($0)-line-\\n", 70_000))\"}\n")
                }
            )
        case "a key of a megabyte":
            let start = "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"k"
            return ["a.json": (0..<14).map { "\(start)\($0)\(many("x", 1_000_000))\":1}" }.joined(separator: "\n")]
        default: return ["a.yaml": "--- # c\r" + directives]
        }
    }
}
