// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import PlainText
import Testing

/// Which characters people would not see, and what they read in their place.
@Suite struct VisibleTextTests {
    /// A control of each kind, what turns the direction of writing, what takes no room, tags, and breaks of lines.
    static let unseen: [Unicode.Scalar] = [
        "\u{0}", "\r", "\u{1B}", "\u{7F}", "\u{85}", "\u{9B}", "\u{AD}", "\u{61C}", "\u{115F}", "\u{200B}", "\u{200C}",
        "\u{200D}", "\u{200E}", "\u{200F}", "\u{2028}", "\u{2029}", "\u{202A}", "\u{202E}", "\u{2060}", "\u{2064}",
        "\u{2066}", "\u{2069}", "\u{3164}", "\u{180B}", "\u{FE00}", "\u{E0101}", "\u{FEFF}", "\u{E0000}", "\u{E0041}",
        "\u{E007F}",
    ]

    @Test(arguments: unseen)
    func `what nobody would see stands as an escape`(scalar: Unicode.Scalar) {
        let text = "a\(scalar)b"
        let escape = "\\u{\(String(scalar.value, radix: 16))}"
        #expect(text.visible == "a\(escape)b")
        #expect(text.shownAsKey == "a\(escape)b")
        #expect(text.visible.visible == text.visible)
    }

    @Test(arguments: unseen)
    func `in JSON it stands as an escape of JSON, and the value stays the same`(scalar: Unicode.Scalar) throws {
        let value: JSON = ["a\(scalar)": [.string("\(scalar)b"), 1]]
        for text in [value.text.visibleJSON, value.prettyText] {
            #expect(text.unicodeScalars.allSatisfy { !$0.isUnseen || $0 == "\n" }, "\(text)")
            #expect(try JSONParser.parse(text) == value)
        }
    }

    @Test(arguments: [
        "", "plain", "two\nlines\tand a tab\n", "caf\u{E9}", "e\u{301}", "日本", "😀", "\u{26A0}\u{FE0F}", "a\u{A0}b",
        "••••••", "\u{E000}", "…",
    ])
    func `what people see stays as it is`(text: String) {
        #expect(text.visible == text)
        #expect(text.visibleJSON == text)
    }
}
