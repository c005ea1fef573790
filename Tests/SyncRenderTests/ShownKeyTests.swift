// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import SyncRender
import Testing

/// What git writes into keys and names leaves its line in no problem, and no megabytes in it.
@Suite(.timeLimit(.minutes(1))) struct ShownKeyTests {
    /// A line break, an escape of terminals, and a turn of the direction of writing, as JSON and YAML write them.
    private static let odd = "a\\n\\u001b[2J\\u202eb"
    private static let large = String(repeating: "k", count: 1 << 20)

    private static func object(_ kind: String, _ more: String, metadata: String = "") -> String {
        "{\"apiVersion\":\"v1\",\"kind\":\"\(kind)\",\"metadata\":{\"name\":\"a\"\(metadata)}\(more)}"
    }

    /// JSON with `KEY` for a key, or for a kind.
    static let manifests = [
        object("ConfigMap", "", metadata: ",\"labels\":{\"KEY\":1}"),
        object("ConfigMap", "", metadata: ",\"annotations\":{\"KEY\":1}"),
        object("Secret", ",\"KEY\":1"),
        object("Secret", ",\"stringData\":{\"KEY\":\"x\"}"),
        object("Secret", ",\"data\":{\"KEY\":\"!\"}"),
        object("KEY", "") + object("KEY", ""),
    ]

    private static func check(_ text: String) throws {
        let problems = Rendering.problems(text)
        let problem = try #require(problems.first)
        #expect(problems.count == 1)
        #expect(problem.utf8.count < 2_500)
        #expect(problem.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E })
    }

    @Test(arguments: manifests)
    func `a problem is one short line, whatever stands in a key`(manifest: String) throws {
        for key in [Self.odd, Self.large] { try Self.check(manifest.replacing("KEY", with: key)) }
    }

    @Test func `a problem of YAML is one short line, too`() throws {
        try Self.check("\"\(Self.odd)\": 1\n\"\(Self.odd)\": 2\n")
        try Self.check("x: &x {\"\(Self.odd)\": 1}\ny:\n  \"\(Self.odd)\": 2\n  <<: *x\n")
    }

    @Test(arguments: [
        ("app", "app"), ("caf\u{E9}", "caf\u{E9}"), ("a\nb", "a\\u{a}b"), ("\u{202E}x", "\\u{202e}x"),
        ("\u{2028}", "\\u{2028}"), ("\u{1b}[2J", "\\u{1b}[2J"), ("", ""),
    ])
    func `what is no letter is written as an escape`(key: String, shown: String) { #expect(key.shownAsKey == shown) }

    @Test func `a key is shown up to its hundredth letter`() {
        #expect(String(repeating: "k", count: 100).shownAsKey == String(repeating: "k", count: 100))
        #expect(String(repeating: "k", count: 101).shownAsKey == String(repeating: "k", count: 100) + "…")
        #expect(("e" + String(repeating: "\u{301}", count: 100_000)).shownAsKey.unicodeScalars.count == 101)
    }
}
