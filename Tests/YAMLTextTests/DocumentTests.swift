// SPDX-License-Identifier: Apache-2.0
import KubeObjects
import Testing
import YAMLText

/// How texts are cut into documents and what a document means.
@Suite struct DocumentTests {

    @Test(arguments: readable.filter(\.row.isEmpty))
    func `a text reads as its documents`(row: String, name: String, text: String, json: JSON) throws {
        #expect(try YAMLText.documents(in: Array(text.utf8)).map(\.json) == json.array)
    }

    @Test(arguments: refused.filter(\.row.isEmpty))
    func `an error has a line, a problem and a remedy`(
        row: String,
        name: String,
        text: String,
        line: Int,
        words: [String]
    ) {
        Self.expectOneError(in: Array(text.utf8), line: line, words: words)
    }

    /// Expects that a text is refused by one error with a line, these words and a remedy.
    static func expectOneError(in text: [UInt8], line: Int, words: [String]) {
        let reading = YAMLText.read(text)
        let shown = reading.errors.first?.description ?? "no error"
        #expect(reading.errors.count == 1, "\(reading.errors)")
        #expect(reading.errors.first?.line == line, "\(shown)")
        #expect(reading.errors.first?.remedy.isEmpty == false, "\(shown)")
        for word in words { #expect(shown.contains(word), "\(shown)") }
    }

    @Test(arguments: [
        [0xFF, 0xFE, 0x61, 0], [0xFE, 0xFF, 0, 0x61], [0x61, 0x3A, 0x20, 0xE9, 0x0A], [0x61, 0x3A, 0x20, 0xC0, 0x80],
    ])
    func `bytes that are not UTF-8 are refused`(bytes: [UInt8]) {
        let errors = YAMLText.read(bytes).errors
        #expect(errors.count == 1)
        #expect(errors.first?.description.contains("UTF-") == true)
    }

    @Test func `a broken document hides neither the others nor their errors`() {
        let reading = YAMLText.read(Array("a: [\n---\nb: 1\n---\nc: 1\nc: 2\nd: .inf\nd: 3\n--- x\ne: @\n".utf8))
        #expect(reading.documents.map(\.json) == [["b": 1]])
        #expect(reading.documents.map(\.line) == [3])
        #expect(reading.errors.map(\.line) == [1, 6, 7, 8, 9, 10])
    }

    @Test func `a separator cuts through quotes`() {
        #expect(YAMLText.read(Array("a: 'x\n---\n'\n".utf8)).errors.map(\.line) == [1, 3])
    }

    @Test func `paths have lines`() throws {
        let text = "# c\n---\n\nmetadata:\n  name: a\n  labels: {x: y}\nitems:\n- a\n-\n  b: 1\n- &z {c: 2}\n- *z\n"
        let document = try #require(try YAMLText.documents(in: Array(text.utf8)).first)
        #expect(document.line == 4)
        #expect(document.line(of: ["metadata"]) == 4)
        #expect(document.line(of: ["metadata", "name"]) == 5)
        #expect(document.line(of: ["metadata", "labels", "x"]) == 6)
        #expect(document.line(of: ["metadata", "missing", "x"]) == 5)
        #expect(document.line(of: ["items", 1, "b"]) == 10)
        #expect(document.line(of: ["items", 3, "c"]) == 12)
        #expect(document.line(of: ["nowhere"]) == 4)
        #expect(document.itemLines().items.map(\.line) == [8, 10, 11, 12])
        #expect(document.itemLines(atMost: 2).items.map(\.line) == [8, 10])
    }

    @Test func `one document is one value`() throws {
        #expect(try YAMLText.single("") == nil)
        #expect(try YAMLText.single("a: 1\n---\n") == ["a": 1])
        #expect(throws: YAMLError.self) { try YAMLText.single("a: 1\n---\nb: 2\n") }
    }
}
