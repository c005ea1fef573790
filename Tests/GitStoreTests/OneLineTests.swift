// SPDX-License-Identifier: Apache-2.0
import GitStore
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
}
