// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing
import YAMLText

/// The rows of the fault catalogue that concern texts: what is read, what is refused, where and with which remedy. The
/// oracle suite holds the same tables against kubectl.
@Suite struct RowTests {
    /// Checks every entry of the tables that belongs to a row; at least one is there.
    private static func check(_ row: String) throws {
        let readable = DocumentTests.readable.filter { $0.row == row }
        let refused = DocumentTests.refused.filter { $0.row == row }
        #expect(!readable.isEmpty || !refused.isEmpty, "\(row) has no entry")
        for (_, name, text, json) in readable {
            #expect(try YAMLText.documents(in: Array(text.utf8)).map(\.json) == json.array, "\(name)")
        }
        for (_, _, text, line, words) in refused {
            DocumentTests.expectOneError(in: Array(text.utf8), line: line, words: words)
        }
    }

    private static func value(_ text: String) -> JSON? { (try? YAMLText.single("a: \(text)\n"))?["a"] }

    @Test func `Y3: a key that stands twice is refused with both lines, also after resolution`() throws {
        try Self.check("Y3")
        // A key that comes in by a merge and is written out as well is no duplicate.
        #expect(try YAMLText.single("x: &x {b: 1}\nc: {<<: *x, b: 2}\n")["c"] == ["b": 2])
    }

    @Test func `Y4: a tab as indentation is refused, behind a colon it is a blank`() throws { try Self.check("Y4") }

    @Test func `Y5: a byte order mark at the start of any document is passed over`() throws {
        try Self.check("Y5")
        DocumentTests.expectOneError(in: Array("a: 1\n\u{feff}b: 2\n".utf8), line: 2, words: ["byte order mark"])
    }

    @Test func `Y6: CRLF ends lines, and block scalars get LF`() throws { try Self.check("Y6") }

    @Test(arguments: [
        [0xFF, 0xFE, 0x61, 0x00], [0xFE, 0xFF, 0x00, 0x61], [0x61, 0x00, 0x3A, 0x00, 0x20, 0x00, 0x31, 0x00],
        [0xFF, 0xFE, 0x00, 0x00, 0x61, 0x00, 0x00, 0x00],
    ])
    func `Y7: UTF-16 and UTF-32 are refused, with and without their mark`(text: [UInt8]) {
        DocumentTests.expectOneError(in: text, line: 1, words: ["UTF-8"])
    }

    @Test(
        arguments: [
            ("Latin-1", [0x61, 0x3A, 0x20, 0xE9, 0x0A], 1), ("overlong", [0x0A, 0x61, 0x3A, 0x20, 0xC0, 0x80], 2),
            ("surrogate", [0x0A, 0x0A, 0x61, 0x3A, 0x20, 0xED, 0xA0, 0x80], 3), ("NUL", [0x61, 0x0A, 0x00], 2),
            ("control", [0x0A, 0x61, 0x3A, 0x20, 0x01, 0x0A], 2),
            ("DEL in the middle", [0x61, 0x3A, 0x20, 0x7F, 0x0A], 1),
            ("cut letter", [0x61, 0x3A, 0x20, 0xC3], 1),
            ("beyond Unicode", [0x61, 0x3A, 0x20, 0xF5, 0x80, 0x80, 0x80], 1),
        ] as [(String, [UInt8], Int)]
    )
    func `Y8: a byte that is no text is refused with its line`(name: String, text: [UInt8], line: Int) {
        DocumentTests.expectOneError(in: text, line: line, words: ["save the file as UTF-8"])
    }

    @Test func `Y9: anchors and merges read as kubectl reads them, and what has two meanings is refused`() throws {
        try Self.check("Y9")
        // In a list of maps the first one wins, and a key below << wins over all of them.
        let text = "x: &x {k: 1}\ny: &y {k: 2, l: 2}\nz:\n  <<: [*x, *y]\n  l: 3\n"
        #expect(try YAMLText.single(text)["z"] == ["k": 1, "l": 3])
    }

    @Test func `Y11: empty documents, comments and trailing separators are passed over`() throws {
        try Self.check("Y11")
        let text = "# first\n---\n\n---\na: 1\n...\n---\n# last\n---\n"
        #expect(try YAMLText.documents(in: Array(text.utf8)).map(\.line) == [5])
    }

    @Test func `Y12: a separator with more than a comment behind it is refused as kubectl does`() throws {
        try Self.check("Y12")
    }

    @Test func `Y13: text behind the end mark is refused, never dropped`() throws { try Self.check("Y13") }

    @Test func `Y14: a directive is refused with what to do`() throws { try Self.check("Y14") }

    @Test func `Y18: keys that are numbers or booleans become text, others are refused`() throws {
        try Self.check("Y18")
        for (text, key) in ScalarTests.keys {
            #expect((try? YAMLText.single("\(text): v\n"))?.object?.keys == key.map { [$0] }, "\(text)")
        }
    }

    @Test func `Y19: integers beyond 64 bits are floats, 1e400 is text, infinity and NaN are refused`() throws {
        try Self.check("Y19")
        #expect(Self.value("9223372036854775807") == .int(.max))
        #expect(Self.value("9223372036854775808") == 9223372036854775808.0)
        #expect(Self.value("18446744073709551616") == 18446744073709551616.0)
        #expect(Self.value("1e400") == "1e400")
        let digits = String(repeating: "9", count: 100_000)
        #expect(Self.value(digits) == .string(digits))
    }

    @Test func `Y21: dates are the text that stands there`() {
        for text in ["2001-01-01", "2001-01-01T00:00:00Z", "2001-12-14t21:59:43.10-05:00", "2001-12-14 21:59:43.10 -5"]
        {
            #expect(Self.value(text) == .string(text))
        }
    }

    @Test func `Y22: !!str keeps text, and tags that JSON has no type for are refused`() throws {
        try Self.check("Y22")
        for (text, json) in ScalarTests.tagged { #expect(Self.value(text) == json, "\(text)") }
    }

    @Test func `Y23: a plain key of more than 1024 bytes is refused, a shorter one and a quoted value are not`() throws
    {
        try Self.check("Y23")
        let key = String(repeating: "k", count: 1000)
        #expect(try YAMLText.single("\(key): 1\n").object?.keys == [key])
        let long = String(repeating: "k", count: 100_000)
        #expect(try YAMLText.single("? \(long)\n: 1\n").object?.keys == [long])
        #expect(try YAMLText.single("{\"\(long)\": 1}").object?.keys == [long])
    }

    @Test func `Y24: JSON with surrogate pairs is read as JSON`() throws { try Self.check("Y24") }

    @Test func `Y25: a template that was not rendered is called one`() throws { try Self.check("Y25") }
}
