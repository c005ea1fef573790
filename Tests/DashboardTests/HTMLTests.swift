// SPDX-License-Identifier: Apache-2.0
import Testing

@testable import Dashboard

/// What is put into a page stays text.
struct HTMLTests {
    @Test(
        arguments: [
            ("plain", "plain"), ("<script>", "&lt;script&gt;"), ("a & b", "a &amp; b"), ("&lt;", "&amp;lt;"),
            ("\" onclick=\"x", "&quot; onclick=&quot;x"), ("it's", "it&#39;s"), ("grün", "grün"),
            ("a\u{202e}b", "a\\u{202e}b"), ("", ""),
        ]
    )
    func `a value is escaped between tags and in attributes`(value: String, expected: String) {
        let html: HTML = "<p title=\"\(value)\">\(value)</p>"
        #expect(html.text == "<p title=\"\(expected)\">\(expected)</p>")
    }

    @Test func `a piece is not escaped twice, and numbers are written as they are`() {
        let value = "<"
        let inner: HTML = "<b>\(value)</b>"
        let outer: HTML = "<p>\(inner)\(7)</p>"
        #expect(outer.text == "<p><b>&lt;</b>7</p>")
        #expect(HTML([inner, inner]).text == "<b>&lt;</b><b>&lt;</b>")
        #expect(HTML([]).text.isEmpty)
    }
}
