// SPDX-License-Identifier: Apache-2.0
import KubeObjects

extension HostileCommits {
    /// What a review found by reading the code: each once cost minutes, or hundreds of MiB.
    static let reviewed = [
        "directives behind the end", "directives behind a separator",
    ]

    /// The files of one of them.
    static func found(_ name: String, _ namespace: String) -> [String: String] {
        let head = head("hostile", namespace)
        let directives = (0..<100_000).map { "%TAG !t\($0)! x\n" }.joined()
        switch name {
        case "directives behind the end": return ["a.yaml": head + "...\n" + directives]
        default: return ["a.yaml": "--- # c\r" + directives]
        }
    }
}
