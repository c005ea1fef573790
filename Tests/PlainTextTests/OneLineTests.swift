// SPDX-License-Identifier: Apache-2.0
import PlainText
import Testing

@Suite struct OneLineTests {
    @Test(arguments: [
        ("plain", "plain"), ("two\nlines\r\n", "two lines"), ("\u{1b}[31mred", " [31mred"),
        ("caf\u{e9} \u{202e}x", "caf\u{e9}  x"), ("a\u{2028}b\u{2029}c", "a b c"), ("a\u{200b}b\u{e0000}c", "a b c"),
        ("\u{26a0}\u{fe0f} x", "\u{26a0}\u{fe0f} x"),
    ])
    func `what nobody would see becomes spaces`(text: String, shown: String) {
        #expect(OneLine.text(text) == shown)
    }

    @Test func `long text is cut`() {
        #expect(OneLine.text("abcdef", limit: 3) == "abc…")
        #expect(OneLine.text("abc", limit: 3) == "abc")
    }

    @Test(arguments: [
        (Array("a.yaml".utf8), "a.yaml"), ([0x61, 0x0a], "a\\x0a"), ([0xff, 0x61], "\\xffa"), (Array("é".utf8), "é"),
    ])
    func `names are shown with their odd bytes escaped`(bytes: [UInt8], shown: String) {
        #expect(OneLine.escaped(bytes) == shown)
    }

    @Test(arguments: [
        ("", ""), (" \n\t", ""), ("plain", "plain"), ("  a\r\n  b\t\u{2028}c ", "a b c"), ("a\u{a0}\u{3000}b", "a b"),
        ("\u{1b}[31mred\u{7f}\u{9b}end\u{0}", "[31mred end"),
    ])
    func `white space and control characters become one blank`(text: String, line: String) {
        for unseen in [OneLine.Unseen.kept, .blank] {
            let shown = OneLine.words(text, limit: 100, unseen: unseen, hiding: { $0 }, masking: { $0 })
            #expect(shown == line)
        }
    }

    @Test(arguments: ["\u{200b}", "\u{200d}", "\u{202e}", "\u{2066}", "\u{feff}", "\u{e0041}"])
    func `what else nobody would see stays, or becomes a blank`(unseen: String) {
        let kept = OneLine.words("a\(unseen)b", limit: 9, hiding: { $0 }, masking: { $0 })
        let blank = OneLine.words("a\(unseen) \(unseen)b", limit: 9, unseen: .blank, hiding: { $0 }, masking: { $0 })
        #expect(kept.unicodeScalars.elementsEqual("a\(unseen)b".unicodeScalars))
        #expect(blank == "a b")
    }

    @Test func `words that are too many lose their middle`() {
        let whole = OneLine.words("abcdefghij", limit: 10, hiding: { $0 }, masking: { $0 })
        let cut = OneLine.words("abcdefghijk", limit: 10, hiding: { $0 }, masking: { $0 })
        #expect(whole == "abcdefghij")
        #expect(cut == "abcdef…ijk")
    }

    @Test(arguments: ["my  secret", "my secret", "my\nsecret", "\tmy\r\n   secret "])
    func `a secret is masked before its blanks are one, and behind that`(text: String) {
        func mask(_ text: String) -> String {
            text.replacing("my  secret", with: "***").replacing("my secret", with: "***")
        }
        let line = OneLine.words("a \(text) b", limit: 100, hiding: mask, masking: mask)
        #expect(line == "a *** b")
    }

    @Test func `a secret is masked before the line is cut`() {
        let secret = "0123456789"
        for length in 0..<60 {
            let text = String(repeating: "x", count: length) + secret + String(repeating: "y", count: 60 - length)
            let line = OneLine.words(text, limit: 30, hiding: { $0 }, masking: { $0.replacing(secret, with: "***") })
            #expect(line.unicodeScalars.count == 30)
            let hasDigit = line.contains { $0.isNumber }
            #expect(!hasDigit, "\(line)")
        }
    }
}
