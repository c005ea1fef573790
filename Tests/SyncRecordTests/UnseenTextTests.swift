// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import SyncRecord
import SyncSource
import Testing

/// Invisible characters leave differences and stored rows only as escapes.
@Suite(.timeLimit(.minutes(1))) struct UnseenTextTests {
    static let unseen: [Unicode.Scalar] = [
        "\u{1B}", "\u{9B}", "\u{61C}", "\u{200B}", "\u{200D}", "\u{202E}", "\u{2028}", "\u{2060}", "\u{2066}",
        "\u{FEFF}",
        "\u{E0041}",
    ]

    private func expectSeen(_ text: String) {
        #expect(text.unicodeScalars.allSatisfy { !$0.isUnseen || $0 == "\n" }, "\(text.debugDescription)")
    }

    @Test(arguments: unseen)
    func `no difference holds them in values, keys or titles`(scalar: Unicode.Scalar) throws {
        func object(_ value: String) throws -> KubeObject {
            try KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a", "namespace": "shop"],
                "data": [
                    "value": .string("\(value)\(scalar)"), "lines": .string("one\n\(value)\(scalar)\n"),
                    "key\(scalar)": .string(value),
                ],
            ])
        }
        let before = try object("old")
        let diff = DiffText(before: before, after: try object("new"), afterLabel: "infra/\(scalar).yaml:1")
        expectSeen(try #require(diff).text)
        expectSeen(try #require(DiffText(before: before, after: nil)).text)
    }

    private func difference(_ before: String, _ after: String) throws -> String {
        func object(_ value: String) throws -> KubeObject {
            try KubeObject([
                "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "a"], "data": ["k": .string(value)],
            ])
        }
        return try #require(DiffText(before: try object(before), after: try object(after))).text
    }

    @Test func `in a difference they stand escaped where they are`() throws {
        let text = try difference("admin", "ad\u{202E}m\u{200B}in")
        #expect(text.contains("-  k: admin\n+  k: ad\\u{202e}m\\u{200b}in\n"), "\(text)")
    }

    @Test func `a text of several lines keeps its lines, whatever is in one of them`() throws {
        let lines = (0..<200).map { "line \($0)\($0 == 7 ? "\u{200D}" : "")" }
        let text = try difference(
            lines.joined(separator: "\n") + "\n",
            lines.map { $0.replacing("line 100", with: "line one hundred") }.joined(separator: "\n") + "\n"
        )
        let changed = text.split(separator: "\n").filter { $0.hasPrefix("+ ") || $0.hasPrefix("- ") }
        #expect(changed.count == 2, "\(text)")
    }

    @Test(arguments: unseen)
    func `no stored text holds them`(scalar: Unicode.Scalar) {
        expectSeen(Redactor.shared.row("a\(scalar)b").text)
        expectSeen(Redactor.shared.row("a\(scalar)b", as: .document).text)
    }

    @Test func `a secret with such a character in it is hidden, not written with an escape`() {
        let redactor = Redactor()
        redactor.register("correct\u{200B}horse")
        #expect(Redactor.shared.row("a correct\u{200B}horse b", hiding: redactor).text == "a \(Redactor.mask) b")
    }

    @Test func `a branch is read back by the name that git has for it`() async throws {
        try await withHistory { history in
            let run = try await history.begin(project: "posts", trigger: .commit)
            let commit = CommitInfo(
                id: String(repeating: "a", count: 40),
                ref: "ma\u{200B}in",
                authorName: "Ada",
                authorEmail: "ada@example.com",
                authoredAt: 1_700_000_000,
                subject: "Deploy posts"
            )
            try await history.identify(run, commit: commit, treeID: String(repeating: "7", count: 40))
            try await history.finish(run, outcome: .succeeded, counts: RunCounts())
            #expect(try await history.state(of: "posts").attempted?.ref == "ma\u{200B}in")
        }
    }
}
