// SPDX-License-Identifier: Apache-2.0
import PlainText
import Testing

@Suite struct CuttingTests {
    @Test(arguments: [
        ("", 3, ""), ("abc", 3, "abc"), ("abcd", 3, "a…d"), ("abcdefg", 6, "abc…fg"), ("äöüß", 3, "ä…ß"),
    ])
    func `what is too long loses its middle`(text: String, limit: Int, cut: String) {
        #expect(text.withoutMiddle(keeping: limit) == cut)
    }

    @Test func `one letter with many accents is cut, too`() {
        let letter = "e" + String(repeating: "\u{301}", count: 1000)
        #expect(letter.withoutMiddle(keeping: 10).unicodeScalars.count == 10)
    }

    @Test(arguments: [
        ("abc", 3, "abc"), ("abc", 2, "ab"), ("aéb", 2, "a"), ("aéb", 3, "aé"), ("😀", 3, ""), ("😀", 4, "😀"),
        ("", 0, ""),
    ])
    func `a beginning splits no letter`(text: String, bytes: Int, beginning: String) {
        #expect(text.beginning(maxBytes: bytes) == beginning)
    }
}
